import Glibc
import HTTPServing
import Synchronization

/// All streams of this process: the loops, who may still join, and what goes to whom.
final class StreamHub: Sendable {
    let symbols = SymbolRegistry()
    let ticksSent = Atomic(0)
    /// Clients that follow their rows.
    let userStreams = Atomic(0)
    /// After how long a client that takes nothing is dropped.
    let stallMilliseconds: Int64
    private let state = Mutex(State())
    private let resumes = Mutex<[ResumeRequest]>([])
    private let turn = Atomic(0)

    private struct State {
        var loops: [StreamLoop] = []
        var threads: [WorkerThread] = []
        var clients: [StreamTransport: Int] = [:]
        var byUser: [String: Int] = [:]
        var ended: [String: Int] = [:]
        var isStopping = false
    }

    /// A client that wants to know what changed since.
    struct ResumeRequest: Sendable {
        let client: Int
        let user: String
        let position: StreamPosition
        let loop: StreamLoop
    }

    init(stallMilliseconds: Int64 = Int64(StreamLimits.stallSeconds) * 1_000) {
        self.stallMilliseconds = stallMilliseconds
    }

    func start() {
        let loops = (0..<StreamLimits.loopThreads).map { _ in StreamLoop(hub: self) }
        let threads = loops.map { loop in WorkerThread.start { loop.run() } }
        state.withLock {
            $0.loops = loops
            $0.threads = threads
        }
    }

    /// Closes every stream and ends the loops' threads, within ``StreamLimits/closeSeconds``.
    func stop() {
        let (loops, threads) = state.withLock { state in
            state.isStopping = true
            defer { state.threads = [] }
            return (state.loops, state.threads)
        }
        for loop in loops { loop.tell(.stop) }
        for thread in threads { thread.join() }
    }

    // MARK: Who may join

    /// Counts one more client, unless there are too many: then says why not.
    func take(_ transport: StreamTransport, _ user: String) -> Problem? {
        state.withLock { state in
            if state.isStopping { return .stopping }
            guard state.clients.values.reduce(0, +) < StreamLimits.clients else {
                return Problem(
                    kind: "overloaded", title: "Service unavailable", status: 503,
                    detail: "\(StreamLimits.clients) streams are open already; try another copy of read-api",
                    headers: [HTTPHeader("Retry-After", String(StreamLimits.heartbeatSeconds))])
            }
            guard state.byUser[user, default: 0] < StreamLimits.clientsPerUser else {
                return Problem(
                    kind: "too-many-streams", title: "Too many requests", status: 429,
                    detail: "\(user) has \(StreamLimits.clientsPerUser) streams open already; close one first",
                    headers: [HTTPHeader("Retry-After", String(StreamLimits.heartbeatSeconds))])
            }
            state.clients[transport, default: 0] += 1
            state.byUser[user, default: 0] += 1
            return nil
        }
    }

    /// A client's place is free again.
    func leave(_ transport: StreamTransport, _ user: String) {
        state.withLock { state in
            state.clients[transport, default: 1] -= 1
            let left = state.byUser[user, default: 1] - 1
            state.byUser[user] = left > 0 ? left : nil
        }
    }

    /// Hands a socket to a loop, which closes it in the end.
    func begin(_ new: NewStream) {
        let (loops, isStopping) = state.withLock { ($0.loops, $0.isStopping) }
        guard new.socket >= 0 else { return count(.left) }
        guard !loops.isEmpty, !isStopping else {
            close(new.socket)
            return count(.stopping)
        }
        loops[turn.wrappingAdd(1, ordering: .relaxed).oldValue % loops.count].tell(.begin(new))
    }

    func count(_ why: StreamEnd) {
        state.withLock { $0.ended[why.label, default: 0] += 1 }
    }

    // MARK: What goes to whom

    func tellAll(_ message: StreamLoop.Message) {
        for loop in state.withLock({ $0.loops }) { loop.tell(message) }
    }

    func resume(_ client: Int, of user: String, from position: StreamPosition, on loop: StreamLoop) {
        resumes.withLock {
            $0.append(ResumeRequest(client: client, user: user, position: position, loop: loop))
        }
    }

    func takeResumes() -> [ResumeRequest] {
        resumes.withLock { resumes in
            defer { resumes = [] }
            return resumes
        }
    }

    /// Prometheus text.
    var metricsText: String {
        let (clients, ended) = state.withLock { ($0.clients, $0.ended) }
        var text = "# HELP tapefold_stream_clients Open streams.\n# TYPE tapefold_stream_clients gauge\n"
        for transport in StreamTransport.allCases {
            text += "tapefold_stream_clients{transport=\"\(transport.rawValue)\"} \(clients[transport] ?? 0)\n"
        }
        text += "# HELP tapefold_stream_ended_total Streams that ended, by reason.\n"
        text += "# TYPE tapefold_stream_ended_total counter\n"
        for (label, count) in ended.sorted(by: { $0.key < $1.key }) {
            text += "tapefold_stream_ended_total{reason=\"\(label)\"} \(count)\n"
        }
        text += "# HELP tapefold_stream_ticks_sent_total Ticks sent to clients, after conflation.\n"
        text += "# TYPE tapefold_stream_ticks_sent_total counter\n"
        return text + "tapefold_stream_ticks_sent_total \(ticksSent.load(ordering: .relaxed))\n"
    }
}
