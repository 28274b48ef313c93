import Foundation
import Glibc

/// The folder that one `up` keeps everything in. Held by a lock while it runs.
final class DataDirectory: Sendable {
    /// From the root, so that children with other working directories find it.
    let path: String
    private let lockDescriptor: Int32

    var logs: String { path + "/logs" }
    /// A part's log; PostgreSQL's lies beside its data, whose owner may be another user.
    func log(of name: String) -> String {
        name == "postgres" ? path + "/postgres/postgres.log" : "\(logs)/\(name).log"
    }
    var broker: String { path + "/broker" }
    var secretFile: String { path + "/jwt-secret" }
    /// Where processes write down the ports of their metrics.
    var metrics: String { MetricsAddress.folder(in: path) }
    private var pids: String { path + "/pids" }

    /// Makes the folder where it is missing and takes the lock.
    /// - Throws: when another `up` holds it.
    init(_ given: String) throws(CommandFailure) {
        let path = URL(fileURLWithPath: given).standardizedFileURL.path
        self.path = path
        do {
            try FileManager.default.createDirectory(atPath: path + "/pids", withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(
                "the data directory \(path) cannot be made: \(error.localizedDescription)",
                remedy: "Choose another with --data-dir, or correct its permissions.")
        }
        lockDescriptor = open(path + "/up.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lockDescriptor >= 0 else {
            throw CommandFailure(
                "\(path)/up.lock cannot be opened: \(String(cString: strerror(errno)))",
                remedy: "Check the permissions of the data directory.")
        }
        guard flock(lockDescriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(lockDescriptor)
            let holder = RunFile.read(path).map { " (process \($0.pid), API \($0.api))" } ?? ""
            throw CommandFailure(
                "another `tapefold up` runs on \(path)\(holder)",
                remedy: "Use that one, stop it first, or choose another --data-dir.")
        }
    }

    deinit {
        close(lockDescriptor)
    }

    /// An empty folder for ports: those of an earlier `up` lead nowhere, or elsewhere.
    func clearMetrics() throws(CommandFailure) {
        do {
            try? FileManager.default.removeItem(atPath: metrics)
            try FileManager.default.createDirectory(atPath: metrics, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(
                "\(metrics) cannot be made: \(error.localizedDescription)",
                remedy: "Check the permissions of the data directory.")
        }
    }

    /// The secret that tokens are signed with, made once.
    func makeSecret() throws(CommandFailure) {
        if FileManager.default.fileExists(atPath: secretFile) { return }
        var random = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for _ in 0..<CommandLineLimits.secretBytes {
            let byte = UInt8.random(in: .min ... .max, using: &random)
            text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        try PrivateFile.write(text + [UInt8(ascii: "\n")], to: secretFile)
    }

    func note(pid: Int32, of name: String) {
        try? "\(pid)\n".write(toFile: "\(pids)/\(name)", atomically: true, encoding: .utf8)
    }

    /// Ends what an `up` that was killed left running. Its children were told to stop when it died; this waits for them
    /// and helps those that do not.
    func endLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: pids)) ?? []
        let left = names.compactMap { name -> pid_t? in
            guard let text = try? String(contentsOfFile: "\(pids)/\(name)", encoding: .utf8),
                let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)), isOurs(pid, name)
            else { return nil }
            return pid
        }
        for (signal, patience) in [(SIGTERM, CommandLineLimits.leftoverGraceMilliseconds), (SIGKILL, 2_000)] {
            for pid in left where kill(pid, 0) == 0 {
                kill(pid, SIGCONT)
                kill(pid, signal)
            }
            let deadline = ContinuousClock.now + .milliseconds(patience)
            while left.contains(where: { kill($0, 0) == 0 }), ContinuousClock.now < deadline { usleep(20_000) }
        }
        forgetPids()
    }

    func forgetPids() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: pids)) ?? []
        for name in names { unlink("\(pids)/\(name)") }
    }

    /// Process numbers are used again, so the program and the data directory it was started for must fit too.
    private func isOurs(_ pid: pid_t, _ name: String) -> Bool {
        let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
        let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
        // This program folds views of its own, under their names.
        return (program?.hasSuffix("/\(name)") == true || program == Programs.own)
            && environment.split(separator: 0).contains(Data("\(Self.marker)=\(path)".utf8))
    }

    /// Set for every child: whose it is.
    static let marker = "TAPEFOLD_UP_DATA_DIR"
}
