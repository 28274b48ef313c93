import COpenSSL

/// Weak validators: two answers with the same tag have the same body, whatever its encoding.
enum EntityTag {
    private static let digits = Array("0123456789abcdef".utf8)

    static func of(_ body: [UInt8]) -> String {
        let digest = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            SHA256(body, body.count, buffer.baseAddress)
            count = 32
        }
        let text = digest.prefix(12).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "W/\"\(String(decoding: text, as: UTF8.self))\""
    }

    /// Whether an `If-None-Match` value names the tag (weak comparison) or everything.
    static func matches(_ tag: String, _ wanted: String) -> Bool {
        let opaque = tag.dropFirst(2)
        return wanted.split(separator: ",").contains { part in
            let candidate = part.drop { $0 == " " }.prefix { $0 != " " }
            return candidate == "*" || candidate == tag || candidate == opaque
        }
    }
}
