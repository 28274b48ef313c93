import TestKit

extension SeededRandom {
    /// Evenly from 0 to `limit` − 1; `limit` > 0.
    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    mutating func chance(perMille: Int) -> Bool { below(1_000) < perMille }
}
