import COpenSSL

/// A public key of a JWK set, usable with one algorithm only.
///
/// `@unchecked Sendable`: the key is never changed once made, and OpenSSL counts its references atomically.
final class VerificationKey: @unchecked Sendable {
    enum Algorithm: String, Sendable {
        case rs256 = "RS256"
        case es256 = "ES256"
    }

    let algorithm: Algorithm
    private let pointer: OpaquePointer

    private init(_ algorithm: Algorithm, _ pointer: OpaquePointer) {
        self.algorithm = algorithm
        self.pointer = pointer
    }

    deinit { EVP_PKEY_free(pointer) }

    /// Nil for a key that is not for signatures, of another kind, too weak, or not well-formed. Symmetric keys (`oct`) are
    /// never taken: who publishes them has no secret.
    convenience init?(jwk: JSONValue) {
        if let use = jwk["use"]?.string, use != "sig" { return nil }
        let named = jwk["alg"]?.string
        switch jwk["kty"]?.string {
        case "RSA":
            guard named == nil || named == Algorithm.rs256.rawValue, let n = Self.bytes(jwk, "n"),
                let e = Self.bytes(jwk, "e"), n.count <= ReadAPILimits.rsaMaximumBits / 8 + 1, e.count <= 8,
                let key = tapefold_rsa_key(n, Int32(n.count), e, Int32(e.count))
            else { return nil }
            guard Int(tapefold_key_bits(key)) >= ReadAPILimits.rsaMinimumBits else {
                EVP_PKEY_free(key)
                return nil
            }
            self.init(.rs256, key)
        case "EC":
            guard named == nil || named == Algorithm.es256.rawValue, jwk["crv"]?.string == "P-256",
                let x = Self.bytes(jwk, "x"), let y = Self.bytes(jwk, "y"), x.count == 32, y.count == 32,
                let key = tapefold_p256_key([4] + x + y, 65)
            else { return nil }
            self.init(.es256, key)
        default: return nil
        }
    }

    private static func bytes(_ jwk: JSONValue, _ name: String) -> [UInt8]? {
        jwk[name]?.string.flatMap { Base64URL.decode($0.utf8) }
    }

    func verify(signature: [UInt8], of message: [UInt8]) -> Bool {
        switch algorithm {
        case .rs256: tapefold_verify(pointer, signature, signature.count, message, message.count) == 1
        case .es256: signature.count == 64 && tapefold_verify_p256(pointer, signature, message, message.count) == 1
        }
    }
}
