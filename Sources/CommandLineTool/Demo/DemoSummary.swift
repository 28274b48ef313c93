/// What the demo came to; its JSON is the last line of `demo --json`.
struct DemoSummary: Encodable {
    struct View: Encodable {
        var build: String
        var lag: Int64
        var parkedEvents: Int
        /// By relation.
        var rows: [String: Int64]
        /// Whether it equals a build made anew from the log.
        var verified: Bool
    }

    var events = 0
    var rejectedRows = 0
    var undelivered = 0
    var views: [String: View] = [:]
    var rebuilt: ReplayCommand.Result?
    /// Whether every check held.
    var verified = false
    /// What did not hold.
    var failures: [String] = []
    var seconds: Double = 0
    var api: String
    /// Someone and something to ask the API for.
    var user = ""
    var symbol = ""
}
