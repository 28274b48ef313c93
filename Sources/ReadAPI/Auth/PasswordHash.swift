import CCrypt
import COpenSSL

/// bcrypt by libxcrypt.
enum PasswordHash {
    /// `$2b$` with a salt of its own. Nil where the library refuses.
    static func make(_ password: [UInt8], cost: UInt = ReadAPILimits.passwordCost) -> String? {
        var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        guard crypt_gensalt_rn("$2b$", cost, nil, 0, &setting, Int32(setting.count)) != nil else { return nil }
        return hash(password, setting: setting)
    }

    /// Whether the password has this hash. Takes as long for a wrong one.
    static func verify(_ password: [UInt8], _ stored: String) -> Bool {
        let setting = stored.utf8.map { CChar(bitPattern: $0) } + [0]
        guard let made = hash(password, setting: setting) else { return false }
        let (left, right) = (Array(made.utf8), Array(stored.utf8))
        return left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }

    /// What a name without a user is checked against, so that it takes as long as any other. Nobody knows its password.
    static let decoy: String = {
        let password = (try? SecretText.make()) ?? ""
        return make(Array(password.utf8)) ?? "*0"
    }()

    private static func hash(_ password: [UInt8], setting: [CChar]) -> String? {
        // 32 KB: too much for the stack of a small thread; zeroed, as the library asks.
        let scratch = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        let bytes = UnsafeMutableRawBufferPointer(start: scratch, count: MemoryLayout<crypt_data>.size)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        defer {
            OPENSSL_cleanse(bytes.baseAddress, bytes.count)
            scratch.deallocate()
        }
        guard let result = crypt_r(password.map { CChar(bitPattern: $0) } + [0], setting, scratch) else { return nil }
        let text = String(cString: result)
        return text.hasPrefix("*") ? nil : text
    }
}
