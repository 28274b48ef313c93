import Glibc

/// One forward-only step of the database's schema, from a file `NNNN_name.sql`.
public struct Migration: Sendable, Equatable {
    public let number: Int
    public let name: String
    public let sql: String

    /// The first line of a file whose statements must not run in a transaction (CREATE INDEX CONCURRENTLY).
    public static let noTransactionMark = "-- tapefold: no-transaction"

    public init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    public var fileName: String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_\(name).sql"
    }

    public var runsInTransaction: Bool {
        sql.prefix { !$0.isNewline }.trimmingSpaces != Self.noTransactionMark[...]
    }

    /// Reads all `NNNN_name.sql` of a directory, in order. Other files that end in `.sql` are an error.
    public static func load(directory: String) throws(PostgresError) -> [Migration] {
        guard let handle = opendir(directory) else {
            throw .usage("the migrations' directory \(directory) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { closedir(handle) }
        var migrations: [Migration] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".sql") { migrations.append(try read(directory, name)) }
        }
        return migrations.sorted { $0.number < $1.number }
    }

    private static func read(_ directory: String, _ file: String) throws(PostgresError) -> Migration {
        let parts = file.dropLast(4).split(separator: "_", maxSplits: 1)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[0].allSatisfy({ ("0"..."9").contains($0) }),
            let number = Int(parts[0])
        else { throw .usage("\(directory)/\(file) is not named as a migration is: NNNN_name.sql") }
        return Migration(number: number, name: String(parts[1]), sql: try text("\(directory)/\(file)"))
    }

    private static func text(_ path: String) throws(PostgresError) -> String {
        guard let file = fopen(path, "re") else {
            throw .usage("\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: PostgresLimits.maximumMigrationBytes + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard count <= PostgresLimits.maximumMigrationBytes else {
            throw .usage("\(path) is larger than \(PostgresLimits.maximumMigrationBytes) bytes")
        }
        guard let text = String(validating: bytes.prefix(count), as: UTF8.self) else {
            throw .usage("\(path) is not UTF-8")
        }
        return text
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
