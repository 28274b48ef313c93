/// Ids of simulated things.
enum SimulatedId {
    /// `<prefix><letter><number>`.
    static func bytes(_ prefix: [UInt8], _ letter: Unicode.Scalar, _ number: Int) -> [UInt8] {
        var bytes = prefix
        bytes.reserveCapacity(prefix.count + 16)
        bytes.append(UInt8(ascii: letter))
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
        return bytes
    }
}
