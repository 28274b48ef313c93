import Glibc

/// The few file operations that supervision needs, with errors that name the path.
enum FileSystem {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 && !isDirectory(path) }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Makes the directory and its parents.
    static func makeDirectory(_ path: String, mode: mode_t = 0o755) throws(SupervisionError) {
        if isDirectory(path) { return }
        let parent = parent(of: path)
        if parent != path, !parent.isEmpty { try makeDirectory(parent, mode: 0o755) }
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("create directory", path) }
        guard chmod(path, mode) == 0 else { throw failure("set the mode of", path) }
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The path from the root, without asking the file system.
    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        return String(cString: current) + "/" + path
    }

    /// The path with links resolved, as /proc shows it; the path itself where it does not exist.
    static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    static func entries(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func link(_ path: String) -> String? {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(path, &target, target.count)
        return length > 0 ? String(decoding: target.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    /// The file's text, at most its last `limit` bytes.
    static func text(_ path: String, last limit: Int = 1 << 20) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let end = lseek(file, 0, SEEK_END)
        lseek(file, max(0, end - off_t(limit)), SEEK_SET)
        var bytes = [UInt8](repeating: 0, count: limit)
        var used = 0
        while used < limit {
            let count = bytes.withUnsafeMutableBytes { raw in
                read(file, raw.baseAddress.map { $0 + used }, limit - used)
            }
            if count <= 0 { break }
            used += count
        }
        return String(decoding: bytes.prefix(used), as: UTF8.self)
    }

    /// Writes a new file with its mode set before a byte is in it, whole or not at all.
    static func write(_ text: String, to path: String, mode: mode_t) throws(SupervisionError) {
        let temporary = path + ".new"
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure("write", path) }
        var copy = text
        let written = copy.withUTF8 { Glibc.write(file, $0.baseAddress, $0.count) }
        let synced = fsync(file) == 0
        close(file)
        guard written == text.utf8.count, synced, rename(temporary, path) == 0 else { throw failure("write", path) }
    }

    /// Removes a file or a directory with all it holds; links are removed, not followed.
    static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in entries(path) { remove(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    /// Whether the user may enter the folder and every one above it, as far as mode bits tell.
    static func canEnter(_ path: String, _ user: SystemUser) -> Bool {
        var folder = resolved(path)
        while true {
            var status = stat()
            guard stat(folder, &status) == 0 else { return false }
            let bit: mode_t = status.st_uid == user.id ? 0o100 : status.st_gid == user.group ? 0o010 : 0o001
            if status.st_mode & bit == 0 { return false }
            if folder == "/" { return true }
            folder = parent(of: folder)
        }
    }

    static func changeOwner(_ path: String, _ user: uid_t, _ group: gid_t) throws(SupervisionError) {
        guard chown(path, user, group) == 0 else { throw failure("change the owner of", path) }
    }

    static func failure(_ action: String, _ path: String) -> SupervisionError {
        SupervisionError(.file, "cannot \(action) \(path): \(String(cString: strerror(errno)))")
    }
}
