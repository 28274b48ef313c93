import CXxhash

/// Weak validators: two answers with the same tag have the same body, whatever its encoding.
enum EntityTag {
    private static let digits: StaticString = "0123456789abcdef"

    /// 128 bits of XXH3: bodies that differ by accident differ in it, and who would make two that do not deceives only
    /// the cache of his own client.
    static func of(_ body: [UInt8]) -> String {
        let hash = tapefold_xxh3_128(body, body.count)
        return String(unsafeUninitializedCapacity: 36) { text in
            var end = 0
            func append(_ byte: UInt8) {
                text[end] = byte
                end += 1
            }
            for byte in [UInt8(ascii: "W"), UInt8(ascii: "/"), UInt8(ascii: "\"")] { append(byte) }
            for half in [hash.high64, hash.low64] {
                for shift in stride(from: 60, through: 0, by: -4) {
                    append(digits.utf8Start[Int(half >> UInt64(shift) & 15)])
                }
            }
            append(UInt8(ascii: "\""))
            return end
        }
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
