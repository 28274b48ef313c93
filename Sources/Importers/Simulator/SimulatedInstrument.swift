import Domain

/// One instrument's walk: prices in ticks of 0.05, a day's figures as an exchange publishes them.
struct SimulatedInstrument {
    /// Ticks of 0.05 in units at scale 8.
    static let tickUnits: Int64 = 5_000_000
    static let names = [
        "RELIANCE", "TCS", "HDFCBANK", "INFY", "ICICIBANK", "HINDUNILVR", "SBIN", "BHARTIARTL", "ITC", "KOTAKBANK",
        "LT", "AXISBANK", "ASIANPAINT", "MARUTI", "SUNPHARMA", "TITAN", "ULTRACEMCO", "NESTLEIND", "WIPRO", "HCLTECH",
        "TATAMOTORS", "TATASTEEL", "POWERGRID", "NTPC", "BAJFINANCE", "BAJAJFINSV", "JSWSTEEL", "ONGC", "COALINDIA",
        "GRASIM", "HINDALCO", "ADANIPORTS", "DRREDDY", "CIPLA", "DIVISLAB", "BRITANNIA", "EICHERMOT", "HEROMOTOCO",
        "TECHM", "INDUSINDBK", "BPCL", "UPL", "APOLLOHOSP", "TATACONSUM", "SBILIFE", "HDFCLIFE", "BAJAJ-AUTO", "M&M",
        "LTIM", "ADANIENT",
    ]

    let symbol: String
    let subject: String
    private let lowest: Int64
    private let highest: Int64
    private(set) var ticks: Int64
    private(set) var volume: Int64 = 0
    private(set) var dayOpen: Int64
    private(set) var dayHigh: Int64
    private(set) var dayLow: Int64
    private(set) var previousClose: Int64
    private var day: CivilDate?

    init(index: Int, _ random: inout RandomSource) {
        symbol = Self.name(index)
        subject = "NSE:\(symbol)"
        let start = Int64(random.within(2_000...80_000))
        ticks = start
        lowest = start / 2
        highest = start * 2
        (dayOpen, dayHigh, dayLow, previousClose) = (start, start, start, start)
    }

    static func name(_ index: Int) -> String {
        if index < names.count { return names[index] }
        let digits = String(index - names.count + 1)
        return "SYM" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    static func price(_ ticks: Int64) -> Price { Price(units: ticks * tickUnits) }

    /// The next price, up to 0.06 % from the last, and `quantity` more traded.
    mutating func trade(quantity: Int64, on date: CivilDate, _ random: inout RandomSource) {
        let reach = max(2, Int(ticks / 1_600))
        let last = ticks
        ticks = min(highest, max(lowest, ticks + Int64(random.within(-reach...reach))))
        if day != date {
            previousClose = last
            (dayOpen, dayHigh, dayLow, volume) = (ticks, ticks, ticks, 0)
            day = date
        }
        dayHigh = max(dayHigh, ticks)
        dayLow = min(dayLow, ticks)
        volume += quantity
    }
}
