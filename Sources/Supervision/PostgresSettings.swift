/// Server settings of a private cluster: a laptop's that takes in a lot.
enum PostgresSettings {
    static func arguments(
        _ configuration: LocalPostgresConfiguration, _ installation: PostgresInstallation, port: Int
    ) -> [String] {
        var all = defaults
        all["wal_compression"] = installation.hasLZ4 && installation.majorVersion >= 15 ? "lz4" : "on"
        all["port"] = String(port)
        all["max_connections"] = String(configuration.maximumConnections)
        all["shared_buffers"] = "\(configuration.sharedBuffersMebibytes)MB"
        if !configuration.isDurable {
            all["fsync"] = "off"
            all["synchronous_commit"] = "off"
            all["full_page_writes"] = "off"
        }
        all.merge(configuration.settings) { _, given in given }
        return all.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    }

    /// One node without replicas: minimal WAL lets a COPY into a table made in the same transaction skip the log.
    private static let defaults = [
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "fsync": "on",
        "synchronous_commit": "on",
        "jit": "off",
        "effective_io_concurrency": "32",
        "random_page_cost": "1.1",
        "maintenance_work_mem": "256MB",
        "work_mem": "16MB",
        "autovacuum_naptime": "20s",
        "autovacuum_vacuum_cost_limit": "2000",
        "log_timezone": "UTC",
        "timezone": "UTC",
        "logging_collector": "off",
        "log_destination": "stderr",
        "log_line_prefix": "%m [%p] %a ",
    ]
}
