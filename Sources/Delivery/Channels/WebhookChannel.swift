import CCurl
import Events
import Foundation

/// How webhooks are sent.
public struct WebhookSettings: Sendable, Equatable {
    /// The key of the signature.
    public var secret: [UInt8]
    /// Hosts that may be reached without TLS and inside private networks; all others only by https and outside.
    public var allowedHosts: Set<String>
}

/// A signed POST. 2xx is delivered; 408, 425, 429 and 5xx pass; anything else, a redirection too, is for ever.
struct WebhookChannel: DeliveryChannel {
    let settings: WebhookSettings
    let attemptMilliseconds: Int
    let isStopped: @Sendable () -> Bool
    /// Seconds since 1970, for the signature.
    let clock: @Sendable () -> Int64

    func deliver(_ message: OutgoingMessage) -> AttemptResult {
        guard let parts = URLComponents(string: message.recipient), let host = parts.host, parts.user == nil else {
            return .failed(reason: "webhook: \(message.recipient) is no URL of a host")
        }
        let isAllowed = settings.allowedHosts.contains(host.lowercased())
        guard parts.scheme == "https" || isAllowed else {
            return .failed(reason: "webhook: \(host) is reached without TLS; give an https URL")
        }
        let body = Self.body(message)
        guard
            var request = CurlRequest(
                url: message.recipient, body: body, milliseconds: attemptMilliseconds, isStopped: isStopped)
        else {
            return .tryAgain(reason: "libcurl could not be started", afterSeconds: nil)
        }
        request.set(CURLOPT_PROTOCOLS_STR, isAllowed ? "https,http" : "https")
        // A proxy of the environment would connect in our place, wherever it likes.
        request.set(CURLOPT_PROXY, "")
        if !isAllowed { request.forbidPrivateAddresses() }
        request.set(CURLOPT_POST, 1)
        request.setSize(CURLOPT_POSTFIELDSIZE_LARGE, body.count)
        request.set(
            CURLOPT_HTTPHEADER,
            [
                "Content-Type: application/json", "User-Agent: Tapefold", "Expect:",
                "Idempotency-Key: \(message.idempotencyKey)",
                "Tapefold-Signature: "
                    + WebhookSignature.header(body: body, unixSeconds: clock(), secret: settings.secret),
            ])
        let (status, wait, error) = request.run()
        return Self.result(status: status, retryAfterSeconds: wait, error: error)
    }

    static func result(status: Int, retryAfterSeconds: Int?, error: String?) -> AttemptResult {
        if (200..<300).contains(status) { return .delivered }
        if let error, status == 0 { return .tryAgain(reason: "webhook: \(error)", afterSeconds: nil) }
        let reason = "webhook: the answer was \(status)"
        guard [408, 425, 429].contains(status) || (500..<600).contains(status) else { return .failed(reason: reason) }
        return .tryAgain(reason: reason, afterSeconds: retryAfterSeconds)
    }

    /// The same bytes at every attempt.
    static func body(_ message: OutgoingMessage) -> [UInt8] {
        struct Body: Encodable {
            let notificationId: String
            let userId: String
            let category: String
            let priority: String
            let title: String
            let body: String
            let actionUrl: String?
            let sentAt: String
        }
        let fields = Body(
            notificationId: message.notificationId, userId: message.userId, category: message.category,
            priority: message.priority.rawValue, title: message.text.title, body: message.text.body,
            actionUrl: message.actionUrl, sentAt: message.sentAt.description)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let head = try? encoder.encode(fields) else { return [] }
        guard let data = message.data else { return Array(head) }
        // The data goes out as it came, number by number.
        return Array(head.dropLast()) + Array(",\"data\":\(data)}".utf8)
    }
}
