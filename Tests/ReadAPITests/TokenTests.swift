import Glibc
import Testing

@testable import ReadAPI

@Suite struct TokenTests {
    private static let now: Int64 = 1_800_000_000
    private static let secret = "0123456789abcdef0123456789abcdef"

    private func verifier(_ text: String = secret) throws -> TokenVerifier {
        TokenVerifier(secret: try TokenSecret(bytes: Array(text.utf8)))
    }

    private func sign(header: String, payload: String, secret: String = secret) throws -> String {
        let signed = Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload.utf8)
        return signed + "." + Base64URL.encode(try TokenSecret(bytes: Array(secret.utf8)).signature(of: signed.utf8))
    }

    private static let good = #"{"alg":"HS256","typ":"JWT"}"#

    @Test func issuedTokensAreTaken() throws {
        let claims = TokenClaims(
            subject: "user-1\"ü", roles: ["admin", "x"], issuedAt: Self.now, notBefore: Self.now,
            expiresAt: Self.now + 60)
        let token = TokenIssuer(secret: try TokenSecret(bytes: Array(Self.secret.utf8))).issue(claims)
        #expect(try verifier().verify(token, at: Self.now) == claims)
        #expect(claims.isAdmin)
        #expect(!TokenClaims(subject: "a", roles: ["administrator"]).isAdmin)
    }

    /// RFC 7515 appendix A.1: made by somebody else.
    @Test func foreignTokenIsTaken() throws {
        let key = try #require(
            Base64URL.decode(
                "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow".utf8))
        let token =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNv"
            + "bS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        let verifier = TokenVerifier(secret: try TokenSecret(bytes: key))
        // Signed well, and without a sub: the signature passed.
        #expect(throws: TokenError.malformed("it has no sub")) { try verifier.verify(token, at: 1_300_819_000) }
    }

    @Test(arguments: [
        (#"{"sub":"u","exp":1799999970}"#, TokenError.expired(at: 1_799_999_970)),
        (#"{"sub":"u","exp":-1}"#, .expired(at: -1)),
        (#"{"sub":"u","nbf":1800000031}"#, .notYetValid(from: 1_800_000_031)),
        (#"{"roles":[]}"#, .malformed("it has no sub")),
        (#"{"sub":""}"#, .malformed("it has no sub")),
        (#"{"sub":7}"#, .malformed("it has no sub")),
        (#"{"sub":"u","exp":"soon"}"#, .malformed("its exp is not a time in seconds")),
        (#"{"sub":"u","roles":"admin"}"#, .malformed("its roles are not an array")),
        (#"{"sub":"u","roles":[1]}"#, .malformed("its roles are not all strings")),
        (#"["sub"]"#, .malformed("its payload is not a JSON object")),
        (#"{"sub":"u","sub":"admin"}"#, .malformed("its payload is not JSON: duplicate name at byte 16")),
    ])
    func badClaimsAreRefused(_ payload: String, _ expected: TokenError) throws {
        let token = try sign(header: Self.good, payload: payload)
        #expect(throws: expected) { try verifier().verify(token, at: Self.now) }
    }

    @Test(arguments: [
        #"{"sub":"u","exp":1799999971}"#, #"{"sub":"u","nbf":1800000030}"#, #"{"sub":"u","exp":1800000000.9}"#,
    ])
    func clocksMayDifferALittle(_ payload: String) throws {
        let token = try sign(header: Self.good, payload: payload)
        #expect(try verifier().verify(token, at: Self.now).subject == "u")
    }

    @Test(arguments: ["none", "None", "RS256", "HS384", "ES256", "hs256"])
    func onlyOneAlgorithmIsTaken(_ algorithm: String) throws {
        let token = try sign(header: #"{"alg":"\#(algorithm)"}"#, payload: #"{"sub":"u"}"#)
        #expect(throws: TokenError.algorithm(algorithm)) { try verifier().verify(token, at: Self.now) }
        let unsigned = token.split(separator: ".").prefix(2).joined(separator: ".") + "."
        #expect(throws: TokenError.algorithm(algorithm)) { try verifier().verify(unsigned, at: Self.now) }
    }

    /// A token that was seen before is held to its times, and to its own signature, as at first.
    @Test func aKnownTokenIsCheckedAgain() throws {
        let verifier = try verifier()
        let token = try sign(header: Self.good, payload: #"{"sub":"u","exp":1800000010}"#)
        for _ in 0..<2 { #expect(try verifier.verify(token, at: Self.now).subject == "u") }
        #expect(verifier.verified.count == 1)
        #expect(throws: TokenError.expired(at: 1_800_000_010)) { try verifier.verify(token, at: Self.now + 40) }
        let last = token.last == "A" ? "Q" : "A"
        #expect(throws: (any Error).self) { try verifier.verify(token.dropLast() + last, at: Self.now) }
        // Refused ones are not remembered, nor are those that are too long; many make room for themselves.
        #expect(throws: TokenError.self) { try verifier.verify(token + "x", at: Self.now) }
        let long = try sign(
            header: Self.good,
            payload: #"{"sub":"u","x":"\#(String(repeating: "x", count: ReadAPILimits.keptTokenBytes))"}"#)
        #expect(try verifier.verify(long, at: Self.now).subject == "u")
        #expect(verifier.verified.count == 1)
        for index in 0..<ReadAPILimits.keptTokens {
            verifier.verified.keep("t\(index)", TokenClaims(subject: "u"))
        }
        #expect(verifier.verified.count == 1)
    }

    @Test func changedOrForeignSignaturesAreRefused() throws {
        let token = try sign(header: Self.good, payload: #"{"sub":"u"}"#)
        #expect(throws: TokenError.signature) { try verifier(Self.secret + "x").verify(token, at: Self.now) }
        var parts = token.split(separator: ".").map(String.init)
        parts[1] = Base64URL.encode(#"{"sub":"admin"}"#.utf8)
        #expect(throws: TokenError.signature) { try verifier().verify(parts.joined(separator: "."), at: Self.now) }
        parts[2] = ""
        #expect(throws: TokenError.signature) { try verifier().verify(parts.joined(separator: "."), at: Self.now) }
        #expect(throws: TokenError.signature) { try verifier().verify(String(token.dropLast(3)), at: Self.now) }
    }

    @Test(arguments: ["", "a", "a.b", "a.b.c", "a.b.c.d", "e30.e30.e30", "....", "\u{0}.\u{0}.\u{0}", "ä.ö.ü"])
    func garbageIsMalformed(_ token: String) throws {
        do {
            _ = try verifier().verify(token, at: Self.now)
            Issue.record("\(token) was taken")
        } catch let error as TokenError {
            guard case .malformed = error else { throw error }
        }
    }

    @Test func criticalExtensionsAreRefused() throws {
        let token = try sign(header: #"{"alg":"HS256","crit":["b64"],"b64":false}"#, payload: #"{"sub":"u"}"#)
        #expect(throws: TokenError.malformed("its header has crit, which is not understood")) {
            try verifier().verify(token, at: Self.now)
        }
    }

    @Test func authorizationHeaderForms() throws {
        let token = try sign(header: Self.good, payload: #"{"sub":"u"}"#)
        #expect(try verifier().verify(authorization: "bearer  \(token)", at: Self.now).subject == "u")
        #expect(throws: TokenError.missing) { try verifier().verify(authorization: nil, at: Self.now) }
        for header in ["", "Bearer", token, "Basic \(token)", "Bearer \(token) x"] {
            #expect(throws: TokenError.notBearer) { try verifier().verify(authorization: header, at: Self.now) }
        }
    }

    @Test func secretsAreCheckedAndHidden() throws {
        #expect(throws: TokenSecretError.missing) { try TokenSecret.load(environment: [:]) }
        #expect(throws: TokenSecretError.tooShort(bytes: 5)) {
            try TokenSecret.load(environment: ["TAPEFOLD_JWT_SECRET": "short"])
        }
        #expect(throws: TokenSecretError.unreadable(path: "/nowhere/secret", reason: "No such file or directory")) {
            try TokenSecret.load(environment: ["TAPEFOLD_JWT_SECRET_FILE": "/nowhere/secret"])
        }
        let path = "/tmp/tapefold-secret-\(getpid())"
        defer { unlink(path) }
        let file = try #require(fopen(path, "w"))
        fputs(Self.secret + "\r\n", file)
        fclose(file)
        let secret = try TokenSecret.load(environment: ["TAPEFOLD_JWT_SECRET_FILE": path])
        let token = TokenIssuer(secret: secret).issue(TokenClaims(subject: "u"))
        #expect(try verifier().verify(token, at: Self.now).subject == "u")
        #expect(!"\(secret) \(String(reflecting: secret))".contains("0123"))
    }
}
