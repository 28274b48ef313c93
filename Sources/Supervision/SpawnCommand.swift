import Glibc

/// A user of the system.
public struct SystemUser: Sendable, Equatable {
    public let name: String
    public let id: uid_t
    public let group: gid_t

    /// Nil when there is no such user.
    public init?(named name: String) {
        guard let entry = getpwnam(name) else { return nil }
        self.name = name
        id = entry.pointee.pw_uid
        group = entry.pointee.pw_gid
    }
}

/// A child's start made ready: every fault that can be named is found before the fork.
struct SpawnCommand: Sendable {
    let name: String
    let arguments: [String]
    let environment: [String]
    let logPath: String?
    let isInOwnProcessGroup: Bool

    init(_ description: ChildProcessDescription) throws(SupervisionError) {
        name = description.name
        guard let path = Programs.find(description.executable) else {
            throw SupervisionError(
                .missingProgram, "\(description.name): there is no program \(description.executable)")
        }
        arguments = try Self.prefix(description) + [path] + description.arguments
        environment = Self.environment(description.environment)
        logPath = description.logPath
        isInOwnProcessGroup = description.isInOwnProcessGroup
    }

    /// `setpriv` sets what posix_spawn cannot (user, parent-death signal) and becomes the program.
    private static func prefix(_ description: ChildProcessDescription) throws(SupervisionError) -> [String] {
        var options: [String] = []
        if let signal = description.parentDeathSignal { options += ["--pdeathsig", Self.signalName(signal)] }
        if let user = description.user {
            options += ["--reuid", String(user.id), "--regid", String(user.group), "--init-groups"]
            if description.overridesFolderPermissions {
                options += ["--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"]
            }
        }
        if options.isEmpty { return [] }
        if let setpriv = Programs.find("setpriv") { return [setpriv] + options + ["--"] }
        guard let user = description.user else { return [] }
        guard let runuser = Programs.find("runuser") else {
            throw SupervisionError(
                .missingProgram,
                "\(description.name) must run as user \(user.name): install util-linux (setpriv or runuser)")
        }
        return [runuser, "-u", user.name, "--"]
    }

    private static func signalName(_ signal: Int32) -> String {
        switch signal {
        case SIGINT: "INT"
        case SIGQUIT: "QUIT"
        case SIGKILL: "KILL"
        case SIGHUP: "HUP"
        default: "TERM"
        }
    }

    private static func environment(_ changes: [String: String?]) -> [String] {
        var lines: [String] = []
        var variable = environ
        while let entry = variable.pointee {
            let line = String(cString: entry)
            let name = line.prefix { $0 != "=" }
            if changes[String(name)] == nil { lines.append(line) }
            variable += 1
        }
        for (name, value) in changes { if let value { lines.append("\(name)=\(value)") } }
        return lines
    }

    func spawn() -> Result<pid_t, SupervisionError> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let logPath {
            let probe = open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
            if probe < 0 { return .failure(FileSystem.failure("write the log", logPath)) }
            close(probe)
            posix_spawn_file_actions_addopen(&actions, 1, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o644)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        for descriptor in Self.openDescriptors where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        configure(&attributes)
        return start(&actions, &attributes)
    }

    /// glibc ignores one that is closed by the time the child gets to it.
    private static var openDescriptors: [Int32] { FileSystem.entries("/proc/self/fd").compactMap { Int32($0) } }

    /// The child starts with no signal blocked or ignored, whatever this process did with its own.
    private func configure(_ attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
        if isInOwnProcessGroup {
            posix_spawnattr_setpgroup(&attributes, 0)
            flags |= Int32(POSIX_SPAWN_SETPGROUP)
        }
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    private func start(
        _ actions: inout posix_spawn_file_actions_t, _ attributes: inout posix_spawnattr_t
    ) -> Result<pid_t, SupervisionError> {
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, arguments[0], &actions, &attributes, &words, &variables)
        if failure != 0 {
            let reason = String(cString: strerror(failure))
            return .failure(SupervisionError(.process, "\(name) could not be started (\(arguments[0])): \(reason)"))
        }
        return .success(pid)
    }
}

/// Programs by name.
enum Programs {
    /// The path of an executable given by path or found on PATH (and where system tools are, PATH or not).
    static func find(_ name: String) -> String? {
        if name.contains("/") { return FileSystem.isExecutable(name) ? name : nil }
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]
        return folders.lazy.map { $0 + "/" + name }.first(where: FileSystem.isExecutable)
    }
}
