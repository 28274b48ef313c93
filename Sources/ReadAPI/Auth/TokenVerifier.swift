import COpenSSL

/// Who must have issued a token and for whom, where that is asked for.
public struct TokenAudience: Sendable, Equatable {
    public var issuer: String?
    public var audience: String?

    public init(issuer: String? = nil, audience: String? = nil) {
        self.issuer = issuer
        self.audience = audience
    }
}

/// Checks tokens. What a token says of itself decides nothing: HS256 is checked with our own secret and nothing else,
/// RS256 and ES256 with keys of the JWK set that are for that algorithm, and `none` is no algorithm. Signatures of ours are
/// compared in constant time, times allow for `ReadAPILimits.clockLeewaySeconds`.
public struct TokenVerifier: Sendable {
    private let secret: TokenSecret?
    private let keys: KeySet?
    private let audience: TokenAudience
    let verified = VerifiedTokens()

    public init(secret: TokenSecret) {
        self.init(secret: secret, keys: nil)
    }

    init(secret: TokenSecret?, keys: KeySet?, audience: TokenAudience = TokenAudience()) {
        self.secret = secret
        self.keys = keys
        self.audience = audience
    }

    /// The claims of an `Authorization` header's token at a moment in Unix seconds.
    public func verify(authorization: String?, at second: Int64) throws(TokenError) -> TokenClaims {
        guard let authorization else { throw .missing }
        // By bytes: taken apart by characters a header costs more than all the rest of a token that is known.
        let parts = authorization.utf8.split(separator: UInt8(ascii: " "))
        guard parts.count == 2, Substring(parts[0]).lowercased() == "bearer" else { throw .notBearer }
        return try verify(String(Substring(parts[1])), at: second)
    }

    /// The claims of a compact token at a moment in Unix seconds.
    public func verify(_ token: String, at second: Int64) throws(TokenError) -> TokenClaims {
        guard token.utf8.count <= ReadAPILimits.tokenBytes else {
            throw .malformed("it has more than \(ReadAPILimits.tokenBytes) bytes")
        }
        if let known = verified.claims(of: token) {
            try check(known, at: second)
            return known
        }
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("it must have three parts, it has \(parts.count)") }
        let header = try header(parts[0])
        guard let signature = Base64URL.decode(parts[2]) else { throw .malformed("its signature is not base64url") }
        guard try isRight(signature, of: Array(token.utf8[..<parts[1].endIndex]), header) else { throw .signature }
        let claims = try claims(parts[1])
        try check(claims, at: second)
        if isOurs(header.algorithm) { verified.keep(token, claims) }
        return claims
    }

    private func isRight(
        _ signature: [UInt8], of message: [UInt8], _ header: (algorithm: String, key: String?)
    ) throws(TokenError) -> Bool {
        if isOurs(header.algorithm), let secret {
            let expected = secret.signature(of: message)
            return signature.count == expected.count && CRYPTO_memcmp(signature, expected, expected.count) == 0
        }
        guard let keys, let algorithm = VerificationKey.Algorithm(rawValue: header.algorithm) else {
            throw .algorithm(String(header.algorithm.prefix(16)))
        }
        guard let key = keys.key(header.key, algorithm) else {
            throw .unknownKey(header.key.map { String($0.prefix(80)) } ?? "absent")
        }
        return key.verify(signature: signature, of: message)
    }

    private func isOurs(_ algorithm: String) -> Bool { algorithm == "HS256" && secret != nil }

    private func header(_ part: Substring.UTF8View) throws(TokenError) -> (algorithm: String, key: String?) {
        let header = try object(part, named: "header")
        guard let algorithm = header["alg"]?.string else { throw .malformed("its header has no alg") }
        // RFC 7515 §4.1.11: extensions that must be understood, and none is.
        guard header["crit"] == nil else { throw .malformed("its header has crit, which is not understood") }
        return (algorithm, header["kid"]?.string)
    }

    private func object(_ part: Substring.UTF8View, named name: String) throws(TokenError) -> JSONValue {
        guard let bytes = Base64URL.decode(part) else { throw .malformed("its \(name) is not base64url") }
        do {
            let value = try JSONValue(parsing: bytes)
            guard value.members != nil else { throw TokenError.malformed("its \(name) is not a JSON object") }
            return value
        } catch let error as JSONSyntaxError {
            throw .malformed("its \(name) is not JSON: \(error)")
        } catch {
            throw .malformed("its \(name) is not a JSON object")
        }
    }

    private func claims(_ part: Substring.UTF8View) throws(TokenError) -> TokenClaims {
        let body = try object(part, named: "payload")
        guard let subject = body["sub"]?.string, !subject.isEmpty else { throw .malformed("it has no sub") }
        guard subject.utf8.count <= ReadAPILimits.subjectBytes, !subject.utf8.contains(0) else {
            throw .malformed("its sub is too long or holds a NUL")
        }
        var claims = TokenClaims(
            subject: subject, roles: try roles(body["roles"]), issuedAt: try second(body, "iat"),
            notBefore: try second(body, "nbf"), expiresAt: try second(body, "exp"))
        claims.issuer = body["iss"]?.string
        claims.audiences = body["aud"]?.string.map { [$0] } ?? body["aud"]?.elements?.compactMap(\.string) ?? []
        return claims
    }

    private func roles(_ value: JSONValue?) throws(TokenError) -> [String] {
        guard let value, value != .null else { return [] }
        guard let elements = value.elements else { throw .malformed("its roles are not an array") }
        let roles = elements.compactMap(\.string)
        guard roles.count == elements.count else { throw .malformed("its roles are not all strings") }
        return roles
    }

    /// A NumericDate; a fraction is cut off.
    private func second(_ body: JSONValue, _ name: String) throws(TokenError) -> Int64? {
        guard let value = body[name] else { return nil }
        guard case .number(let text) = value, let whole = text.split(separator: ".").first.flatMap({ Int64($0) }) else {
            throw .malformed("its \(name) is not a time in seconds")
        }
        return whole
    }

    private func check(_ claims: TokenClaims, at second: Int64) throws(TokenError) {
        if let issuer = audience.issuer, claims.issuer != issuer { throw .issuer(issuer) }
        if let wanted = audience.audience, !claims.audiences.contains(wanted) { throw .audience(wanted) }
        let leeway = ReadAPILimits.clockLeewaySeconds
        if let expiry = claims.expiresAt, second.subtractingReportingOverflow(leeway).partialValue >= expiry {
            throw .expired(at: expiry)
        }
        if let start = claims.notBefore, second.addingReportingOverflow(leeway).partialValue < start {
            throw .notYetValid(from: start)
        }
    }
}

extension TokenAudience {
    /// `TAPEFOLD_JWT_ISSUER` and `TAPEFOLD_JWT_AUDIENCE`.
    public static func load(environment: [String: String]) -> TokenAudience {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        return TokenAudience(issuer: value("TAPEFOLD_JWT_ISSUER"), audience: value("TAPEFOLD_JWT_AUDIENCE"))
    }
}
