import Testing

@testable import ReadAPI

/// The life of a stream, without sockets: each test is a short story told in calls.
@Suite struct StreamSessionTests {
    private let place = StreamSession.Place(position: "p1", tapeStart: [0: 100])
    private let reliance = StreamChannel.market(StreamSymbol(exchange: "NSE", symbol: "RELIANCE"))

    private func session(resume: String? = nil, expiresAt: Int64? = nil) -> StreamSession {
        StreamSession(
            defaultExchange: "NSE", expiresAt: expiresAt, resume: resume.flatMap { StreamPosition(parsing: $0) })
    }

    private func text(_ json: String) -> [UInt8] { Array(json.utf8) }

    @Test func greetsAndFollowsWhatTheURLNames() {
        var session = session()
        #expect(
            session.begin([reliance, .user], place) == [
                .send(.hello(position: "p1")), .send(.subscribed([reliance, .user])),
                .follow(StreamSymbol(exchange: "NSE", symbol: "RELIANCE")),
            ])
    }

    @Test func subscribesAndUnsubscribes() {
        var session = session()
        _ = session.begin([], place)
        let wanted = #"{"op":"subscribe","channels":["market:RELIANCE","market:NSE:RELIANCE"]}"#
        #expect(
            session.received(text(wanted), at: 0, place) == [
                .send(.subscribed([reliance])), .follow(StreamSymbol(exchange: "NSE", symbol: "RELIANCE")),
            ])
        // Again: confirmed, not followed twice.
        #expect(session.received(text(wanted), at: 0, place) == [.send(.subscribed([reliance]))])
        #expect(
            session.received(text(#"{"op":"unsubscribe","channels":["market:RELIANCE","user:me"]}"#), at: 0, place) == [
                .send(.unsubscribed([reliance])), .unfollow(StreamSymbol(exchange: "NSE", symbol: "RELIANCE")),
            ])
        #expect(session.channels.isEmpty)
    }

    @Test(arguments: [
        ("", StreamRefusal.Code.badMessage), ("[]", .badMessage), ("{", .badMessage), ("{}", .unknownOperation),
        (#"{"op":"dance"}"#, .unknownOperation), (#"{"op":"subscribe"}"#, .badMessage),
        (#"{"op":"subscribe","channels":[]}"#, .badMessage), (#"{"op":"subscribe","channels":[1]}"#, .badChannel),
        (#"{"op":"subscribe","channels":["user:other"]}"#, .badChannel),
        (#"{"op":"subscribe","channels":["market:"]}"#, .badChannel),
        (#"{"op":"subscribe","channels":["market::X"]}"#, .badChannel),
    ]) func whatIsNotUnderstoodIsAnsweredAndTheStreamGoesOn(_ message: String, _ code: StreamRefusal.Code) {
        var session = session()
        let actions = session.received(text(message), at: 0, place)
        guard case .send(.error(let refusal)) = actions.first, actions.count == 1 else {
            Issue.record("\(actions)")
            return
        }
        #expect(refusal.code == code)
        #expect(!refusal.detail.isEmpty)
    }

    @Test func channelsAreLimited() {
        var session = session()
        let names = (0...StreamLimits.channelsPerClient).map { "\"market:S\($0)\"" }
        let all = #"{"op":"subscribe","channels":[\#(names.joined(separator: ","))]}"#
        guard case .send(.error(let refusal)) = session.received(text(all), at: 0, place).first else {
            Issue.record("no error")
            return
        }
        #expect(refusal.code == .tooManyChannels)
        #expect(session.channels.isEmpty)
    }

    @Test func messagesAreLimitedAndTheAllowanceComesBack() {
        var session = session()
        let ping = text(#"{"op":"ping"}"#)
        for _ in 0..<StreamLimits.messagesAtOnce {
            #expect(session.received(ping, at: 0, place) == [.send(.heartbeat(position: "p1"))])
        }
        #expect(session.received(ping, at: 0, place) == [.close(.tooManyMessages)])
        #expect(session.receivedControl(at: 1_000).isEmpty)
        for _ in 1..<StreamLimits.messagesPerSecond { #expect(session.receivedControl(at: 1_000).isEmpty) }
        #expect(session.receivedControl(at: 1_000) == [.close(.tooManyMessages)])
    }

    @Test func changesAreGatheredUntilTaken() {
        var session = session()
        _ = session.begin([.user], place)
        #expect(session.takeChange(place) == nil)
        session.changed(["orders"])
        session.changed(["positions", "orders"])
        #expect(session.takeChange(place) == .change(views: ["orders", "positions"], position: "p1"))
        #expect(session.takeChange(place) == nil)
    }

    @Test func changesOfRowsThatAreNotFollowedAreNoNews() {
        var session = session()
        _ = session.begin([reliance], place)
        session.changed(["orders"])
        #expect(session.takeChange(place) == nil)
    }

    /// Whoever breaks off while what it missed is looked up must not come back behind that.
    @Test func noPositionGoesOutWhileResuming() {
        var session = session(resume: "b1~positions.0.5~_.0.2s")
        let position = session.begin([.user], place)
        #expect(position.first == .send(.hello(position: nil)))
        guard case .resume = position.last else {
            Issue.record("\(position)")
            return
        }
        session.changed(["orders"])
        #expect(session.takeChange(place) == nil)
        #expect(session.received(text(#"{"op":"ping"}"#), at: 0, place) == [.send(.heartbeat(position: nil))])
        #expect(
            session.resumed(.changed(["positions"]), place) == [
                .send(.change(views: ["orders", "positions"], position: "p1")), .send(.resumed(position: "p1")),
            ])
        // A second answer changes nothing.
        #expect(session.resumed(.changed(["positions"]), place).isEmpty)
    }

    /// Before the look-up has even begun the client still holds its own position.
    @Test(arguments: [("subscribe", true), ("ping", false)])
    func noPositionGoesOutBeforeResuming(_ operation: String, _ isLookedUp: Bool) {
        var session = session(resume: "b1~positions.0.5~_.0.2s")
        _ = session.begin([reliance], place)
        #expect(session.shown(place) == nil)
        let message = #"{"op":"\#(operation)","channels":["user:me"]}"#
        let actions = session.received(text(message), at: 0, place)
        #expect(session.isResuming == isLookedUp)
        #expect(actions.contains(.send(.heartbeat(position: nil))) != isLookedUp)
        #expect(session.shown(place) == nil)
        _ = session.resumed(.changed([]), place)
        #expect(session.shown(place) == (isLookedUp ? "p1" : nil))
    }

    @Test func aSymbolThatCannotBeFollowedIsTakenBack() {
        var session = session()
        _ = session.begin([reliance], place)
        let actions = session.refused(StreamSymbol(exchange: "NSE", symbol: "RELIANCE"))
        #expect(actions.first == .send(.unsubscribed([reliance])))
        guard case .send(.error(let refusal)) = actions.last else {
            Issue.record("\(actions)")
            return
        }
        #expect(refusal.code == .tooManySymbols)
        #expect(!session.follows(reliance))
    }

    @Test func whatIsNoLongerKnownMeansReload() {
        var session = session(resume: "b1~positions.0.5~_")
        _ = session.begin([.user], place)
        session.changed(["orders"])
        #expect(
            session.resumed(.unknown(reason: "gone"), place) == [
                .send(.reload(channels: ["user:me"], reason: "gone", position: "p1"))
            ])
        #expect(session.takeChange(place) == nil)
    }

    @Test(arguments: [("b1~_.0.2s", false), ("b1~_.0.2r", true), ("b1~_", true)])
    func ticksThatMayHavePassedUnseenMeanReload(_ resume: String, _ reloads: Bool) {
        var session = session(resume: resume)  // 2s is 100 in base 36, where the tape begins.
        let actions = session.begin([reliance], place)
        let told = actions.contains { if case .send(.reload) = $0 { true } else { false } }
        #expect(told == reloads)
    }

    @Test func expiry() {
        #expect(!session().isExpired(atSecond: .max))
        #expect(!session(expiresAt: 10).isExpired(atSecond: 9))
        #expect(session(expiresAt: 10).isExpired(atSecond: 10))
    }
}
