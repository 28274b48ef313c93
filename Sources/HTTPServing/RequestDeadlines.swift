/// When each connection's next request must have come whole: against clients that send a byte now and then, which an
/// idle time-out never catches. Pure; `now` and deadlines are nanoseconds of `MonotonicClock`.
struct RequestDeadlines {
    private struct Entry {
        let descriptor: Int32
        /// Nil while a request is being answered.
        var deadline: UInt64?
    }

    private let patienceNanoseconds: UInt64
    /// By the connection's address.
    private var entries: [UInt: Entry] = [:]

    init(patienceSeconds: Int) {
        patienceNanoseconds = UInt64(patienceSeconds) * 1_000_000_000
    }

    var count: Int { entries.count }

    mutating func opened(_ connection: UInt, descriptor: Int32, now: UInt64) {
        entries[connection] = Entry(descriptor: descriptor, deadline: now + patienceNanoseconds)
    }

    mutating func closed(_ connection: UInt) {
        entries[connection] = nil
    }

    /// The request is whole; its answer may take as long as it takes.
    mutating func received(_ connection: UInt) {
        entries[connection]?.deadline = nil
    }

    /// The answer has left: the next request may begin.
    mutating func answered(_ connection: UInt, now: UInt64) {
        entries[connection]?.deadline = now + patienceNanoseconds
    }

    /// Descriptors of connections whose time is over. Each is given once.
    mutating func takeExpired(now: UInt64) -> [Int32] {
        var found: [Int32] = []
        for (connection, entry) in entries {
            guard let deadline = entry.deadline, deadline <= now else { continue }
            entries[connection]?.deadline = nil
            found.append(entry.descriptor)
        }
        return found
    }
}
