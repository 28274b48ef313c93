import Domain

/// How a price goes through one session: a gap at the open, steps each part of the day, now and then a halt with a jump
/// behind it or a run into the circuit limit. In ticks of 0.05, a function of the time of day.
struct SimulatedPricePath {
    static let parts = 24
    let lowest: Int64
    let highest: Int64
    private let open: Int64
    private let partMicroseconds: Int64
    private var points: [Int64] = []
    /// From, and until before.
    private var halt: Range<Int64>?

    init(
        previousClose: Int64, listing: SimulatedListing, session: SessionDay, _ random: inout RandomSource
    ) {
        let band = listing.bandPerMille.map { max(2, previousClose * $0 / 1_000) }
        lowest = max(1, band.map { previousClose - $0 } ?? 1)
        highest = band.map { previousClose + $0 } ?? max(400, previousClose * 8)
        open = session.open.microseconds
        partMicroseconds = max(1, (session.close.microseconds - open) / Int64(Self.parts))
        let reach = listing.reachPerTenThousand
        var value = move(previousClose, by: Self.gap(&random))
        for _ in 0...Self.parts {
            points.append(value)
            value = move(value, by: random.within(-reach...reach))
        }
        if random.chance(perMille: 6) { stopTrading(&random) }
        if listing.bandPerMille != nil, random.chance(perMille: 8) { runIntoLimit(&random) }
    }

    /// The price is at a limit: nobody sells at the upper one, nobody buys at the lower one.
    func isLocked(_ ticks: Int64, forBuyer: Bool) -> Bool { forBuyer ? ticks >= highest : ticks <= lowest }

    func isHalted(at time: Timestamp) -> Bool { halt?.contains(time.microseconds) ?? false }

    /// With a jitter of a few ticks, so that neighbouring trades differ.
    func ticks(at time: Timestamp, _ random: inout RandomSource) -> Int64 {
        let since = min(max(0, time.microseconds - open), partMicroseconds * Int64(Self.parts) - 1)
        let part = Int(since / partMicroseconds)
        let within = since % partMicroseconds
        let base = points[part] + (points[part + 1] - points[part]) * (within >> 10) / max(1, partMicroseconds >> 10)
        if base >= highest || base <= lowest { return clamp(base) }
        let jitter = max(1, Int(base / 4_000))
        return clamp(base + Int64(random.within(-jitter...jitter)))
    }

    private func clamp(_ ticks: Int64) -> Int64 { min(highest, max(lowest, ticks)) }

    private func move(_ ticks: Int64, by perTenThousand: Int) -> Int64 {
        clamp(ticks + ticks * Int64(perTenThousand) / 10_000)
    }

    /// Overnight, in ten thousand: mostly small, news now and then.
    private static func gap(_ random: inout RandomSource) -> Int {
        switch random.below(1_000) {
        case 0..<15: random.within(-900...900)
        case 15..<150: random.within(-300...300)
        default: random.within(-70...70)
        }
    }

    /// No trade for a part or two, then another price.
    private mutating func stopTrading(_ random: inout RandomSource) {
        let first = random.within(1...Self.parts - 4)
        let length = random.within(1...2)
        halt = open + Int64(first) * partMicroseconds..<open + Int64(first + length) * partMicroseconds
        let jump = random.within(-400...400)
        for part in first + length..<points.count { points[part] = move(points[part], by: jump) }
    }

    private mutating func runIntoLimit(_ random: inout RandomSource) {
        let first = random.within(2...Self.parts - 2)
        let limit = random.below(2) == 0 ? highest : lowest
        let last = random.chance(perMille: 500) ? points.count : min(points.count, first + 4)
        for part in first..<last { points[part] = limit }
    }
}
