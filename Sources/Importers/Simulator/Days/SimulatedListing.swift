import Domain

/// An instrument as the exchange's master data has it. Which one stands at an index depends on the index alone.
struct SimulatedListing {
    enum Kind {
        case equity, future, call, put, commodity

        var code: StaticString {
            switch self {
            case .equity: "EQ"
            case .future, .commodity: "FUT"
            case .call: "CE"
            case .put: "PE"
            }
        }
    }

    let kind: Kind
    let exchange: StaticString
    var symbol: String
    /// It had another symbol before.
    var isRenamed = false
    let name: String
    let isin: String?
    /// The least quantity of an order, and what each is a multiple of.
    let lot: Int64
    /// What one of the quantity stands for, as a contract of 100 units.
    let multiplier: Int64
    let expiry: CivilDate?
    /// In ticks of 0.05.
    let strike: Int64?
    let startTicks: Int64
    /// How far the price may go from the last close, in a thousand; nil where the exchange sets no limits.
    let bandPerMille: Int64?
    /// The largest step of the price within a quarter of an hour, in ten thousand.
    let reachPerTenThousand: Int

    var subject: String { "\(exchange):\(symbol)" }
    var isEquity: Bool { kind == .equity }

    private static let sectors: [StaticString] = ["Energy", "Technology", "Banks", "Consumer", "Industry", "Health"]
    var sector: StaticString? {
        isEquity ? Self.sectors[name.utf8.reduce(0) { $0 &+ Int($1) } % Self.sectors.count] : nil
    }

    /// Of ten listings six are shares at NSE, one is a share at BSE, one a future, one an option, one a commodity.
    init(index: Int, lastDay: CivilDate) {
        let (decade, place) = (index / 10, index % 10)
        // The shares that the other listings of ten belong to.
        let share = decade * 6 + (place < 6 ? place : decade % 6)
        let ticks = Self.startTicks(of: share)
        switch place {
        case 0..<6: self.init(share: share, exchange: "NSE", ticks: ticks)
        case 6: self.init(share: share, exchange: "BSE", ticks: ticks)
        case 7, 8: self.init(contract: place == 7 ? .future : (decade % 2 == 0 ? .call : .put), share, ticks, lastDay)
        default: self.init(commodity: decade, lastDay)
        }
    }

    private init(share: Int, exchange: StaticString, ticks: Int64) {
        kind = .equity
        self.exchange = exchange
        symbol = SimulatedInstrument.name(share)
        name = "\(symbol) Limited"
        isin = Self.isin(share)
        (lot, multiplier, expiry, strike) = (1, 1, nil, nil)
        startTicks = ticks
        bandPerMille = [50, 100, 200][share % 3]
        reachPerTenThousand = 25 + share % 4 * 10
    }

    private init(contract kind: Kind, _ share: Int, _ ticks: Int64, _ lastDay: CivilDate) {
        self.kind = kind
        exchange = "NFO"
        let expiry = Self.lastTuesday(notBefore: lastDay)
        self.expiry = expiry
        // Strikes are round: steps of 20 rupees.
        let strike = kind == .future ? nil : max(400, ticks / 400 * 400)
        self.strike = strike
        let underlying = SimulatedInstrument.name(share)
        let month = Self.months[expiry.month - 1]
        symbol = "\(underlying)\(expiry.year % 100)\(month)" + (strike.map { "\($0 / 20)\(kind.code)" } ?? "FUT")
        name = "\(underlying) \(month) \(expiry.year)"
        isin = nil
        lot = [25, 50, 125, 250][share % 4]
        multiplier = 1
        startTicks = strike == nil ? ticks : max(40, ticks / 40)
        bandPerMille = strike == nil ? 100 : nil
        reachPerTenThousand = strike == nil ? 30 : 300
    }

    private init(commodity number: Int, _ lastDay: CivilDate) {
        kind = .commodity
        exchange = "MCX"
        let base = Self.commodities[number % Self.commodities.count]
        let expiry = Self.lastTuesday(notBefore: lastDay)
        let round = number / Self.commodities.count
        let month = Self.months[expiry.month - 1]
        symbol = "\(base.name)\(round == 0 ? "" : "\(round)")\(expiry.year % 100)\(month)FUT"
        name = "\(base.name) \(month) \(expiry.year)"
        isin = nil
        lot = 1
        multiplier = base.multiplier
        self.expiry = expiry
        strike = nil
        startTicks = base.ticks
        bandPerMille = 60
        reachPerTenThousand = 20
    }

    private static let commodities: [(name: String, multiplier: Int64, ticks: Int64)] = [
        ("GOLDM", 10, 1_560_000), ("CRUDEOIL", 100, 112_000), ("SILVERM", 5, 1_840_000), ("NATURALGAS", 1_250, 6_200),
        ("COPPER", 2_500, 17_800), ("ZINC", 5_000, 5_600),
    ]
    private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

    /// 100 to 4 000 rupees.
    private static func startTicks(of share: Int) -> Int64 {
        let mixed = UInt64(truncatingIfNeeded: share &+ 1) &* 0x9E37_79B9_7F4A_7C15
        return 2_000 + Int64((mixed >> 33) % 78_000)
    }

    /// When equity derivatives expire: the last Tuesday of the month, of `day`'s or the next.
    private static func lastTuesday(notBefore day: CivilDate) -> CivilDate {
        var found = day
        var candidate = day
        for _ in 0..<62 {
            if candidate.weekday == .tuesday, candidate.adding(days: 7).month != candidate.month {
                found = candidate
                break
            }
            candidate = candidate.adding(days: 1)
        }
        return found
    }

    /// An ISIN with its check digit (ISO 6166): Luhn over the digits, letters counting as two digits from A = 10.
    static func isin(_ share: Int) -> String {
        let digits = String(share + 1)
        let body = "INE" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "01"
        var sum = 0
        var doubles = true
        for byte in body.utf8.reversed() {
            let value = byte < 65 ? Int(byte) - 48 : Int(byte) - 55
            for digit in value < 10 ? [value] : [value % 10, value / 10] {
                let weighed = doubles ? digit * 2 : digit
                sum += weighed / 10 + weighed % 10
                doubles.toggle()
            }
        }
        return "\(body)\((10 - sum % 10) % 10)"
    }
}
