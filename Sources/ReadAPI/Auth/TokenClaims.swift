/// What a token says of its bearer.
public struct TokenClaims: Sendable, Equatable {
    /// The user: `sub`.
    public var subject: String
    public var roles: [String]
    /// Seconds since the Unix epoch: `iat`, `nbf`, `exp`.
    public var issuedAt: Int64?
    public var notBefore: Int64?
    public var expiresAt: Int64?
    /// Who issued it and for whom: `iss`, `aud`.
    public var issuer: String?
    public var audiences: [String] = []

    public init(
        subject: String, roles: [String] = [], issuedAt: Int64? = nil, notBefore: Int64? = nil, expiresAt: Int64? = nil
    ) {
        self.subject = subject
        self.roles = roles
        self.issuedAt = issuedAt
        self.notBefore = notBefore
        self.expiresAt = expiresAt
    }

    /// May read every user's rows.
    public var isAdmin: Bool { roles.contains("admin") }
}

/// Why a request has no identity. The descriptions never repeat the token.
public enum TokenError: Error, Sendable, Equatable, CustomStringConvertible {
    case missing
    case notBearer
    case malformed(String)
    case algorithm(String)
    case unknownKey(String)
    case issuer(String)
    case audience(String)
    case signature
    case expired(at: Int64)
    case notYetValid(from: Int64)

    public var description: String {
        switch self {
        case .missing: "the request has no Authorization header"
        case .notBearer: "the Authorization header is not of the form: Bearer <token>"
        case .malformed(let what): "the token is malformed: \(what)"
        case .algorithm(let name):
            "the token's algorithm is \(name); HS256 is taken with our own secret, RS256 and ES256 with a JWK set"
        case .unknownKey(let name):
            "the token's key (kid) is \(name), which the JWK set does not have for this algorithm; if it is new, try again"
        case .issuer(let expected): "the token's iss is not \(expected)"
        case .audience(let expected): "the token's aud does not name \(expected)"
        case .signature: "the token's signature is wrong: it was signed with another secret, or changed"
        case .expired(let second): "the token expired at \(second) (Unix seconds)"
        case .notYetValid(let second): "the token is valid only from \(second) (Unix seconds)"
        }
    }

    /// The description within what RFC 6750 allows in `error_description`.
    var headerSafeDescription: String {
        String(
            description.unicodeScalars.map { scalar in
                let fits = scalar.value >= 0x20 && scalar.value < 0x7f && scalar != "\"" && scalar != "\\"
                return fits ? Character(scalar) : "?"
            })
    }
}
