import Foundation
import Glibc

/// The thread of a proxy: accepts, reads, holds back and writes.
final class ProxyLoop {
    private struct Connection {
        let client: Int32
        let server: Int32
        var pipes: [ProxyDirection: ProxyPipe]

        init(client: Int32, server: Int32) {
            self.client = client
            self.server = server
            pipes = [
                .toServer: ProxyPipe(source: client, sink: server), .toClient: ProxyPipe(source: server, sink: client),
            ]
        }
    }

    /// A text that a connection is cut before.
    private struct ArmedText {
        let text: [UInt8]
        let direction: ProxyDirection
        let behind: [UInt8]?
        /// The connections whose client has sent `behind`.
        var connections: Set<Int> = []

        mutating func isAbout(_ bytes: [UInt8], _ direction: ProxyDirection, on connection: Int) -> Bool {
            if let behind, direction == .toServer, bytes.holds(behind) { connections.insert(connection) }
            return direction == self.direction && bytes.holds(text)
                && (behind == nil || connections.contains(connection))
        }
    }

    /// Bytes may be written in bursts of this part of a second.
    private static let burstSeconds = 0.05

    private let listener: Int32
    private let control: ProxyControl
    private var rules = ProxyRules()
    private var connections: [Int: Connection] = [:]
    private var nextConnection = 0
    private var armedCuts: [(left: Int, direction: ProxyDirection)] = []
    private var armedTexts: [ArmedText] = []
    private var allowance: [ProxyDirection: Double] = [:]
    private var lastRefill = ContinuousClock.now

    init(listener: Int32, control: ProxyControl) {
        self.listener = listener
        self.control = control
    }

    deinit {
        for connection in connections.values {
            close(connection.client)
            close(connection.server)
        }
        close(listener)
    }

    func run() {
        while takeOrders() {
            let now = ContinuousClock.now
            let watched = watchList(now)
            var descriptors = watched.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
            _ = poll(&descriptors, nfds_t(descriptors.count), waitMilliseconds(now))
            control.drainWakes()
            guard !rules.isStalled else { continue }
            if descriptors[1].revents != 0 { acceptAll() }
            for (place, descriptor) in zip(watched, descriptors).dropFirst(2)
            where descriptor.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
                if let input = place.input { read(place.connection, input) }
            }
            writeAll()
        }
    }

    // MARK: Orders

    /// False when the proxy is to end.
    private func takeOrders() -> Bool {
        let (commands, isHealed, isStopped) = control.state.withLock { state in
            defer {
                state.commands = []
                state.isHealed = false
            }
            rules = state.rules
            return (state.commands, state.isHealed, state.isStopped)
        }
        if isHealed {
            armedCuts = []
            armedTexts = []
        }
        for command in commands { obey(command) }
        return !isStopped
    }

    private func obey(_ command: ProxyCommand) {
        switch command {
        case .cutAll: for id in connections.keys { cut(id) }
        case .cutAfter(let bytes, let direction): armedCuts.append((bytes, direction))
        case .cutBefore(let text, let direction, let behind):
            armedTexts.append(ArmedText(text: text, direction: direction, behind: behind))
        case .halfClose(let direction):
            for id in connections.keys { connections[id]?.pipes[direction]?.end() }
            control.state.withLock { $0.counts.halfClosed += connections.count }
        }
    }

    private func cut(_ id: Int) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        ProxySocket.reset(connection.client)
        ProxySocket.reset(connection.server)
        control.state.withLock { $0.counts.cut += 1 }
    }

    // MARK: Waiting

    private typealias Watched = (descriptor: Int32, events: Int16, connection: Int, input: ProxyDirection?)

    /// Descriptors from which nothing is wanted are not watched: they would report a hang-up again and again.
    private func watchList(_ now: ContinuousClock.Instant) -> [Watched] {
        var list: [Watched] = [
            (control.wakeReader, Int16(POLLIN), -1, nil),
            (rules.isStalled ? -1 : listener, Int16(POLLIN), -1, nil),
        ]
        guard !rules.isStalled else { return list }
        for (id, connection) in connections {
            for (direction, pipe) in connection.pipes {
                if pipe.wantsInput { list.append((pipe.source, Int16(POLLIN), id, direction)) }
                if rules.bytesPerSecond == nil, let due = pipe.due, due <= now {
                    list.append((pipe.sink, Int16(POLLOUT), id, nil))
                }
            }
        }
        return list
    }

    private func waitMilliseconds(_ now: ContinuousClock.Instant) -> Int32 {
        if rules.isStalled { return -1 }
        let dues = connections.values.flatMap { $0.pipes.values.compactMap(\.due) }
        guard let next = dues.min() else { return -1 }
        if rules.bytesPerSecond != nil { return 5 }
        let wait = next - now
        guard wait > .zero else { return -1 }
        return Int32(clamping: wait.components.seconds * 1_000 + wait.components.attoseconds / 1_000_000_000_000_000)
            + 1
    }

    // MARK: Bytes

    private func acceptAll() {
        while let client = ProxySocket.accept(listener) {
            guard let target = rules.target, let server = ProxySocket.connect(to: target) else {
                ProxySocket.reset(client)
                continue
            }
            connections[nextConnection] = Connection(client: client, server: server)
            nextConnection += 1
            control.state.withLock { $0.counts.accepted += 1 }
        }
    }

    private func read(_ id: Int, _ direction: ProxyDirection) {
        guard connections[id]?.pipes[direction]?.wantsInput == true,
            let input = connections[id]?.pipes[direction]?.read()
        else { return }
        switch input {
        case .nothing: break
        case .broken: cutByPeer(id)
        case .bytes(let bytes):
            if let index = armedTexts.indices.first(where: { armedTexts[$0].isAbout(bytes, direction, on: id) }) {
                armedTexts.remove(at: index)
                return cut(id)
            }
            let (passed, isLast) = untilCut(bytes[...], direction)
            let due = rules.delay == .zero ? ContinuousClock.now : .now + rules.delay
            connections[id]?.pipes[direction]?.append(passed, due: due)
            guard isLast else { return }
            _ = connections[id]?.pipes[direction]?.write(now: due, limit: .max)
            cut(id)
        }
    }

    /// The bytes up to the first armed cut, and whether there was one.
    private func untilCut(_ bytes: ArraySlice<UInt8>, _ direction: ProxyDirection) -> (ArraySlice<UInt8>, Bool) {
        var passed = bytes
        var hit: Int?
        for index in armedCuts.indices where armedCuts[index].direction == direction {
            if armedCuts[index].left <= passed.count {
                passed = passed.prefix(armedCuts[index].left)
                hit = index
            } else {
                armedCuts[index].left -= bytes.count
            }
        }
        if let hit { armedCuts.remove(at: hit) }
        return (passed, hit != nil)
    }

    private func writeAll() {
        let now = ContinuousClock.now
        refill(now)
        for id in connections.keys {
            for direction in ProxyDirection.allCases {
                let limit = rules.bytesPerSecond == nil ? Int.max : Int(allowance[direction] ?? 0)
                guard let written = connections[id]?.pipes[direction]?.write(now: now, limit: limit) else {
                    if connections[id] != nil { cutByPeer(id) }
                    break
                }
                allowance[direction, default: 0] -= Double(written)
                control.state.withLock { $0.counts.bytes[direction, default: 0] += written }
            }
            closeIfDone(id)
        }
    }

    private func refill(_ now: ContinuousClock.Instant) {
        let elapsed = now - lastRefill
        lastRefill = now
        guard let rate = rules.bytesPerSecond else { return }
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        for direction in ProxyDirection.allCases {
            allowance[direction] = min(
                max(allowance[direction] ?? 0, 0) + Double(rate) * seconds, Double(rate) * Self.burstSeconds)
        }
    }

    /// One side reset the connection: the other must hear of it.
    private func cutByPeer(_ id: Int) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        ProxySocket.reset(connection.client)
        ProxySocket.reset(connection.server)
    }

    private func closeIfDone(_ id: Int) {
        guard let connection = connections[id], connection.pipes.values.allSatisfy(\.isDone) else { return }
        close(connection.client)
        close(connection.server)
        connections[id] = nil
    }
}

extension [UInt8] {
    fileprivate func holds(_ text: [UInt8]) -> Bool {
        guard let first = text.first, count >= text.count else { return false }
        var start = startIndex
        while let found = self[start...].firstIndex(of: first), endIndex - found >= text.count {
            if self[found..<(found + text.count)].elementsEqual(text) { return true }
            start = found + 1
        }
        return false
    }
}
