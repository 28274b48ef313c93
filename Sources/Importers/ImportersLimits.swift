/// Every limit of the importers and the simulator.
public enum ImportersLimits {
    /// Bytes asked of the file system at a time.
    public static let readChunkBytes = 256 * 1024
    /// One CSV field. It also bounds how far an unclosed quote can reach.
    public static let maximumFieldBytes = 16 * 1024
    public static let maximumRecordBytes = 256 * 1024
    public static let maximumFieldsPerRecord = 512
    /// Lines before the header that a workbook saved as CSV may carry (title, client id, dates).
    public static let maximumPreambleLines = 32
    /// Characters of an offending value that a report repeats.
    public static let reportedValueCharacters = 60
    /// Bars looked at to find out how long a bar of this file is.
    public static let intervalSampleBars = 64

    public static let maximumSimulatedUsers = 1_000_000
    public static let maximumSimulatedSymbols = 100_000
    /// Orders of the simulator that have been placed and not yet ended.
    public static let maximumOpenSimulatedOrders = 65_536
    /// Events between an event and its simulated second sending or late arrival.
    public static let maximumSimulatedDelayEvents = 64
    /// Events between an event and its arrival when it is late.
    public static let maximumSimulatedLateEvents = 20_000
    /// Different instruments that a simulated user holds at a time.
    public static let maximumSimulatedHoldings = 8
    /// Alerts, rules, lists, cart lines and payments of a simulated user on a day while markets are open, and about as many
    /// more while none is: on a day of millions of events people are busier trading, not setting alerts.
    public static let maximumSimulatedDeedsPerUserDay = 4
    /// When a simulation may begin: the calendar is asked a month ahead at a time.
    public static let simulatedYears = 2000...2100
    /// Encoded bytes handed to the sink at a time.
    public static let simulatorChunkBytes = 1024 * 1024
}
