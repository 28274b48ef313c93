import COpenSSL
import Glibc
import HTTPServing
import Synchronization
import Testing

@testable import ReadAPI

/// Tokens of others: RS256 and ES256 by a JWK set.
@Suite struct KeySetTests {
    private static let now: Int64 = 1_800_000_000

    /// A key pair of OpenSSL's, its public half as a JWK.
    private struct Pair {
        let key: OpaquePointer
        let algorithm: String

        init(_ algorithm: String, bits: Int = 2_048) throws {
            self.algorithm = algorithm
            let context = try #require(EVP_PKEY_CTX_new_from_name(nil, algorithm == "RS256" ? "RSA" : "EC", nil))
            defer { EVP_PKEY_CTX_free(context) }
            EVP_PKEY_keygen_init(context)
            if algorithm == "RS256" {
                EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits))
            } else {
                EVP_PKEY_CTX_set_group_name(context, "prime256v1")
            }
            var made: OpaquePointer?
            EVP_PKEY_generate(context, &made)
            key = try #require(made)
        }

        private func number(_ name: String, _ length: Int? = nil) throws -> String {
            var found: OpaquePointer?
            EVP_PKEY_get_bn_param(key, name, &found)
            let bytes = (Int(BN_num_bits(found)) + 7) / 8
            var buffer = [UInt8](repeating: 0, count: length ?? bytes)
            BN_bn2binpad(found, &buffer, Int32(buffer.count))
            return Base64URL.encode(buffer)
        }

        func jwk(_ kid: String, _ more: String = "") throws -> String {
            algorithm == "RS256"
                ? #"{"kty":"RSA","kid":"\#(kid)","n":"\#(try number("n"))","e":"\#(try number("e"))"\#(more)}"#
                : #"{"kty":"EC","crv":"P-256","kid":"\#(kid)","x":"\#(try number("qx", 32))","y":"\#(try number("qy", 32))"\#(more)}"#
        }

        func token(kid: String?, _ payload: String, algorithm named: String? = nil) throws -> String {
            let key = kid.map { #","kid":"\#($0)""# } ?? ""
            let text =
                Base64URL.encode(#"{"alg":"\#(named ?? algorithm)"\#(key)}"#.utf8) + "."
                + Base64URL.encode(payload.utf8)
            return text + "." + Base64URL.encode(try signature(Array(text.utf8)))
        }

        private func signature(_ message: [UInt8]) throws -> [UInt8] {
            let context = EVP_MD_CTX_new()
            defer { EVP_MD_CTX_free(context) }
            EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key)
            var length = 1_024
            var bytes = [UInt8](repeating: 0, count: length)
            EVP_DigestSign(context, &bytes, &length, message, message.count)
            let made = Array(bytes[..<length])
            return algorithm == "RS256" ? made : try Self.raw(made)
        }

        /// r and s of a DER signature, 32 bytes each.
        private static func raw(_ der: [UInt8]) throws -> [UInt8] {
            func integer(_ at: Int) -> (bytes: [UInt8], next: Int) {
                let length = Int(der[at + 1])
                return (Array(der[(at + 2)..<(at + 2 + length)]), at + 2 + length)
            }
            let r = integer(2)
            let s = integer(r.next)
            return [r.bytes, s.bytes].flatMap { bytes in
                let plain = Array(bytes.drop { $0 == 0 })
                return [UInt8](repeating: 0, count: 32 - plain.count) + plain
            }
        }
    }

    private func set(_ jwks: String...) throws -> KeySet {
        let keys = KeySet(source: "test", log: Log(level: .error))
        try keys.take(Array(#"{"keys":[\#(jwks.joined(separator: ","))]}"#.utf8))
        return keys
    }

    private static let secret = try? TokenSecret(bytes: Array(TestAPI.secretText.utf8))
    private static let payload =
        #"{"sub":"u1","roles":["admin"],"exp":1800000600,"iss":"https://idp","aud":["x","tapefold"]}"#

    @Test(arguments: ["RS256", "ES256"])
    func tokensOfAnIdentityProviderAreTaken(_ algorithm: String) throws {
        let pair = try Pair(algorithm)
        let other = try Pair(algorithm == "RS256" ? "ES256" : "RS256")
        let keys = try set(try pair.jwk("a", #","use":"sig","alg":"\#(algorithm)""#), try other.jwk("b"))
        let verifier = TokenVerifier(
            secret: nil, keys: keys, audience: TokenAudience(issuer: "https://idp", audience: "tapefold"))
        let token = try pair.token(kid: "a", Self.payload)
        let claims = try verifier.verify(token, at: Self.now)
        #expect(claims.subject == "u1")
        #expect(claims.isAdmin)
        #expect(throws: TokenError.expired(at: 1_800_000_600)) { try verifier.verify(token, at: Self.now + 700) }
        // Another's signature, another key's name, a signature that was changed.
        #expect(throws: TokenError.signature) {
            try verifier.verify(try Pair(algorithm).token(kid: "a", Self.payload), at: Self.now)
        }
        #expect(throws: TokenError.unknownKey("b")) {
            try verifier.verify(try pair.token(kid: "b", Self.payload), at: Self.now)
        }
        #expect(throws: TokenError.unknownKey("absent")) {
            try verifier.verify(try pair.token(kid: nil, Self.payload), at: Self.now)
        }
        let parts = token.split(separator: ".").map(String.init)
        let changed = [parts[0], Base64URL.encode(#"{"sub":"u2"}"#.utf8), parts[2]].joined(separator: ".")
        #expect(throws: TokenError.signature) { try verifier.verify(changed, at: Self.now) }
        for signature in ["", "AA", String(repeating: "A", count: 86)] {
            #expect(throws: TokenError.signature) {
                try verifier.verify([parts[0], parts[1], signature].joined(separator: "."), at: Self.now)
            }
        }
    }

    @Test func issuerAndAudienceMustFit() throws {
        let pair = try Pair("ES256")
        let keys = try set(try pair.jwk("a"))
        let verifier = TokenVerifier(
            secret: nil, keys: keys, audience: TokenAudience(issuer: "https://idp", audience: "tapefold"))
        for (payload, error) in [
            (#"{"sub":"u","iss":"https://evil","aud":"tapefold"}"#, TokenError.issuer("https://idp")),
            (#"{"sub":"u","aud":"tapefold"}"#, .issuer("https://idp")),
            (#"{"sub":"u","iss":"https://idp","aud":["other"]}"#, .audience("tapefold")),
            (#"{"sub":"u","iss":"https://idp"}"#, .audience("tapefold")),
        ] {
            #expect(throws: error) { try verifier.verify(try pair.token(kid: "a", payload), at: Self.now) }
        }
        let single = #"{"sub":"u","iss":"https://idp","aud":"tapefold"}"#
        #expect(try verifier.verify(try pair.token(kid: "a", single), at: Self.now).subject == "u")
    }

    /// The key's public half is no secret: HS256 with it must not pass, nor any algorithm the key is not for.
    @Test func keyConfusionIsRefused() throws {
        let (rsa, ec) = (try Pair("RS256"), try Pair("ES256"))
        let jwk = try rsa.jwk("a")
        let keys = try set(jwk, try ec.jwk("b"), #"{"kty":"oct","kid":"c","k":"c2VjcmV0"}"#)
        for secret in [nil, Self.secret] {
            let verifier = TokenVerifier(secret: secret, keys: keys)
            for kid in ["a", "b", "c"] {
                for forged in [jwk, "secret"] {
                    let text =
                        Base64URL.encode(#"{"alg":"HS256","kid":"\#(kid)"}"#.utf8) + "."
                        + Base64URL.encode(Self.payload.utf8)
                    let padded = Array(forged.utf8) + [UInt8](repeating: 0, count: 32)
                    let signature = try TokenSecret(bytes: padded).signature(of: text.utf8)
                    #expect(throws: TokenError.self) {
                        try verifier.verify(text + "." + Base64URL.encode(signature), at: Self.now)
                    }
                }
            }
            #expect(throws: TokenError.unknownKey("b")) {
                try verifier.verify(try rsa.token(kid: "b", Self.payload), at: Self.now)
            }
            #expect(throws: TokenError.unknownKey("a")) {
                try verifier.verify(try rsa.token(kid: "a", Self.payload, algorithm: "ES256"), at: Self.now)
            }
            for none in ["none", "None", "nOnE", "", "RS512", "PS256"] {
                #expect(throws: TokenError.algorithm(none)) {
                    try verifier.verify(try rsa.token(kid: "a", Self.payload, algorithm: none), at: Self.now)
                }
            }
        }
    }

    @Test func unusableSetsLeaveTheOneBeforeInForce() throws {
        let pair = try Pair("ES256")
        let keys = try set(try pair.jwk("a"))
        let weak = try Pair("RS256", bits: 1_024)
        let offCurve =
            #"{"kty":"EC","crv":"P-256","kid":"z","x":"\#(Base64URL.encode([UInt8](repeating: 1, count: 32)))","y":"\#(Base64URL.encode([UInt8](repeating: 2, count: 32)))"}"#
        for text in [
            "", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[]}"#, #"{"keys":[1,"x",null,{}]}"#,
            #"{"keys":[\#(try weak.jwk("a"))]}"#, #"{"keys":[\#(try pair.jwk("a", #","use":"enc""#))]}"#,
            #"{"keys":[\#(offCurve)]}"#, #"{"keys":[{"kty":"RSA","n":"","e":"AQAB"}]}"#,
        ] {
            #expect(throws: KeySetError.self, "\(text)") { try keys.take(Array(text.utf8)) }
        }
        let verifier = TokenVerifier(secret: nil, keys: keys)
        #expect(try verifier.verify(try pair.token(kid: "a", Self.payload), at: Self.now).subject == "u1")
    }

    /// The provider rotates: the new key is taken over HTTP, the old one is gone; when the provider fails, nothing changes.
    @Test func keysAreReadFromAURLAndRotate() throws {
        let (old, new) = (try Pair("ES256"), try Pair("RS256"))
        let document = Mutex((status: UInt32(200), text: #"{"keys":[\#(try old.jwk("old"))]}"#))
        let provider = try HTTPServer(
            HTTPServer.Configuration(host: "127.0.0.1", port: 0), observer: ReadMetrics()
        ) { _ in
            let (status, text) = document.withLock { $0 }
            return .now(HTTPResponse(status: status, contentType: "application/json", body: Array(text.utf8)))
        }
        let keys = KeySet(source: "http://127.0.0.1:\(provider.port)/jwks", log: Log(level: .error))
        let verifier = TokenVerifier(secret: nil, keys: keys)
        keys.read()
        #expect(try verifier.verify(try old.token(kid: "old", Self.payload), at: Self.now).subject == "u1")
        let text = #"{"keys":[\#(try new.jwk("new"))]}"#
        document.withLock { $0.text = text }
        #expect(throws: TokenError.unknownKey("new")) {
            try verifier.verify(try new.token(kid: "new", Self.payload), at: Self.now)
        }
        keys.read()
        #expect(try verifier.verify(try new.token(kid: "new", Self.payload), at: Self.now).subject == "u1")
        #expect(throws: TokenError.self) { try verifier.verify(try old.token(kid: "old", Self.payload), at: Self.now) }
        for (status, text) in [
            (500, text), (200, "<html>"), (200, String(repeating: " ", count: ReadAPILimits.keySetBytes + 1)),
        ] {
            document.withLock { $0 = (UInt32(status), text) }
            keys.read()
            #expect(try verifier.verify(try new.token(kid: "new", Self.payload), at: Self.now).subject == "u1")
        }
        for source in ["file:///etc/passwd", "ftp://127.0.0.1/x", "/no/such/file", "/tmp"] {
            #expect(throws: KeySetError.self) { try KeyFetch.read(source) }
        }
    }
}
