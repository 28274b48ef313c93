/// The limits of the folds, each with its unit in its name.
public enum ProjectionLimits {
    /// Books that a lane keeps in memory while it is live.
    public static let maximumCachedBooks = 8_000
    /// Executions, about 2 kB each, that a lane reads at a time to fold books anew; a larger book is read alone.
    public static let maximumRefoldedExecutions = 10_000
    /// For how many of them a book counts that is not in memory.
    static let executionsOfUnknownBook = 200
    /// A trim keeps what the last so many batches used.
    public static let batchesKeptByTrim = 4
    /// Minutes with ticks, over all symbols and days, that a lane keeps in memory: about 200 bytes each.
    public static let maximumCachedMinutes = 200_000
    /// Symbols that a lane keeps in memory.
    public static let maximumCachedSymbols = 50_000
    /// The cached minutes are counted once in so many batches.
    public static let batchesBetweenTrims = 16
    /// Ticks of one minute whose quantities were summed that are remembered, so that a repeated one is not summed
    /// again; those behind them are summed unremembered.
    public static let maximumSummedTicksPerMinute = 65_536
    /// A book with a few open lots takes the memory of about so many identities in a rebuild, a correction of so many.
    public static let identitiesPerBook = 16
    public static let identitiesPerCorrection = 24
    /// An order takes the memory of about so many identities in a rebuild.
    public static let identitiesPerOrder = 14
    /// Orders that a lane keeps in memory while it is live.
    public static let maximumCachedOrders = 10_000
    /// A row of a keyed view takes the memory of about so many identities in a rebuild.
    public static let identitiesPerKeyedRow = 14
    /// Rows that a lane of a keyed view keeps in memory while it is live.
    public static let maximumCachedKeyedRows = 40_000
    /// Bookings of view cash that a lane keeps between batches: few are ever asked for again.
    static let maximumCachedBookings = 4_000
    /// Rules or alerts that a lane keeps in memory: about 200 bytes each.
    public static let maximumCachedWatches = 1_000_000
    /// Rules or alerts on one symbol, which are in memory together or not at all.
    public static let maximumWatchesPerSymbol = 500_000
    /// Lines of one cart, and rules that may have filled one line.
    public static let maximumCartLines = 5_000
    public static let maximumRulesPerCartLine = 1_000

    /// Ticks are kept for so many days, candles and the days that they belong to for so many, unless an operator says
    /// otherwise.
    public static let tickDays = 90
    public static let candleDays = 1_826
    /// Days of users that a lane of view `analytics` keeps in memory while it is live: about 300 bytes each.
    public static let maximumCachedDays = 20_000
    /// A day of a user takes the memory of about so many identities in a rebuild.
    public static let identitiesPerDay = 6
    /// Exchanges whose clock a lane of view `analytics` remembers; that of others is looked up each time.
    public static let maximumRememberedExchanges = 256
}
