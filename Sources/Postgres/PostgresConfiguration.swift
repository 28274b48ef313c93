import CLibpq

/// Where a database is, who connects and with which session settings.
///
/// Made from `DATABASE_URL` (a `postgresql://` URL or a libpq keyword string). What the URL does not say, libpq
/// takes from its usual environment variables and password file. Descriptions never show the password.
public struct PostgresConfiguration: Sendable {
    /// libpq keywords as given in the URL.
    private var keywords: [String: String]

    public var applicationName = "tapefold"
    public var connectTimeoutMilliseconds = PostgresLimits.connectTimeoutMilliseconds
    /// How long sent bytes may stay unacknowledged; 0 leaves it to the system.
    public var tcpUserTimeoutMilliseconds = PostgresLimits.tcpUserTimeoutMilliseconds
    /// Session time-outs; nil leaves the server's setting.
    public var statementTimeoutMilliseconds: Int?
    public var lockTimeoutMilliseconds: Int?
    public var idleInTransactionTimeoutMilliseconds: Int?
    /// Further settings of the session by name, such as `work_mem`.
    public var settings: [String: String] = ["TimeZone": "UTC"]

    /// Throws a usage error for text that libpq cannot parse; the error does not repeat it, as it may hold a password.
    public init(url: String) throws(PostgresError) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            PQfreemem(message)
            throw .usage(
                "DATABASE_URL is not a valid connection string; expected "
                    + "postgresql://user:password@host:port/database")
        }
        defer { PQconninfoFree(options) }
        keywords = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { keywords[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        if let name = keywords["application_name"] { applicationName = name }
        if let seconds = keywords["connect_timeout"].flatMap({ Int($0) }), seconds > 0 {
            connectTimeoutMilliseconds = seconds * 1000
        }
        if let timeout = keywords["tcp_user_timeout"].flatMap({ Int($0) }) { tcpUserTimeoutMilliseconds = timeout }
    }

    public var host: String { keywords["hostaddr"] ?? keywords["host"] ?? "the default host" }
    public var port: String { keywords["port"] ?? "5432" }
    public var database: String { keywords["dbname"] ?? user }
    public var user: String { keywords["user"] ?? "the default user" }

    /// The same server and user, another database.
    public func withDatabase(_ name: String) -> PostgresConfiguration {
        var copy = self
        copy.keywords["dbname"] = name
        return copy
    }

    /// The same database under another application name, as `pg_stat_activity` shows it.
    public func withApplicationName(_ name: String) -> PostgresConfiguration {
        var copy = self
        copy.applicationName = name
        return copy
    }

    /// Keywords and values for `PQconnectStartParams`.
    var connectionParameters: [(keyword: String, value: String)] {
        var all = keywords
        all["application_name"] = applicationName
        all["client_encoding"] = "UTF8"
        all["connect_timeout"] = nil
        if tcpUserTimeoutMilliseconds > 0 { all["tcp_user_timeout"] = String(tcpUserTimeoutMilliseconds) }
        all["keepalives_idle"] = all["keepalives_idle"] ?? String(PostgresLimits.keepaliveIdleSeconds)
        all["keepalives_interval"] = all["keepalives_interval"] ?? String(PostgresLimits.keepaliveIntervalSeconds)
        all["keepalives_count"] = all["keepalives_count"] ?? String(PostgresLimits.keepaliveProbeCount)
        let own = sessionOptions
        all["options"] = [all["options"], own.isEmpty ? nil : own].compactMap { $0 }.joined(separator: " ")
        return all.sorted { $0.key < $1.key }.map { (keyword: $0.key, value: $0.value) }
    }

    private var sessionOptions: String {
        var values = settings
        if let statementTimeoutMilliseconds { values["statement_timeout"] = String(statementTimeoutMilliseconds) }
        if let lockTimeoutMilliseconds { values["lock_timeout"] = String(lockTimeoutMilliseconds) }
        if let idleInTransactionTimeoutMilliseconds {
            values["idle_in_transaction_session_timeout"] = String(idleInTransactionTimeoutMilliseconds)
        }
        return values.sorted { $0.key < $1.key }.map { "-c \(Self.escape("\($0.key)=\($0.value)"))" }
            .joined(separator: " ")
    }

    /// The server splits `options` at spaces unless a backslash comes before them.
    private static func escape(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if character == " " || character == "\\" { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(user)@\(host):\(port)/\(database)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["database": description]) }
}
