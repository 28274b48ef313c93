extension TextRule {
    /// 00:00 to 23:59.
    static func isClock(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return false }
        guard [0, 1, 3, 4].allSatisfy({ isDigit(bytes[$0]) }) else { return false }
        let hour = Int(bytes[0] - 48) * 10 + Int(bytes[1] - 48)
        return hour < 24 && bytes[3] < UInt8(ascii: "6")
    }

    /// An offset of up to 14:59, or what looks like an IANA zone's name: whether there is such a zone is not for a
    /// decoder to say, whose answer must be the same on every machine.
    static func isZone(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.first, bytes.count <= EventsLimits.maximumZoneCharacters else { return false }
        if first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
            let clock = UnsafeRawBufferPointer(rebasing: bytes[1...])
            return isClock(clock) && (clock[0] == UInt8(ascii: "0") || (clock[0] == 0x31 && clock[1] < 0x35))
        }
        let signs: [UInt8] = [0x2B, 0x2D, 0x2F, 0x5F]
        return isLetter(first) && bytes.allSatisfy { isLetter($0) || isDigit($0) || signs.contains($0) }
    }

    /// Printable ASCII around one @, without what would end an address on SMTP's command line.
    static func isEmail(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let at = bytes.firstIndex(of: UInt8(ascii: "@")) else { return false }
        let (name, host) = (bytes[..<at], bytes[(at + 1)...])
        let lengths = 1...EventsLimits.maximumEmailPartCharacters
        return lengths.contains(name.count) && lengths.contains(host.count)
            && (Array(name) + Array(host)).allSatisfy {
                $0 > 0x20 && $0 < 0x7F && ![UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "@")].contains($0)
            }
    }

    static func isWebUrl(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard bytes.count <= EventsLimits.maximumSourceCharacters, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return false
        }
        return ["https://", "http://"].contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
}
