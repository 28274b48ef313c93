import Domain

/// A closed set of words on the wire.
protocol WireChoice: CaseIterable, RawRepresentable<String> {
    init?(wire bytes: UnsafeRawBufferPointer)
}

extension WireChoice {
    @inline(__always)
    init?(wire bytes: UnsafeRawBufferPointer) {
        self.init(rawValue: String(decoding: bytes, as: UTF8.self))
    }

    static var allowed: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

extension Side: WireChoice {
    @inline(__always)
    init?(wire bytes: UnsafeRawBufferPointer) {
        // By hand: every order and trade has one.
        if bytes.count == 3, bytes[0] == UInt8(ascii: "B"), bytes[1] == UInt8(ascii: "U"), bytes[2] == UInt8(ascii: "Y")
        {
            self = .buy
        } else if bytes.count == 4, bytes.loadUnaligned(as: UInt32.self) == UInt32(littleEndian: 0x4C4C_4553) {
            self = .sell
        } else {
            return nil
        }
    }
}
