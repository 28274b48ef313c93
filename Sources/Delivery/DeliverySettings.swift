import Foundation

/// What the delivery worker is told by its environment.
public struct DeliverySettings: Sendable {
    public var mail: MailSettings?
    public var webhook: WebhookSettings?
    public var templates = TemplateSet()
    public var maximumAgeHours = DeliveryLimits.maximumAgeHours
    public var leaseMilliseconds = DeliveryLimits.leaseMilliseconds
    public var firstPauseMilliseconds = DeliveryLimits.firstPauseMilliseconds

    public init() {}

    /// The whole of one attempt: over well before its lease is, or another worker would make it a second time beside it.
    var attemptMilliseconds: Int { min(DeliveryLimits.attemptTimeoutMilliseconds, leaseMilliseconds / 2) }

    /// - Throws: what is wrong with which variable, and the remedy.
    public static func read(_ environment: [String: String]) throws(DeliverySettingError) -> DeliverySettings {
        let reader = Reader(environment: environment)
        var settings = DeliverySettings()
        settings.mail = try reader.mail()
        settings.webhook = try reader.webhook()
        if let path = reader.text("TAPEFOLD_NOTIFICATION_TEMPLATES") {
            settings.templates = try TemplateSet(directory: path)
        }
        settings.maximumAgeHours =
            try reader.number("TAPEFOLD_NOTIFICATION_MAX_AGE_HOURS", 1...8_760) ?? settings.maximumAgeHours
        if let seconds = try reader.number("TAPEFOLD_DELIVERY_LEASE_SECONDS", 1...3_600) {
            settings.leaseMilliseconds = seconds * 1_000
        }
        if let pause = try reader.number("TAPEFOLD_DELIVERY_RETRY_MILLISECONDS", 10...3_600_000) {
            settings.firstPauseMilliseconds = pause
        }
        return settings
    }

    private struct Reader {
        let environment: [String: String]

        func text(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

        /// A variable, or the file that `<name>_FILE` names.
        func secret(_ name: String) throws(DeliverySettingError) -> String? {
            if let value = text(name) { return value }
            guard let path = text(name + "_FILE") else { return nil }
            guard let data = FileManager.default.contents(atPath: path) else {
                throw DeliverySettingError("\(name)_FILE names \(path), which can't be read")
            }
            return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
        }

        func number(_ name: String, _ range: ClosedRange<Int>) throws(DeliverySettingError) -> Int? {
            guard let text = text(name) else { return nil }
            guard let number = Int(text), range.contains(number) else {
                throw DeliverySettingError(
                    "\(name) is \"\(text)\", not a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }

        func mail() throws(DeliverySettingError) -> MailSettings? {
            guard let url = text("TAPEFOLD_SMTP_URL") else { return nil }
            guard url.hasPrefix("smtp://") || url.hasPrefix("smtps://") else {
                throw DeliverySettingError("TAPEFOLD_SMTP_URL must be smtp://host:port or smtps://host:port")
            }
            guard let from = text("TAPEFOLD_SMTP_FROM"), from.split(separator: "@").count == 2,
                from.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3C && $0 != 0x3E })
            else {
                throw DeliverySettingError(
                    "TAPEFOLD_SMTP_FROM must be the address that mail comes from, such as tapefold@example.org")
            }
            let word = text("TAPEFOLD_SMTP_TLS") ?? MailSettings.Encryption.required.rawValue
            guard let encryption = MailSettings.Encryption(rawValue: word) else {
                throw DeliverySettingError("TAPEFOLD_SMTP_TLS is \"\(word)\": write required or off")
            }
            let user = text("TAPEFOLD_SMTP_USER")
            let password = try secret("TAPEFOLD_SMTP_PASSWORD")
            guard (user == nil) == (password == nil) else {
                throw DeliverySettingError(
                    "TAPEFOLD_SMTP_USER and TAPEFOLD_SMTP_PASSWORD (or …_FILE) belong together: set both or neither")
            }
            guard user == nil || encryption == .required else {
                throw DeliverySettingError(
                    "TAPEFOLD_SMTP_TLS=off would send the password in the clear: leave it out, or log in to nothing")
            }
            return MailSettings(
                url: url, from: from, user: user, password: password, encryption: encryption,
                authorityFile: text("TAPEFOLD_SMTP_CA_FILE"))
        }

        func webhook() throws(DeliverySettingError) -> WebhookSettings? {
            guard let secret = try secret("TAPEFOLD_WEBHOOK_SECRET") else { return nil }
            guard secret.utf8.count >= DeliveryLimits.secretMinimumBytes else {
                throw DeliverySettingError(
                    "TAPEFOLD_WEBHOOK_SECRET is shorter than \(DeliveryLimits.secretMinimumBytes) bytes: make one by "
                        + "`openssl rand -hex 32`")
            }
            let hosts = (text("TAPEFOLD_WEBHOOK_ALLOWED_HOSTS") ?? "").split(separator: ",")
                .map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
            return WebhookSettings(secret: Array(secret.utf8), allowedHosts: Set(hosts))
        }
    }
}
