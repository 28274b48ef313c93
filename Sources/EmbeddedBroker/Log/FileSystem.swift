import CLinux
import Glibc

/// A failure that the operator must hear of: what happened, where, and where possible what to do.
struct BrokerFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }

    /// The failed system call's reason is taken from errno.
    static func system(_ action: String, _ path: String, _ code: Int32 = errno) -> BrokerFailure {
        let reason = "\(action) \(path) failed: \(String(cString: strerror(code)))"
        return BrokerFailure(code == EMFILE ? "\(reason); \(Descriptors.remedy)" : reason)
    }
}

/// An open file that closes with its last reference: a segment may be deleted while it is still being sent.
final class OpenFile: Sendable {
    let descriptor: Int32
    let path: String

    init(path: String, flags: Int32, mode: mode_t = 0o644) throws(BrokerFailure) {
        descriptor = open(path, flags | O_CLOEXEC, mode)
        self.path = path
        if descriptor < 0 { throw .system("opening", path) }
        Descriptors.open.add(1, ordering: .relaxed)
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        Descriptors.open.subtract(1, ordering: .relaxed)
    }

    /// When it was last written, in milliseconds since 1970.
    func modificationMilliseconds() throws(BrokerFailure) -> Int64 {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw .system("reading the times of", path) }
        return Int64(info.st_mtim.tv_sec) * 1_000 + Int64(info.st_mtim.tv_nsec) / 1_000_000
    }

    func size() throws(BrokerFailure) -> Int {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw .system("reading the size of", path) }
        return Int(info.st_size)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(BrokerFailure) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(position + done))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .system("writing", path) }
            done += count
        }
    }

    func write(_ bytes: [UInt8], at position: Int) throws(BrokerFailure) {
        let result = bytes.withUnsafeBytes { buffer -> Result<Void, BrokerFailure> in
            do throws(BrokerFailure) {
                try write(buffer, at: position)
                return .success(())
            } catch { return .failure(error) }
        }
        try result.get()
    }

    /// Reads up to `count` bytes; fewer at the file's end.
    func read(_ count: Int, at position: Int) throws(BrokerFailure) -> [UInt8] {
        var failure: BrokerFailure?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(position + filled))
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failure = .system("reading", path) }
                if got <= 0 { break }
                filled += got
            }
        }
        if let failure { throw failure }
        return bytes
    }

    func truncate(to size: Int) throws(BrokerFailure) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw .system("truncating", path) }
    }

    func synchronize() throws(BrokerFailure) {
        guard fsync(descriptor) == 0 else { throw .system("syncing", path) }
    }
}

/// A file's bytes mapped for reading.
final class MappedFile {
    let bytes: UnsafeRawBufferPointer

    /// Nil for an empty file.
    init?(_ file: OpenFile, count: Int) throws(BrokerFailure) {
        guard count > 0 else { return nil }
        guard let base = mmap(nil, count, PROT_READ, MAP_SHARED, file.descriptor, 0), base != MAP_FAILED else {
            throw .system("mapping", file.path)
        }
        bytes = UnsafeRawBufferPointer(start: base, count: count)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}

enum FileSystem {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func makeDirectory(_ path: String) throws(BrokerFailure) {
        if mkdir(path, 0o755) == 0 { return }
        let code = errno
        if code == EEXIST { return }
        guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw .system("creating", path, code)
        }
        try makeDirectory(String(path[..<slash]))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw .system("creating", path) }
    }

    /// Names in a directory, sorted, without `.` and `..`.
    static func list(_ path: String) throws(BrokerFailure) -> [String] {
        guard let directory = opendir(path) else { throw .system("listing", path) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func removeTree(_ path: String) throws(BrokerFailure) {
        var info = stat()
        guard lstat(path, &info) == 0 else { return }
        if info.st_mode & S_IFMT == S_IFDIR {
            for name in try list(path) { try removeTree("\(path)/\(name)") }
            guard rmdir(path) == 0 else { throw .system("removing", path) }
        } else {
            try remove(path)
        }
    }

    static func remove(_ path: String) throws(BrokerFailure) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .system("removing", path) }
    }

    static func move(_ from: String, to: String) throws(BrokerFailure) {
        guard rename(from, to) == 0 else { throw .system("renaming \(from) to", to) }
    }

    static func synchronizeDirectory(_ path: String) throws(BrokerFailure) {
        try OpenFile(path: path, flags: O_RDONLY | O_DIRECTORY).synchronize()
    }

    static func readAll(_ path: String) throws(BrokerFailure) -> [UInt8] {
        let file = try OpenFile(path: path, flags: O_RDONLY)
        return try file.read(try file.size(), at: 0)
    }

    /// Replaces a small file so that a crash leaves the old or the new one, whole.
    static func replace(_ path: String, with bytes: [UInt8], durable: Bool) throws(BrokerFailure) {
        let temporary = path + ".tmp"
        let file = try OpenFile(path: temporary, flags: O_WRONLY | O_CREAT | O_TRUNC)
        do throws(BrokerFailure) {
            try file.write(bytes, at: 0)
        } catch {
            // A full disk needs its space back.
            try remove(temporary)
            throw error
        }
        if durable { try file.synchronize() }
        try move(temporary, to: path)
        if durable, let slash = path.lastIndex(of: "/") { try synchronizeDirectory(String(path[..<slash])) }
    }
}
