import Glibc

/// The programs of one installed PostgreSQL.
struct PostgresInstallation: Sendable {
    let binaries: String
    let majorVersion: Int
    let hasLZ4: Bool

    var initdb: String { binaries + "/initdb" }
    var postgres: String { binaries + "/postgres" }

    static let oldestMajorVersion = 14

    /// The newest installed one, or the one of the major version that a cluster was made with.
    static func find(majorVersion: Int?, in folder: String?) throws(SupervisionError) -> PostgresInstallation {
        let folders = folder.map { [$0] } ?? usualFolders
        let found = folders.compactMap(inspect).sorted { $0.majorVersion > $1.majorVersion }
        if let majorVersion {
            guard let match = found.first(where: { $0.majorVersion == majorVersion }) else {
                throw SupervisionError(
                    .missingProgram,
                    "the data was written by PostgreSQL \(majorVersion), which is not installed: "
                        + "apt-get install postgresql-\(majorVersion), or start with an empty data directory")
            }
            return match
        }
        guard let newest = found.first, newest.majorVersion >= oldestMajorVersion else {
            throw SupervisionError(
                .missingProgram,
                "no initdb of PostgreSQL \(oldestMajorVersion) or newer was found (looked in "
                    + (folders.isEmpty ? "/usr/lib/postgresql and PATH" : folders.joined(separator: ", "))
                    + "): apt-get install postgresql, or set DATABASE_URL to a server that runs already")
        }
        return newest
    }

    private static var usualFolders: [String] {
        var all: [String] = []
        if let program = Programs.find("pg_config"), let folder = output(of: program, "--bindir") { all.append(folder) }
        let versions = FileSystem.entries("/usr/lib/postgresql").compactMap { Int($0) }.sorted(by: >)
        all += versions.map { "/usr/lib/postgresql/\($0)/bin" }
        if let program = Programs.find("initdb") { all.append(FileSystem.parent(of: FileSystem.resolved(program))) }
        var seen: Set<String> = []
        return all.filter { seen.insert($0).inserted }
    }

    private static func inspect(_ folder: String) -> PostgresInstallation? {
        guard FileSystem.isExecutable(folder + "/initdb"), FileSystem.isExecutable(folder + "/postgres"),
            let version = output(of: folder + "/postgres", "--version"),
            let number = version.split(separator: " ").first(where: { $0.first?.isNumber == true }),
            let major = Int(number.prefix { $0.isNumber })
        else { return nil }
        let configure = output(of: folder + "/pg_config", "--configure") ?? ""
        return PostgresInstallation(binaries: folder, majorVersion: major, hasLZ4: configure.contains("--with-lz4"))
    }

    /// A program's first line of output.
    private static func output(of program: String, _ argument: String) -> String? {
        guard FileSystem.isExecutable(program), let pipe = popen("'\(program)' \(argument) 2>/dev/null", "re") else {
            return nil
        }
        var line = [CChar](repeating: 0, count: 16 * 1024)
        let text = fgets(&line, Int32(line.count), pipe).map { String(cString: $0) }
        while fgets(&line, Int32(line.count), pipe) != nil {}
        guard pclose(pipe) == 0 else { return nil }
        return text.map { String($0.prefix { !$0.isNewline }) }
    }
}
