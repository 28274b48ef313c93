import Glibc
import HTTPServing
import Synchronization

/// The public keys that tokens of an identity provider are checked with: a JWK set (RFC 7517) from a file or a URL.
///
/// Kept in memory and read again by a thread of its own: every `ReadAPILimits.keysRefreshSeconds`, and when a token names
/// a key that is not among them, but never more often than `ReadAPILimits.keysPauseSeconds`. A set that cannot be read
/// leaves the one before in force.
final class KeySet: Sendable {
    private struct State {
        var keys: [String: VerificationKey] = [:]
        var readAt: UInt64?
        var isWanted = true
        var isStopping = false
        var failure: String?
    }

    let source: String
    private let state = Monitor(State())
    private let log: Log

    init(source: String, log: Log) {
        self.source = source
        self.log = log
    }

    /// The key of that name. A token without one is checked with the only key there is.
    func key(_ identifier: String?, _ algorithm: VerificationKey.Algorithm) -> VerificationKey? {
        let found = state.withLock { state -> VerificationKey? in
            let key = identifier.map { state.keys[$0] } ?? (state.keys.count == 1 ? state.keys.values.first : nil)
            return key?.algorithm == algorithm ? key : nil
        }
        if found == nil { state.notify { $0.isWanted = true } }
        return found
    }

    /// Takes over the set in `text`. Throws why it is none, with the set before in force.
    func take(_ text: [UInt8]) throws(KeySetError) {
        guard let document = try? JSONValue(parsing: text), let list = document["keys"]?.elements else {
            throw KeySetError("it is not a JWK set: a JSON object with an array \"keys\"")
        }
        guard list.count <= ReadAPILimits.keysPerSet else {
            throw KeySetError("it has \(list.count) keys, \(ReadAPILimits.keysPerSet) are taken")
        }
        var keys: [String: VerificationKey] = [:]
        for jwk in list {
            if let key = VerificationKey(jwk: jwk) { keys[jwk["kid"]?.string ?? ""] = key }
        }
        guard !keys.isEmpty else { throw KeySetError("none of its keys is for RS256 or ES256 signatures") }
        state.withLock { $0.keys = keys }
    }

    /// Reads the set now, and says in the log when that stops or begins to work.
    func read() {
        var failure: String?
        do throws(KeySetError) {
            try take(try KeyFetch.read(source))
        } catch {
            failure = error.reason
        }
        let before = state.withLock { state in
            defer {
                state.failure = failure
                state.readAt = MonotonicClock.nanoseconds()
                state.isWanted = false
            }
            return state.failure
        }
        if let failure, failure != before { log.warning("the JWK set at \(source) cannot be used: \(failure)") }
        if failure == nil, before != nil { log.info("the JWK set at \(source) is in force again") }
    }

    /// The thread that reads: returns after `stop`.
    func run() {
        while true {
            read()
            let stop = state.wait(
                milliseconds: ReadAPILimits.keysPauseSeconds * 1_000, unless: { $0.isStopping }, { $0.isStopping })
            if stop { return }
            let stopLater = state.wait(
                milliseconds: (ReadAPILimits.keysRefreshSeconds - ReadAPILimits.keysPauseSeconds) * 1_000,
                unless: { $0.isStopping || $0.isWanted || $0.failure != nil }, { $0.isStopping })
            if stopLater { return }
        }
    }

    func stop() { state.notify(all: true) { $0.isStopping = true } }
}

struct KeySetError: Error, Equatable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
