import Glibc

/// Makes a cluster.
enum PostgresCluster {
    /// Takes the folder for this process and makes the cluster and its password unless they are there; returns the password.
    static func prepare(
        _ layout: PostgresLayout, _ installation: PostgresInstallation, isDurable: Bool
    ) throws(SupervisionError) -> String {
        try FileSystem.makeDirectory(layout.folder, mode: 0o700)
        if let user = layout.user { try FileSystem.changeOwner(layout.folder, user.id, user.group) }
        try DataLock.acquire(layout.lock)
        rotateLog(layout.log)
        if layout.clusterMajorVersion != nil { return try readPassword(layout) }
        let password = newPassword()
        try FileSystem.write(password, to: layout.password, mode: 0o600)
        if let user = layout.user { try FileSystem.changeOwner(layout.password, user.id, user.group) }
        try initialise(layout, installation, isDurable: isDurable)
        guard rename(layout.unfinished, layout.cluster) == 0 else {
            throw FileSystem.failure("rename the new cluster to", layout.cluster)
        }
        return password
    }

    private static func initialise(
        _ layout: PostgresLayout, _ installation: PostgresInstallation, isDurable: Bool
    ) throws(SupervisionError) {
        FileSystem.remove(layout.unfinished)
        var description = ChildProcessDescription(
            name: "initdb", executable: installation.initdb,
            arguments: [
                "--pgdata", layout.unfinished, "--username", LocalPostgres.userName, "--pwfile", layout.password,
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-instructions",
            ] + (isDurable ? [] : ["--no-sync"]))
        description.logPath = layout.log
        layout.apply(to: &description)
        description.environment = ["LC_ALL": "C"]
        let logStart = FileSystem.size(layout.log) ?? 0
        let process = try ChildProcess.start(description)
        let status = process.wait(timeoutMilliseconds: SupervisionLimits.initdbTimeoutMilliseconds)
        if status?.isSuccess == true { return }
        process.terminate(graceMilliseconds: 0)
        let written = (FileSystem.size(layout.log) ?? 0) - logStart
        let tail = FileSystem.text(layout.log, last: max(0, min(written, SupervisionLimits.logTailBytes))) ?? ""
        let lines = tail.split(whereSeparator: \.isNewline)
        let telling = lines.filter { line in ["error", "could not", "No space"].contains { line.contains($0) } }
        let reason = (telling.isEmpty ? lines.suffix(1) : telling[...]).joined(separator: "; ")
        var message = "initdb failed (\(status.map { "\($0)" } ?? "no end in time")): \(reason); see \(layout.log)"
        if let user = layout.user, reason.contains("ermission denied") || reason.contains("could not access") {
            message +=
                "; as root the server runs as user \(user.name), who must be able to enter every folder above "
                + "\(layout.folder): choose another data directory"
        }
        throw SupervisionError(.process, message)
    }

    private static func readPassword(_ layout: PostgresLayout) throws(SupervisionError) -> String {
        guard let text = FileSystem.text(layout.password), !text.isEmpty else {
            throw SupervisionError(
                .file, "the cluster's password file \(layout.password) is missing or cannot be read: restore it")
        }
        return String(text.prefix { !$0.isNewline })
    }

    /// 192 random bits in hexadecimal, so that it needs no escaping in a URL.
    private static func newPassword() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<24).map { _ in
            let byte = UInt8.random(in: 0...255, using: &generator)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    private static func rotateLog(_ path: String) {
        if let size = FileSystem.size(path), size > SupervisionLimits.maximumLogBytes { rename(path, path + ".1") }
    }
}
