import COpenSSL

/// Names a notification to the outside, the same at every attempt.
enum IdempotencyKey {
    /// SHA-256 over user and notification in hexadecimal: the ids themselves may hold what no header takes.
    static func of(userId: String, notificationId: String) -> String {
        // No id holds a control character.
        let text = Array("\(userId)\u{1F}\(notificationId)".utf8)
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256(text, text.count, &digest)
        return Hexadecimal.text(digest)
    }
}

enum Hexadecimal {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}

/// The signature of a webhook: HMAC-SHA-256 over `<timestamp>.<body>`, so that neither can be changed or sent later.
enum WebhookSignature {
    static func header(body: [UInt8], unixSeconds: Int64, secret: [UInt8]) -> String {
        let message = Array("\(unixSeconds).".utf8) + body
        let digest = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
            var length: UInt32 = 0
            HMAC(EVP_sha256(), secret, Int32(secret.count), message, message.count, buffer.baseAddress, &length)
            count = Int(length)
        }
        return "t=\(unixSeconds),v1=\(Hexadecimal.text(digest))"
    }
}
