import Engine

/// `notifications-processor`: the views `notifications` and `preferences`, and the worker that sends.
public enum DeliveryProgram {
    /// - Returns: the exit code: 0 stopped on request, 1 failed, 2 wrong usage.
    public static func run(arguments: [String], environment: [String: String]) -> Int32 {
        ProcessorProgram.run(.notifications, with: companion, arguments: arguments, environment: environment)
    }

    static let companion = Companion(name: "delivery", help: help) { (setting) throws(EngineError) in
        let settings: DeliverySettings
        do throws(DeliverySettingError) { settings = try DeliverySettings.read(setting.environment) } catch {
            throw EngineError(.topology, error.description)
        }
        let worker = DeliveryWorker(settings, setting.configuration, setting.topology, stop: setting.stop)
        return Companion.Prepared(figures: .init(metrics: worker.metrics.add, unreadiness: { nil })) { worker.run() }
    }

    private static let help = """
          TAPEFOLD_SMTP_URL          smtp://host:587 or smtps://host:465; not set: mail fails with that reason
          TAPEFOLD_SMTP_FROM         the address that mail comes from
          TAPEFOLD_SMTP_USER, TAPEFOLD_SMTP_PASSWORD (or …_FILE)
          TAPEFOLD_SMTP_TLS          required (default), off for a relay on this machine
          TAPEFOLD_SMTP_CA_FILE      certificates to trust in place of the system's
          TAPEFOLD_WEBHOOK_SECRET    (or …_FILE) signs webhooks; not set: they fail with that reason
          TAPEFOLD_WEBHOOK_ALLOWED_HOSTS  hosts, with commas, that need neither https nor a public address
          TAPEFOLD_NOTIFICATION_TEMPLATES a directory of <category>.<channel>.txt and .html
          TAPEFOLD_NOTIFICATION_MAX_AGE_HOURS  24: what was due longer ago when it is seen first is not sent
          TAPEFOLD_DELIVERY_RETRY_MILLISECONDS 5000: the pause before a second attempt, doubled each time
          TAPEFOLD_DELIVERY_LEASE_SECONDS      60: when an attempt that never ended is made again
        """
}
