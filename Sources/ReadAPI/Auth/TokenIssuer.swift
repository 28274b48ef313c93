/// Makes signed tokens (JWT, HS256).
public struct TokenIssuer: Sendable {
    private let secret: TokenSecret
    private let audience: TokenAudience

    public init(secret: TokenSecret, audience: TokenAudience = TokenAudience()) {
        self.secret = secret
        self.audience = audience
    }

    /// The compact serialisation: three base64url parts.
    public func issue(_ claims: TokenClaims) -> String {
        let header = Base64URL.encode(#"{"alg":"HS256","typ":"JWT"}"#.utf8)
        let signed = header + "." + Base64URL.encode(payload(claims))
        return signed + "." + Base64URL.encode(secret.signature(of: signed.utf8))
    }

    private func payload(_ claims: TokenClaims) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { body in
            body.field("sub", claims.subject)
            body.key("roles")
            body.array { list in
                for role in claims.roles { list.string(role) }
            }
            if let issuer = audience.issuer { body.field("iss", issuer) }
            if let audience = audience.audience { body.field("aud", audience) }
            number("iat", claims.issuedAt, &body)
            number("nbf", claims.notBefore, &body)
            number("exp", claims.expiresAt, &body)
        }
        return writer.bytes
    }

    private func number(_ name: StaticString, _ value: Int64?, _ writer: inout JSONWriter) {
        guard let value else { return }
        writer.key(name)
        writer.integer(value)
    }
}
