import CCurl

/// Where mail is handed in.
public struct MailSettings: Sendable, Equatable {
    public enum Encryption: String, Sendable {
        /// STARTTLS or `smtps`, with the server's certificate checked: without it nothing is sent.
        case required
        /// For a relay on the same machine.
        case off
    }

    /// `smtp://host:587` or `smtps://host:465`.
    public var url: String
    public var from: String
    public var user: String?
    public var password: String?
    public var encryption: Encryption
    /// Certificates to trust in place of the system's.
    public var authorityFile: String?
}

/// Mail over SMTP. A server that took a message has the duty to deliver it: that is this channel's `delivered`.
struct MailChannel: DeliveryChannel {
    let settings: MailSettings
    let attemptMilliseconds: Int
    let isStopped: @Sendable () -> Bool

    func deliver(_ message: OutgoingMessage) -> AttemptResult {
        let domain = settings.from.split(separator: "@").last.map(String.init) ?? "localhost"
        let bytes = MailText.bytes(message, from: settings.from, domain: domain)
        guard
            var request = CurlRequest(
                url: settings.url, body: bytes, milliseconds: attemptMilliseconds, isStopped: isStopped)
        else {
            return .tryAgain(reason: "libcurl could not be started", afterSeconds: nil)
        }
        request.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        request.set(CURLOPT_MAIL_FROM, "<\(settings.from)>")
        request.set(CURLOPT_MAIL_RCPT, ["<\(message.recipient)>"])
        request.set(CURLOPT_UPLOAD, 1)
        request.setSize(CURLOPT_INFILESIZE_LARGE, request.bodyBytes)
        if settings.encryption == .required {
            request.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
            if let file = settings.authorityFile { request.set(CURLOPT_CAINFO, file) }
        }
        if let user = settings.user, let password = settings.password {
            request.set(CURLOPT_USERNAME, user)
            request.set(CURLOPT_PASSWORD, password)
        }
        let (status, _, error) = request.run()
        return Self.result(status: status, error: error)
    }

    /// A reply of 5xx is for ever, but for those that speak of us and not of the message; anything else passes.
    static func result(status: Int, error: String?) -> AttemptResult {
        guard let error else { return .delivered }
        let reason = "SMTP: \(error)" + (status > 0 ? " (reply \(status))" : "")
        let isAboutUs = [530, 534, 535, 538].contains(status)
        guard (500..<600).contains(status), !isAboutUs else { return .tryAgain(reason: reason, afterSeconds: nil) }
        return .failed(reason: reason)
    }
}
