import CLinux
import Glibc

/// The event loop: sockets, the sync thread, timers and signals on one thread.
final class Reactor {
    private static let listenerId: UInt64 = 1
    private static let signalId: UInt64 = 2
    private static let syncId: UInt64 = 3
    private static let firstConnectionId: UInt64 = 16

    private let node: BrokerNode
    private let log: Logger
    private let listener: Listener
    private let sync: SyncThreads
    private let poll: Int32
    private let signals: Int32
    private var connections: [UInt64: Connection] = [:]
    private var nextConnectionId = Reactor.firstConnectionId
    /// Connections whose turn ended with requests left in their buffers.
    private var unfinished: [Connection] = []
    private var bufferedBytes = 0
    private var syncIsReady = true
    private var inFlight: (targets: [PartitionLog.SyncTarget], offsetsEnd: Int?)?
    private var nextRetention: Int64
    private var nextSweep: Int64
    /// When to accept connections again after descriptors had run out.
    private var acceptAgain = Int64.max
    private var stops = false

    init(node: BrokerNode, listener: Listener, log: Logger) throws(BrokerFailure) {
        self.node = node
        self.listener = listener
        self.log = log
        sync = try SyncThreads()
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0 else { throw .system("creating", "an epoll instance") }
        var mask = sigset_t()
        sigemptyset(&mask)
        sigaddset(&mask, SIGTERM)
        sigaddset(&mask, SIGINT)
        signals = signalfd(-1, &mask, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        guard signals >= 0 else { throw .system("creating", "a signal descriptor") }
        let now = Clock.monotonicMilliseconds()
        nextRetention = now + EmbeddedBrokerLimits.retentionCheckMilliseconds
        nextSweep = now + EmbeddedBrokerLimits.idleSweepMilliseconds
        let input = UInt32(EPOLLIN.rawValue)
        try watch(listener.descriptor, Self.listenerId, input, isNew: true)
        try watch(signals, Self.signalId, input, isNew: true)
        try watch(sync.notifications, Self.syncId, input, isNew: true)
    }

    private func watch(_ descriptor: Int32, _ id: UInt64, _ events: UInt32, isNew: Bool) throws(BrokerFailure) {
        var event = epoll_event()
        event.events = events
        event.data.u64 = id
        guard epoll_ctl(poll, isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event) == 0 else {
            throw .system("watching", "a descriptor")
        }
    }

    // MARK: Loop

    /// Runs until SIGTERM or SIGINT. A failure of the disk ends it too: nothing may be acknowledged after that.
    func run() throws(BrokerFailure) {
        var events = [epoll_event](repeating: epoll_event(), count: EmbeddedBrokerLimits.eventsPerWait)
        while !stops {
            let count = epoll_wait(poll, &events, Int32(events.count), waitMilliseconds())
            if count < 0 && errno != EINTR { throw .system("waiting for", "events") }
            let now = Clock.monotonicMilliseconds()
            for event in events.prefix(max(0, Int(count))) { try handle(event, now) }
            for connection in takeUnfinished() { receive(connection, now) }
            try perform(now)
            try startSync()
            flushAll(now)
        }
        try shutDown()
    }

    private func waitMilliseconds() -> Int32 {
        if !unfinished.isEmpty || !node.flushQueue.isEmpty { return 0 }
        let next = min(node.fetchDeadlines.next, node.groups.nextDeadline, nextRetention, nextSweep, acceptAgain)
        return Int32(min(max(0, next - Clock.monotonicMilliseconds()), 60_000))
    }

    private func handle(_ event: epoll_event, _ now: Int64) throws(BrokerFailure) {
        switch event.data.u64 {
        case Self.listenerId: try acceptAll(now)
        case Self.signalId:
            var info = signalfd_siginfo()
            _ = read(signals, &info, MemoryLayout<signalfd_siginfo>.size)
            log.info("stopping on signal \(info.ssi_signo)")
            stops = true
        case Self.syncId: try collectSync()
        case let id:
            guard let connection = connections[id] else { return }
            if event.events & UInt32(EPOLLOUT.rawValue) != 0 {
                connection.isBlockedOnWrite = false
                node.queueFlush(connection)
            }
            if event.events & UInt32(EPOLLIN.rawValue) != 0 {
                receive(connection, now)
            } else if event.events & UInt32(EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 {
                drop(connection, because: "reset by the client", now, quietly: true)
            }
        }
    }

    private func takeUnfinished() -> [Connection] {
        defer { unfinished = [] }
        return unfinished
    }

    /// What is due by the clock.
    private func perform(_ now: Int64) throws(BrokerFailure) {
        node.expireFetches(now: now)
        node.perform(node.groups.tick(now: now))
        if now >= nextRetention {
            nextRetention = now + EmbeddedBrokerLimits.retentionCheckMilliseconds
            node.applyRetention()
        }
        if now >= acceptAgain {
            acceptAgain = .max
            try watch(listener.descriptor, Self.listenerId, UInt32(EPOLLIN.rawValue), isNew: false)
        }
        if now >= nextSweep {
            nextSweep = now + EmbeddedBrokerLimits.idleSweepMilliseconds
            let limit = now - EmbeddedBrokerLimits.idleConnectionMilliseconds
            for connection in connections.values
            where connection.lastActivity < limit && (connection.isBlockedOnWrite || !connection.hasUnanswered) {
                drop(connection, because: "idle", now, quietly: true)
            }
        }
    }

    // MARK: Sync

    private func startSync() throws(BrokerFailure) {
        guard syncIsReady, inFlight == nil else { return }
        let targets = node.takeSyncTargets()
        let offsetsEnd = node.offsets.isDirty ? node.offsets.size : nil
        guard !targets.isEmpty || offsetsEnd != nil else { return }
        var job: [SyncThreads.Item] = []
        for target in targets {
            job += target.segments.map { .file($0.segment.file) }
            if let file = target.newFile { job.append(.directory(of: file)) }
        }
        if offsetsEnd != nil { job.append(.file(node.offsets.file)) }
        inFlight = (targets, offsetsEnd)
        syncIsReady = false
        node.metrics.syncStarted(microseconds: Clock.monotonicMicroseconds())
        sync.start(job)
    }

    private func collectSync() throws(BrokerFailure) {
        let (isDone, isReady) = try sync.collect()
        if isReady { syncIsReady = true }
        guard isDone, let finished = inFlight else { return }
        inFlight = nil
        node.metrics.syncEnded(microseconds: Clock.monotonicMicroseconds())
        for target in finished.targets {
            target.log.synced(target)
            node.advanced(target.log)
        }
        if let end = finished.offsetsEnd { try node.offsets.synced(to: end) }
    }

    /// Everything written is synced and acknowledged.
    private func shutDown() throws(BrokerFailure) {
        for _ in 0..<2 {
            if inFlight == nil {
                syncIsReady = true
                try startSync()
            }
            while inFlight != nil {
                var descriptor = pollfd(fd: sync.notifications, events: Int16(POLLIN), revents: 0)
                _ = Glibc.poll(&descriptor, 1, 1_000)
                try collectSync()
            }
        }
        flushAll(Clock.monotonicMilliseconds())
        close(listener.descriptor)
        log.info("stopped")
    }

    // MARK: Connections

    private func acceptAll(_ now: Int64) throws(BrokerFailure) {
        for _ in 0..<EmbeddedBrokerLimits.eventsPerWait {
            let descriptor = linux_accept_nonblocking(listener.descriptor)
            guard descriptor >= 0 else {
                if errno == EAGAIN || errno == EINTR || errno == ECONNABORTED { return }
                log.error("accepting a connection failed: \(String(cString: strerror(errno)))")
                try watch(listener.descriptor, Self.listenerId, 0, isNew: false)
                acceptAgain = now + EmbeddedBrokerLimits.acceptPauseMilliseconds
                return
            }
            guard connections.count < EmbeddedBrokerLimits.maximumConnections else {
                log.warning("connection refused: \(connections.count) are open")
                close(descriptor)
                continue
            }
            var one: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
            let peer = Listener.address(of: descriptor, local: false)
            let connection = Connection(
                id: nextConnectionId, descriptor: descriptor, peer: "\(peer.host):\(peer.port)", now: now)
            nextConnectionId += 1
            connections[connection.id] = connection
            node.metrics.connections.add(1)
            do throws(BrokerFailure) {
                connection.watched = UInt32(EPOLLIN.rawValue)
                try watch(descriptor, connection.id, connection.watched, isNew: true)
            } catch {
                drop(connection, because: error.description, now)
            }
        }
    }

    private func drop(_ connection: Connection, because reason: String, _ now: Int64, quietly: Bool = false) {
        guard !connection.isClosed else { return }
        connection.isClosed = true
        node.metrics.connections.add(-1)
        if !quietly { node.metrics.closedConnections.add(1) }
        if quietly {
            log.debug("peer=\(connection.peer) closed: \(reason)")
        } else {
            log.warning("peer=\(connection.peer) connection closed: \(reason)")
        }
        node.connectionLost(connection, now: now)
        _ = epoll_ctl(poll, EPOLL_CTL_DEL, connection.descriptor, nil)
        shutdown(connection.descriptor, Int32(SHUT_RDWR))
        bufferedBytes -= connection.input.capacity
        connection.input.release()
        connections[connection.id] = nil
    }

    private func receive(_ connection: Connection, _ now: Int64) {
        var budget = EmbeddedBrokerLimits.receiveTurnBytes
        while !connection.isClosed {
            let need = takeRequests(connection, now)
            guard !connection.isClosed else { return }
            // An unanswered client is read again once its answers are gone.
            if connection.isSaturated { return updateWatch(connection, now) }
            guard budget > 0 else {
                unfinished.append(connection)
                return
            }
            let before = connection.input.capacity
            let count = connection.input.receive(connection.descriptor, need: need)
            bufferedBytes += connection.input.capacity - before
            if count < 0 {
                if errno == EINTR { continue }
                if errno != EAGAIN { drop(connection, because: String(cString: strerror(errno)), now, quietly: true) }
                return
            }
            if count == 0 {
                let partial = connection.input.count
                return drop(
                    connection,
                    because: partial > 0 ? "end of stream within a request (\(partial) bytes)" : "end of stream",
                    now, quietly: partial == 0)
            }
            if bufferedBytes > EmbeddedBrokerLimits.maximumBufferedBytes {
                return drop(connection, because: "all receive buffers together are at their limit", now)
            }
            connection.lastActivity = now
            node.metrics.receivedBytes.add(count)
            budget -= count
        }
    }

    /// Handles every whole request in the buffer; returns the size of the one that is still incomplete.
    private func takeRequests(_ connection: Connection, _ now: Int64) -> Int {
        while !connection.isSaturated {
            let bytes = connection.input.bytes
            guard bytes.count >= 4 else { return 4 }
            let size = Int(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
            guard size >= 8, size <= EmbeddedBrokerLimits.maximumRequestBytes else {
                drop(connection, because: "a request of \(size) bytes", now)
                return 0
            }
            if size > EmbeddedBrokerLimits.maximumControlRequestBytes, bytes.count >= 6 {
                let key = Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: Int16.self))
                guard key == ApiKey.produce.rawValue else {
                    drop(connection, because: "a request of \(size) bytes with api key \(key)", now)
                    return 0
                }
            }
            guard bytes.count >= size + 4 else { return size + 4 }
            do throws(ProtocolViolation) {
                let frame = UnsafeMutableRawBufferPointer(rebasing: bytes[4..<(size + 4)])
                try node.handle(frame, on: connection, now: now)
            } catch {
                drop(connection, because: error.reason, now)
                return 0
            }
            let before = connection.input.capacity
            connection.input.consume(size + 4)
            bufferedBytes += connection.input.capacity - before
        }
        return 0
    }

    // MARK: Sending

    private func flushAll(_ now: Int64) {
        let queue = node.flushQueue
        node.flushQueue = []
        for connection in queue {
            connection.isQueued = false
            guard !connection.isClosed else { continue }
            flush(connection, now)
        }
    }

    private func flush(_ connection: Connection, _ now: Int64) {
        let wasSaturated = connection.isSaturated
        guard !connection.isBlockedOnWrite else { return }
        switch connection.flush() {
        case .done: break
        case .blocked: connection.isBlockedOnWrite = true
        case .turnOver: node.queueFlush(connection)
        case .failed:
            return drop(connection, because: "sending failed: \(String(cString: strerror(errno)))", now, quietly: true)
        }
        connection.lastActivity = now
        if wasSaturated && !connection.isSaturated { unfinished.append(connection) }
        updateWatch(connection, now)
    }

    private func updateWatch(_ connection: Connection, _ now: Int64) {
        var wanted: UInt32 = 0
        if !connection.isSaturated { wanted |= UInt32(EPOLLIN.rawValue) }
        if connection.isBlockedOnWrite { wanted |= UInt32(EPOLLOUT.rawValue) }
        guard wanted != connection.watched, !connection.isClosed else { return }
        connection.watched = wanted
        do throws(BrokerFailure) {
            try watch(connection.descriptor, connection.id, wanted, isNew: false)
        } catch {
            drop(connection, because: error.description, now)
        }
    }
}
