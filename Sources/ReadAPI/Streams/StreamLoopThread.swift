import CLinux
import Glibc
import HTTPServing

/// What a loop's thread holds and does.
final class StreamLoopThread {
    struct Follower {
        let client: StreamClient
        let place: Int
    }

    private static let wakeIdentifier: UInt64 = 0

    let loop: StreamLoop
    let hub: StreamHub
    let poll: Int32
    var clients: [Int: StreamClient] = [:]
    private var nextIdentifier = 1
    /// By symbol.
    var followers: [[Follower]] = []
    var latest: [LatestTick] = []
    /// Since they were last added to the hub's.
    var ticksSent = 0
    /// By user, those who follow their rows.
    var byUser: [String: [StreamClient]] = [:]
    /// Clients that there is something to send to.
    var listed: [StreamClient] = []
    /// Changes as far as this loop's clients have been told; nil before they are read at all.
    private var position: StreamPosition?
    private var tape: [Int32: Int64] = [:]
    private var tapeStart: [Int32: Int64]?
    private var cachedPlace: StreamSession.Place?
    private var stops = false
    private var nextSweep: Int64 = 0
    private var sweeps = 0
    var now: Int64 = 0
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: StreamLimits.readBytes, alignment: 16)
    let vectors = UnsafeMutablePointer<iovec>.allocate(capacity: StreamLimits.framesPerWrite + 1)
    /// The ticks among `vectors`.
    let offered = UnsafeMutablePointer<Offered>.allocate(capacity: StreamLimits.framesPerWrite)

    init(_ loop: StreamLoop, _ hub: StreamHub) {
        self.loop = loop
        self.hub = hub
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(poll >= 0, "the system gives no more descriptors: raise ulimit -n")
        watch(loop.wake, Self.wakeIdentifier, EPOLLIN.rawValue, EPOLL_CTL_ADD)
    }

    deinit {
        close(poll)
        buffer.deallocate()
        vectors.deallocate()
        offered.deallocate()
    }

    /// Where the server is, for messages that go out now.
    var place: StreamSession.Place {
        if let cachedPlace { return cachedPlace }
        var place = StreamSession.Place(position: nil, tapeStart: tapeStart)
        if var position {
            position.tape = tape
            place.position = position.shown
        }
        cachedPlace = place
        return place
    }

    func watch(_ descriptor: Int32, _ identifier: UInt64, _ events: UInt32, _ operation: Int32) {
        var event = epoll_event()
        event.events = events
        event.data.u64 = identifier
        epoll_ctl(poll, operation, descriptor, &event)
    }

    func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 512)
        while !(stops && clients.isEmpty) {
            now = Int64(MonotonicClock.nanoseconds() / 1_000_000)
            let pause = max(0, min(1_000, nextSweep - now))
            let count = epoll_wait(poll, &events, Int32(events.count), Int32(pause))
            now = Int64(MonotonicClock.nanoseconds() / 1_000_000)
            for index in 0..<max(0, Int(count)) { handle(events[index]) }
            flushListed()
            if now >= nextSweep { sweep() }
        }
    }

    private func handle(_ event: epoll_event) {
        let identifier = event.data.u64
        guard identifier != Self.wakeIdentifier else {
            for message in loop.takeMessages() { handle(message) }
            return
        }
        guard let client = clients[Int(identifier)] else { return }
        if event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { return remove(client, .left) }
        if event.events & EPOLLOUT.rawValue != 0 { list(client) }
        if event.events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0 { read(client) }
    }

    private func handle(_ message: StreamLoop.Message) {
        switch message {
        case .begin(let new): begin(new)
        case .ticks(let ticks, let tape):
            self.tape.merge(tape) { $1 }
            cachedPlace = nil
            for tick in ticks { deliver(tick) }
        case .tapeStarted(let start, let isLost):
            tapeStart = start
            tape = start
            cachedPlace = nil
            if isLost { tellOfLostTape() }
        case .changes(let changes): deliver(changes)
        case .resumed(let identifier, let outcome):
            guard let client = clients[identifier] else { return }
            perform(client.session.resumed(outcome, place), client)
        case .stop:
            stops = true
            for client in Array(clients.values) { end(client, .stopping) }
        }
    }

    // MARK: A client's life

    private func begin(_ new: NewStream) {
        guard !stops else {
            close(new.socket)
            return hub.count(.stopping)
        }
        StreamClient.prepare(new.socket)
        let client = StreamClient(new, identifier: nextIdentifier)
        nextIdentifier += 1
        clients[client.identifier] = client
        watch(client.socket, UInt64(client.identifier), EPOLLIN.rawValue | EPOLLRDHUP.rawValue, EPOLL_CTL_ADD)
        perform(client.session.begin(new.channels, place), client)
        list(client)
    }

    func perform(_ actions: [StreamSession.Action], _ client: StreamClient) {
        for action in actions {
            switch action {
            case .send(let message):
                enqueue(client.transport.encode(message), client)
                // A client is registered before anything is looked up for it, so that nothing falls between.
                if case .subscribed(let channels) = message, channels.contains(.user) { register(client) }
                if case .unsubscribed(let channels) = message, channels.contains(.user) { unregister(client) }
            case .follow(let symbol): follow(symbol, client)
            case .unfollow(let symbol): unfollow(symbol, client)
            case .resume(let position): hub.resume(client.identifier, of: client.user, from: position, on: loop)
            case .close(let why): return end(client, why)
            }
        }
    }

    private func register(_ client: StreamClient) {
        guard byUser[client.user]?.contains(where: { $0 === client }) != true else { return }
        byUser[client.user, default: []].append(client)
        hub.userStreams.add(1, ordering: .releasing)
    }

    private func unregister(_ client: StreamClient) {
        guard var list = byUser[client.user], let index = list.firstIndex(where: { $0 === client }) else { return }
        list.remove(at: index)
        byUser[client.user] = list.isEmpty ? nil : list
        hub.userStreams.subtract(1, ordering: .relaxed)
    }

    private func follow(_ name: StreamSymbol, _ client: StreamClient) {
        guard let symbol = hub.symbols.follow(name) else { return perform(client.session.refused(name), client) }
        makeRoom(for: symbol)
        let place = client.place(for: name, symbol)
        followers[symbol].append(Follower(client: client, place: place))
        guard latest[symbol].tick != nil else { return }
        client.waiting.insert(place)
        list(client)
    }

    private func makeRoom(for symbol: Int) {
        while followers.count <= symbol {
            followers.append([])
            latest.append(LatestTick(nil))
        }
    }

    private func unfollow(_ name: StreamSymbol, _ client: StreamClient) {
        guard let place = client.followed.firstIndex(where: { $0?.name == name }), let entry = client.followed[place]
        else { return }
        drop(client, entry)
        client.leave(place)
        client.waiting.remove(place)
    }

    private func drop(_ client: StreamClient, _ entry: StreamClient.Followed) {
        let symbol = entry.symbol
        guard let index = followers[symbol].firstIndex(where: { $0.client === client }) else { return }
        followers[symbol].swapAt(index, followers[symbol].count - 1)
        followers[symbol].removeLast()
        // Last: from here on the number may stand for another symbol.
        hub.symbols.unfollow(entry.name)
    }

    /// Begins to close: says why, and waits a little for the other side.
    func end(_ client: StreamClient, _ why: StreamEnd) {
        guard client.closesAt == nil else { return }
        client.closesAt = now + Int64(StreamLimits.closeSeconds) * 1_000
        client.waiting = BitSet128()
        enqueue(client.transport.encode(why), client)
        hub.count(why)
        list(client)
    }

    func remove(_ client: StreamClient, _ why: StreamEnd) {
        guard clients.removeValue(forKey: client.identifier) != nil else { return }
        for entry in client.followed { if let entry { drop(client, entry) } }
        client.end()
        unregister(client)
        watch(client.socket, 0, 0, EPOLL_CTL_DEL)
        close(client.socket)
        // One that was closed from here has been counted then.
        if client.closesAt == nil { hub.count(why) }
    }

    // MARK: What is told to clients

    private func deliver(_ tick: SharedTick) {
        makeRoom(for: tick.symbol)
        latest[tick.symbol] = LatestTick(tick)
        for follower in followers[tick.symbol] where follower.client.closesAt == nil {
            follower.client.waiting.insert(follower.place)
            list(follower.client)
        }
    }

    private func deliver(_ changes: UserChangeSet) {
        // Who came before the changes were read at all may have missed some.
        let lost = changes.lost ?? (position == nil ? "changes are followed from here on" : nil)
        position = changes.position
        cachedPlace = nil
        if let lost {
            for client in byUser.values.joined() {
                enqueue(
                    client.transport.encode(
                        .reload(channels: ["user:me"], reason: lost, position: client.session.shown(place))), client)
            }
        }
        if !changes.everyone.isEmpty {
            for client in byUser.values.joined() { note(changes.everyone, client) }
        }
        guard !byUser.isEmpty else { return }
        for (user, views) in changes.users {
            for client in byUser[user] ?? [] { note(views, client) }
        }
    }

    private func tellOfLostTape() {
        for client in clients.values where client.closesAt == nil {
            let names = client.followed.compactMap { $0.map { StreamChannel.market($0.name).description } }
            guard !names.isEmpty else { continue }
            let reason = "ticks passed unseen; ask for the quotes"
            enqueue(client.transport.encode(.reload(channels: names, reason: reason, position: nil)), client)
        }
    }

    private func note(_ views: Set<String>, _ client: StreamClient) {
        client.session.changed(views)
        list(client)
    }

    /// Once a second: ends what has expired or stands still, and sends heartbeats, a part of the clients each time.
    private func sweep() {
        nextSweep = now + 1_000
        sweeps += 1
        let second = Int64(time(nil))
        for client in Array(clients.values) {
            if let closesAt = client.closesAt {
                if now >= closesAt { remove(client, .left) }
            } else if client.session.isExpired(atSecond: second) {
                end(client, .tokenExpired)
            } else if let since = client.blockedSince, now - since >= hub.stallMilliseconds {
                end(client, .slowClient)
            } else if (client.identifier + sweeps) % StreamLimits.heartbeatSeconds == 0, client.queuedBytes == 0 {
                enqueue(client.transport.encode(.heartbeat(position: client.session.shown(place))), client)
            }
        }
        flushListed()
    }
}
