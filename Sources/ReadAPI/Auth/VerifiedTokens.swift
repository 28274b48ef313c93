import Synchronization

/// Tokens of ours whose signature was found right, so that a client's every request does not cost its check again.
///
/// Only what the signature says is remembered: times, issuer and audience are looked at each time. Only our own secret's,
/// which stays the same as long as the process runs; a key of another's set may be taken back. What is not signed by us
/// never gets in, so that nobody else can fill it.
final class VerifiedTokens: Sendable {
    private let tokens = Mutex<[String: TokenClaims]>([:])

    func claims(of token: String) -> TokenClaims? {
        tokens.withLock { $0[token] }
    }

    /// Where there are too many all are forgotten: each comes back with its next request.
    func keep(_ token: String, _ claims: TokenClaims) {
        guard token.utf8.count <= ReadAPILimits.keptTokenBytes else { return }
        tokens.withLock { tokens in
            if tokens.count >= ReadAPILimits.keptTokens { tokens.removeAll(keepingCapacity: true) }
            tokens[token] = claims
        }
    }

    var count: Int { tokens.withLock { $0.count } }
}
