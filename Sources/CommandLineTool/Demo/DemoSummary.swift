/// What the demo came to; its JSON is the last line of `demo --json`.
struct DemoSummary: Encodable {
    struct View: Encodable {
        var build: String
        var lag: Int64
        var parked: Int64
        /// By relation.
        var rows: [String: Int64]
        /// nil until it was compared with a build made anew.
        var verified: Bool?
    }

    var events = 0
    var rejectedRows = 0
    var undelivered = 0
    var views: [String: View] = [:]
    var rebuilt: ReplayCommand.Report?
    /// Whether every check held.
    var verified = false
    /// What did not hold.
    var failures: [String] = []
    var seconds: Double = 0
    var api: String
    var user = ""
    var symbol = ""
}
