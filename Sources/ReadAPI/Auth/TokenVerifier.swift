import COpenSSL

/// Checks tokens: the algorithm is fixed to HS256 before anything else is believed, the signature is compared in
/// constant time, times allow for `ReadAPILimits.clockLeewaySeconds`.
public struct TokenVerifier: Sendable {
    private let secret: TokenSecret

    public init(secret: TokenSecret) {
        self.secret = secret
    }

    /// The claims of an `Authorization` header's token at a moment in Unix seconds.
    public func verify(authorization: String?, at second: Int64) throws(TokenError) -> TokenClaims {
        guard let authorization else { throw .missing }
        let parts = authorization.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw .notBearer }
        return try verify(String(parts[1]), at: second)
    }

    /// The claims of a compact token at a moment in Unix seconds.
    public func verify(_ token: String, at second: Int64) throws(TokenError) -> TokenClaims {
        guard token.utf8.count <= ReadAPILimits.tokenBytes else {
            throw .malformed("it has more than \(ReadAPILimits.tokenBytes) bytes")
        }
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("it must have three parts, it has \(parts.count)") }
        try checkHeader(parts[0])
        guard let signature = Base64URL.decode(parts[2]) else { throw .malformed("its signature is not base64url") }
        let expected = secret.signature(of: token.utf8[..<parts[1].endIndex])
        guard signature.count == expected.count, CRYPTO_memcmp(signature, expected, expected.count) == 0 else {
            throw .signature
        }
        let claims = try claims(parts[1])
        try check(claims, at: second)
        return claims
    }

    private func checkHeader(_ part: Substring.UTF8View) throws(TokenError) {
        let header = try object(part, named: "header")
        guard let algorithm = header["alg"]?.string else { throw .malformed("its header has no alg") }
        guard algorithm == "HS256" else { throw .algorithm(String(algorithm.prefix(16))) }
        // RFC 7515 §4.1.11: extensions that must be understood, and none is.
        guard header["crit"] == nil else { throw .malformed("its header has crit, which is not understood") }
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
        guard subject.utf8.count <= ReadAPILimits.parameterBytes, !subject.utf8.contains(0) else {
            throw .malformed("its sub is too long or holds a NUL")
        }
        return TokenClaims(
            subject: subject, roles: try roles(body["roles"]), issuedAt: try second(body, "iat"),
            notBefore: try second(body, "nbf"), expiresAt: try second(body, "exp"))
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
        let leeway = ReadAPILimits.clockLeewaySeconds
        if let expiry = claims.expiresAt, second.subtractingReportingOverflow(leeway).partialValue >= expiry {
            throw .expired(at: expiry)
        }
        if let start = claims.notBefore, second.addingReportingOverflow(leeway).partialValue < start {
            throw .notYetValid(from: start)
        }
    }
}
