/// The state of one client's stream, whatever it travels over: what it follows, what it may still ask, until when it may
/// stay. A value without clock or socket: calls give it what happened, it answers with what to do.
struct StreamSession {
    enum Action: Equatable {
        case send(StreamMessage)
        case follow(StreamSymbol)
        case unfollow(StreamSymbol)
        /// Look up what changed since; the answer comes as ``resumed(_:position:)``.
        case resume(StreamPosition)
        case close(StreamEnd)
    }

    /// What became of a user's rows since the position that a client resumes from.
    enum Resumption: Equatable, Sendable {
        /// In these views; none where nothing did.
        case changed(Set<String>)
        /// What happened since is no longer known.
        case unknown(reason: String)
    }

    /// Where the server is when something happens.
    struct Place {
        /// Nil until the changes are being read.
        var position: String?
        /// From where on the tape has been read; nil while it is not.
        var tapeStart: [Int32: Int64]?
    }

    let defaultExchange: String
    /// Unix seconds.
    let expiresAt: Int64?
    private(set) var channels: [StreamChannel] = []
    private(set) var pendingViews: Set<String> = []
    private let resume: StreamPosition?
    /// What happened since the client's position is being looked up: no position goes out until that is told, or a client
    /// that breaks off would resume behind what it never heard of.
    private(set) var isResuming = false
    private var hasResumed = false
    /// Messages that may still come, in thousandths, and since when they have been counted.
    private var allowance = StreamLimits.messagesAtOnce * 1_000
    private var allowanceAt: Int64?

    init(defaultExchange: String, expiresAt: Int64?, resume: StreamPosition?) {
        self.defaultExchange = defaultExchange
        self.expiresAt = expiresAt
        self.resume = resume
    }

    func follows(_ channel: StreamChannel) -> Bool { channels.contains(channel) }

    /// The first thing that happens: greets, and follows what the request's URL named.
    mutating func begin(_ wanted: [StreamChannel], _ place: Place) -> [Action] {
        // A client that resumes keeps its own position until it has heard what it missed.
        let hello = Action.send(.hello(position: resume == nil ? place.position : nil))
        return [hello] + (wanted.isEmpty ? [] : subscribe(wanted, place))
    }

    // MARK: The client speaks

    /// A text message of the client, at a moment in milliseconds.
    mutating func received(_ text: [UInt8], at now: Int64, _ place: Place) -> [Action] {
        guard isAllowed(at: now) else { return [.close(.tooManyMessages)] }
        do throws(StreamRefusal) {
            guard let message = try? JSONValue(parsing: text), message.members != nil else {
                throw StreamRefusal(
                    .badMessage, "a message is a JSON object such as {\"op\":\"subscribe\",\"channels\":[\"user:me\"]}")
            }
            switch message["op"]?.string {
            case "subscribe": return subscribe(try channels(of: message), place)
            case "unsubscribe": return unsubscribe(try channels(of: message))
            case "ping": return [.send(.heartbeat(position: shown(place)))]
            case let other:
                throw StreamRefusal(
                    .unknownOperation,
                    "op is \(other.map { "\"\($0.prefix(40))\"" } ?? "missing"), "
                        + "it must be subscribe, unsubscribe or ping")
            }
        } catch {
            return [.send(.error(error))]
        }
    }

    /// A control frame of the client: counted as any other message.
    mutating func receivedControl(at now: Int64) -> [Action] {
        isAllowed(at: now) ? [] : [.close(.tooManyMessages)]
    }

    /// A token bucket.
    private mutating func isAllowed(at now: Int64) -> Bool {
        let passed = max(0, now - (allowanceAt ?? now))
        allowanceAt = now
        let full = StreamLimits.messagesAtOnce * 1_000
        allowance = min(full, allowance + Int(min(passed, 3_600_000)) * StreamLimits.messagesPerSecond)
        guard allowance >= 1_000 else { return false }
        allowance -= 1_000
        return true
    }

    private func channels(of message: JSONValue) throws(StreamRefusal) -> [StreamChannel] {
        guard let names = message["channels"]?.elements, !names.isEmpty else {
            throw StreamRefusal(.badMessage, "channels must be an array of one or more channels")
        }
        var found: [StreamChannel] = []
        for name in names {
            guard let text = name.string else { throw StreamRefusal(.badChannel, "a channel is a string") }
            let channel = try StreamChannel(parsing: text, defaultExchange: defaultExchange)
            if !found.contains(channel) { found.append(channel) }
        }
        return found
    }

    private mutating func subscribe(_ wanted: [StreamChannel], _ place: Place) -> [Action] {
        let fresh = wanted.filter { !channels.contains($0) }
        guard channels.count + fresh.count <= StreamLimits.channelsPerClient else {
            return [
                .send(
                    .error(
                        StreamRefusal(
                            .tooManyChannels,
                            "\(channels.count) channels are followed and \(fresh.count) more were asked for; "
                                + "\(StreamLimits.channelsPerClient) are allowed")))
            ]
        }
        channels += fresh
        var actions: [Action] = [.send(.subscribed(wanted))]
        actions += reloadOfTape(fresh, place)
        for case .market(let symbol) in fresh { actions.append(.follow(symbol)) }
        if fresh.contains(.user), let resume, !hasResumed {
            hasResumed = true
            isResuming = true
            actions.append(.resume(resume))
        }
        return actions
    }

    /// The newest tick of a symbol is sent as soon as it is followed, so nothing is missed as long as the server has read
    /// all that came since the client's position.
    private func reloadOfTape(_ fresh: [StreamChannel], _ place: Place) -> [Action] {
        guard let resume else { return [] }
        if let start = place.tapeStart, resume.isCovered(byTapeFrom: start) { return [] }
        let names = fresh.compactMap { channel in channel == .user ? nil : channel.description }
        guard !names.isEmpty else { return [] }
        return [
            .send(
                .reload(
                    channels: names, reason: "ticks since then may have passed unseen; ask for the quotes",
                    position: nil))
        ]
    }

    /// A symbol cannot be followed after all: takes back that it is.
    mutating func refused(_ symbol: StreamSymbol) -> [Action] {
        channels.removeAll { $0 == .market(symbol) }
        return [
            .send(.unsubscribed([.market(symbol)])),
            .send(
                .error(
                    StreamRefusal(
                        .tooManySymbols,
                        "\(StreamChannel.market(symbol).description) has no price yet, and too many such symbols are "
                            + "followed already; follow it once it trades"))),
        ]
    }

    private mutating func unsubscribe(_ unwanted: [StreamChannel]) -> [Action] {
        let known = unwanted.filter { channels.contains($0) }
        channels.removeAll { known.contains($0) }
        if known.contains(.user) { pendingViews = [] }
        var actions: [Action] = [.send(.unsubscribed(known))]
        for case .market(let symbol) in known { actions.append(.unfollow(symbol)) }
        return actions
    }

    // MARK: Rows changed

    /// Rows of the user changed in these views: told with the next ``takeChange(_:)``.
    mutating func changed(_ views: Set<String>) {
        if channels.contains(.user) { pendingViews.formUnion(views) }
    }

    /// What there is to tell of changes, if anything; asked only when the client takes what is sent.
    mutating func takeChange(_ place: Place) -> StreamMessage? {
        guard !isResuming, !pendingViews.isEmpty else { return nil }
        defer { pendingViews = [] }
        return .change(views: pendingViews.sorted(), position: place.position)
    }

    mutating func resumed(_ outcome: Resumption, _ place: Place) -> [Action] {
        guard isResuming else { return [] }
        isResuming = false
        switch outcome {
        case .changed(let views):
            pendingViews.formUnion(channels.contains(.user) ? views : [])
            let change = takeChange(place).map { [Action.send($0)] } ?? []
            return change + [.send(.resumed(position: place.position))]
        case .unknown(let reason):
            pendingViews = []
            return [.send(.reload(channels: ["user:me"], reason: reason, position: place.position))]
        }
    }

    // MARK: Time passes

    /// Asked about once a second.
    func isExpired(atSecond second: Int64) -> Bool { expiresAt.map { second >= $0 } ?? false }

    /// A position that the client may resume from.
    func shown(_ place: Place) -> String? {
        isResuming || (resume != nil && !hasResumed) ? nil : place.position
    }
}
