import Glibc
import Postgres

/// Server processes that still run on a data directory after their parent died.
enum PostgresLeftovers {
    /// Stops them: a fast shutdown first, then harder.
    static func stop(dataDirectory: String) throws(SupervisionError) {
        let folder = FileSystem.resolved(dataDirectory)
        for (signal, patience) in [
            (SIGINT, SupervisionLimits.postgresStopGraceMilliseconds), (SIGQUIT, 5_000), (SIGKILL, 5_000),
        ] {
            let running = processes(in: folder)
            if running.isEmpty { return }
            // Orphaned backends understand SIGINT as "cancel"; only the postmaster takes it for a shutdown.
            let postmaster = postmaster(in: folder).flatMap { running.contains($0) ? $0 : nil }
            if postmaster == nil, signal == SIGINT { continue }
            let targets = signal == SIGKILL ? running : postmaster.map { [$0] } ?? running
            for pid in targets {
                kill(pid, signal)
                // A stopped process could not act on the signal.
                kill(pid, SIGCONT)
            }
            let deadline = MonotonicClock.milliseconds + Int64(patience)
            while MonotonicClock.milliseconds < deadline, !processes(in: folder).isEmpty {
                MonotonicClock.sleep(milliseconds: SupervisionLimits.pollMilliseconds)
            }
        }
        let running = processes(in: folder)
        if let pid = running.first {
            throw SupervisionError(.process, "PostgreSQL process \(pid) on \(folder) does not end: stop it by hand")
        }
    }

    static func postmaster(in folder: String) -> pid_t? {
        FileSystem.text(folder + "/postmaster.pid")
            .flatMap { $0.split(whereSeparator: \.isNewline).first }
            .flatMap { pid_t($0) }
    }

    /// Every PostgreSQL process works in its data directory.
    static func processes(in folder: String) -> [pid_t] {
        FileSystem.entries("/proc").compactMap { pid_t($0) }.filter { pid in
            guard FileSystem.link("/proc/\(pid)/cwd") == folder else { return false }
            let program = FileSystem.link("/proc/\(pid)/exe") ?? ""
            return program.hasSuffix("/postgres") || program.hasSuffix("/postgres (deleted)")
        }
    }
}
