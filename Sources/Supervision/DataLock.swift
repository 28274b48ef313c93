import Glibc
import Synchronization

/// Keeps a data directory to one process: a lock that the system gives back when the process ends, however it ends.
///
/// Within the process the lock may be taken again, as a supervisor does when it starts a crashed server anew.
enum DataLock {
    private static let held = Mutex<[String: Int32]>([:])

    static func acquire(_ path: String) throws(SupervisionError) {
        let outcome: Result<Void, SupervisionError> = held.withLock { held in
            if held[path] != nil { return .success(()) }
            let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard file >= 0 else { return .failure(FileSystem.failure("open the lock", path)) }
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
                let error = errno == EWOULDBLOCK ? taken(path) : FileSystem.failure("lock", path)
                close(file)
                return .failure(error)
            }
            ftruncate(file, 0)
            let pid = "\(getpid())\n"
            _ = pid.withCString { write(file, $0, strlen($0)) }
            held[path] = file
            return .success(())
        }
        try outcome.get()
    }

    static func release(_ path: String) {
        held.withLock { held in
            if let file = held.removeValue(forKey: path) { close(file) }
        }
    }

    private static func taken(_ path: String) -> SupervisionError {
        let pid = FileSystem.text(path)?.prefix { $0.isNumber } ?? ""
        return SupervisionError(
            .process,
            "\(FileSystem.parent(of: path)) is in use by a running process\(pid.isEmpty ? "" : " (pid \(pid))"): "
                + "stop that one, or choose another data directory")
    }
}
