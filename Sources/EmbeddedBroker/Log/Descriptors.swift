import Glibc
import Synchronization

/// Files that the process may have open at once, and has.
enum Descriptors {
    static let open = Atomic(0)

    /// The most that the system allows.
    static var limit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 else { return Int.max }
        return Int(clamping: limit.rlim_cur)
    }

    static var remedy: String {
        "the process may have \(limit) files open: raise the limit (ulimit -n, LimitNOFILE=) and start it again"
    }

    /// - Parameters:
    ///   - more: files that are to stay open.
    ///   - share: the part of the limit, as 1/share, that must be left for connections and what else comes.
    static func require(_ more: Int, leaving share: Int, for purpose: String) throws(BrokerFailure) {
        let limit = limit
        guard open.load(ordering: .relaxed) + more > limit - limit / share else { return }
        throw BrokerFailure(
            "\(purpose) needs \(more) more open files, \(open.load(ordering: .relaxed)) are open; \(remedy)")
    }
}
