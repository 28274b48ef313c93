import CLinux
import Glibc

/// The broker's directory on disk and the exclusive right to it.
///
///     lock                     held while a broker runs; holds its process id
///     cluster                  the cluster id
///     producer-ids             the first producer id not yet handed out
///     offsets.log              what consumer groups have committed
///     topics/<topic>/topic     its partition count and settings
///     topics/<topic>/<n>/      partition n: <base offset>.log, .index, .producers and the sync mark
///     staging/ trash/          topics being made or removed
final class DataDirectory {
    let path: String
    private let lock: OpenFile
    let clusterId: String

    init(path: String) throws(BrokerFailure) {
        self.path = path
        for name in ["topics", "staging", "trash"] { try FileSystem.makeDirectory("\(path)/\(name)") }
        lock = try OpenFile(path: "\(path)/lock", flags: O_RDWR | O_CREAT)
        if flock(lock.descriptor, LOCK_EX | LOCK_NB) != 0 {
            let holder = String(decoding: (try? lock.read(32, at: 0)) ?? [], as: UTF8.self)
            throw BrokerFailure(
                "data directory \(path) is in use by another broker (process \(holder)): stop that one, or choose "
                    + "another directory with --data-dir")
        }
        try lock.truncate(to: 0)
        try lock.write(Array(String(getpid()).utf8), at: 0)
        clusterId = try Self.readOrMakeClusterId("\(path)/cluster")
        for name in ["staging", "trash"] {
            for entry in try FileSystem.list("\(path)/\(name)") {
                try FileSystem.removeTree("\(path)/\(name)/\(entry)")
            }
        }
    }

    private static func readOrMakeClusterId(_ path: String) throws(BrokerFailure) -> String {
        if FileSystem.exists(path) {
            let text = String(decoding: try FileSystem.readAll(path), as: UTF8.self)
            if !text.isEmpty { return text }
        }
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let id = String((0..<22).map { _ in alphabet.randomElement() ?? "A" })
        try FileSystem.replace(path, with: Array(id.utf8), durable: true)
        return id
    }

    func topicPath(_ topic: String) -> String { "\(path)/topics/\(topic)" }
}

/// Hands out producer ids that were never handed out before, whatever crashes: blocks of them are claimed on disk first.
struct ProducerIds {
    private let path: String
    private var next: Int64
    private var claimed: Int64

    init(path: String) throws(BrokerFailure) {
        self.path = path
        next = 0
        if FileSystem.exists(path) {
            let text = String(decoding: try FileSystem.readAll(path), as: UTF8.self)
            guard let value = Int64(text) else { throw BrokerFailure("\(path) does not hold a number") }
            next = value
        }
        claimed = next
    }

    mutating func allocate() throws(BrokerFailure) -> Int64 {
        if next == claimed {
            let end = claimed + EmbeddedBrokerLimits.producerIdBlock
            try FileSystem.replace(path, with: Array(String(end).utf8), durable: true)
            claimed = end
        }
        defer { next += 1 }
        return next
    }
}
