import COpenSSL

/// Secrets that are handed out once and kept as hashes only.
enum SecretText {
    /// 256 random bits as base64url: 43 characters.
    static func make() throws(Problem) -> String {
        var bytes = [UInt8](repeating: 0, count: ReadAPILimits.secretRandomBytes)
        guard RAND_bytes(&bytes, Int32(bytes.count)) == 1 else {
            throw .internalError("the system gives no random numbers")
        }
        return Base64URL.encode(bytes)
    }

    /// SHA-256: what is random to 256 bits needs no slower hash.
    static func hash(_ text: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(text)
        return [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            SHA256(bytes, bytes.count, buffer.baseAddress)
            count = 32
        }
    }
}
