import COpenSSL
import Glibc

/// The secret that tokens are signed with (HMAC-SHA-256). It is never printed.
public struct TokenSecret: Sendable, CustomStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    /// - Throws: `.tooShort` or `.tooLong` outside `ReadAPILimits.secretMinimumBytes` … `secretMaximumBytes`.
    public init(bytes: [UInt8]) throws(TokenSecretError) {
        guard bytes.count >= ReadAPILimits.secretMinimumBytes else { throw .tooShort(bytes: bytes.count) }
        guard bytes.count <= ReadAPILimits.secretMaximumBytes else { throw .tooLong }
        self.bytes = bytes
    }

    /// The secret in `TAPEFOLD_JWT_SECRET`, or in the file that `TAPEFOLD_JWT_SECRET_FILE` names (line ends at the
    /// file's end are cut off). The variable comes first where both are set.
    public static func load(environment: [String: String]) throws(TokenSecretError) -> TokenSecret {
        if let text = environment["TAPEFOLD_JWT_SECRET"], !text.isEmpty {
            return try TokenSecret(bytes: Array(text.utf8))
        }
        guard let path = environment["TAPEFOLD_JWT_SECRET_FILE"], !path.isEmpty else { throw .missing }
        var bytes = try read(path)
        while let last = bytes.last, last == 0x0a || last == 0x0d { bytes.removeLast() }
        return try TokenSecret(bytes: bytes)
    }

    private static func read(_ path: String) throws(TokenSecretError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        // One byte more than may be: a longer file is refused and not cut.
        let capacity = ReadAPILimits.secretMaximumBytes + 3
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            while count < capacity {
                let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, capacity - count)
                if got < 0 { failure = errno }
                if got <= 0 { break }
                count += got
            }
        }
        guard failure == 0 else { throw .unreadable(path: path, reason: String(cString: strerror(failure))) }
        return bytes
    }

    /// HMAC-SHA-256 of `message`: 32 bytes.
    func signature(of message: some Sequence<UInt8>) -> [UInt8] {
        let text = Array(message)
        return [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
            var length: UInt32 = 0
            HMAC(EVP_sha256(), bytes, Int32(bytes.count), text, text.count, buffer.baseAddress, &length)
            count = Int(length)
        }
    }

    public var description: String { "TokenSecret(hidden)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why there is no usable secret. The descriptions say what to do.
public enum TokenSecretError: Error, Equatable, CustomStringConvertible {
    case missing
    case tooShort(bytes: Int)
    case tooLong
    case unreadable(path: String, reason: String)

    public var description: String {
        switch self {
        case .missing:
            "no secret to check tokens with: set TAPEFOLD_JWT_SECRET, or TAPEFOLD_JWT_SECRET_FILE to a file that holds it, "
                + "to at least \(ReadAPILimits.secretMinimumBytes) bytes (for example: openssl rand -hex 32)"
        case .tooShort(let bytes):
            "the token secret has \(bytes) bytes, at least \(ReadAPILimits.secretMinimumBytes) are needed "
                + "(for example: openssl rand -hex 32)"
        case .tooLong:
            "the token secret has more than \(ReadAPILimits.secretMaximumBytes) bytes; take a shorter one"
        case .unreadable(let path, let reason):
            "cannot read the token secret from \(path) (TAPEFOLD_JWT_SECRET_FILE): \(reason)"
        }
    }
}
