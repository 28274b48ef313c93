/// FNV-1a over 128 bits: stable for ever, which is what an id made of it needs.
struct RowHash {
    private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
    private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { state = (state ^ UInt128(byte)) &* Self.prime }
    }

    /// A field and its end, so that `ab,c` and `a,bc` differ.
    mutating func addField(_ bytes: some Sequence<UInt8>) {
        add(bytes)
        add(CollectionOfOne(0x1F))
    }

    /// 32 hexadecimal digits.
    var text: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
