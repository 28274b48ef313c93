import Foundation
import Supervision
import Testing

/// A file system of a few mebibytes, so that a test can fill it. Needs root and the right to mount.
final class SmallDisk {
    let path: String
    private var filler: String { path + "/filler" }

    private static let prefix = "/tmp/tapefold-test-disk-"

    init(mebibytes: Int) throws {
        Self.removeAbandoned()
        path = "\(Self.prefix)\(getpid())-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        do {
            try runProgram("mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m,mode=755", "tmpfs", path])
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    deinit { Self.remove(path) }

    var freeBytes: Int {
        var status = statvfs()
        return statvfs(path, &status) == 0 ? Int(status.f_bavail) * Int(status.f_frsize) : 0
    }

    /// Takes all space but the last so many bytes.
    func fill(leaving bytes: Int = 0) throws {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        guard descriptor >= 0 else { throw WaitTimedOut(what: "\(filler): errno \(errno)", seconds: 0) }
        defer { close(descriptor) }
        let page = [UInt8](repeating: 1, count: 4_096)
        while freeBytes > bytes, write(descriptor, page, page.count) > 0 {}
    }

    /// Gives the space back.
    func makeSpace() { try? FileManager.default.removeItem(atPath: filler) }

    /// Nil where a small disk can be mounted, else why not.
    static let obstacle: String? = {
        guard geteuid() == 0 else { return "needs root to mount a small disk" }
        do {
            _ = try SmallDisk(mebibytes: 1)
            return nil
        } catch {
            return "mounting a small disk is not permitted here: \(error)"
        }
    }()

    private static func remove(_ path: String) {
        // Lazily: a process that is just being killed may still have a file open.
        _ = try? runProgram("umount", ["--lazy", path], mayFail: true)
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Disks of test processes that were killed.
    private static func removeAbandoned() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? [] {
            let full = "/tmp/" + name
            guard full.hasPrefix(prefix) else { continue }
            let pid = full.dropFirst(prefix.count).prefix { $0.isNumber }
            if pid_t(pid) != getpid(), !FileManager.default.fileExists(atPath: "/proc/\(pid)") { remove(full) }
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test, saying why, where no small disk can be mounted.
    static var needsSmallDisk: Self {
        .enabled(if: SmallDisk.obstacle == nil, "\(SmallDisk.obstacle ?? "")")
    }
}
