import Domain
import Foundation
import Testing

@testable import Events

/// The decoder and schemas/events must say the same of every mutation of every field: the judge is Python's jsonschema.
@Suite struct DecoderAgreesWithSchemaTests {
    static let samples: [EventKind: [(name: String, json: String)]] = [
        .orderPlaced: [
            ("orderId", #""ord-1""#), ("userId", #""user-1""#), ("symbol", #""RELIANCE""#), ("exchange", #""NSE""#),
            ("side", #""BUY""#), ("quantity", "10"), ("orderType", #""LIMIT""#), ("price", #""2450.55""#),
            ("triggerPrice", "2440"), ("product", #""CNC""#), ("validity", #""DAY""#), ("account", #""main""#),
            ("category", #""swing""#), ("strategy", #""s1""#), ("tags", #"["a"]"#), ("requestId", #""r-1""#),
        ],
        .orderUpdated: [
            ("orderId", #""ord-1""#), ("userId", #""user-1""#), ("status", #""OPEN""#), ("filledQuantity", "0"),
            ("averagePrice", #""0""#), ("price", "2450.55"), ("quantity", #""10""#), ("triggerPrice", "1"),
            ("reason", #""as asked""#),
        ],
        .orderCancelled: [("orderId", #""ord-1""#), ("userId", #""user-1""#), ("reason", #""as asked""#)],
        .tradeExecuted: [
            ("tradeId", #""t-1""#), ("userId", #""user-1""#), ("symbol", #""RELIANCE""#), ("exchange", #""NSE""#),
            ("side", #""SELL""#), ("quantity", #""10""#), ("price", "2450.55"),
            ("executedAt", #""2026-01-15T09:15:00.5+05:30""#), ("fees", #""12.34""#), ("orderId", #""ord-1""#),
            ("account", #""main""#), ("isin", #""INE002A01018""#), ("product", #""MIS""#), ("multiplier", "1"),
            ("segment", #""EQ""#), ("category", #""swing""#), ("strategy", #""s1""#), ("tags", #"["a"]"#),
            ("notes", #""n""#), ("broker", #""zerodha""#),
        ],
        .tradeCorrected: [
            ("tradeId", #""t-1""#), ("userId", #""user-1""#), ("action", #""amend""#), ("symbol", #""RELIANCE""#),
            ("exchange", #""NSE""#), ("side", #""SELL""#), ("quantity", #""10""#), ("price", "2450.55"),
            ("executedAt", #""2026-01-15T09:15:00.5+05:30""#), ("fees", #""-12.34""#), ("orderId", #""ord-1""#),
            ("account", #""main""#), ("isin", #""INE002A01018""#), ("product", #""MIS""#), ("multiplier", "1"),
            ("segment", #""EQ""#), ("category", #""swing""#), ("strategy", #""s1""#), ("tags", #"["a"]"#),
            ("notes", #""n""#), ("broker", #""zerodha""#),
        ],
        .marketUpdated: [
            ("symbol", #""RELIANCE""#), ("exchange", #""NSE""#), ("lastPrice", "1344.199951171875"),
            ("lastQuantity", "5"), ("volume", "1200345"), ("dayOpen", #""1340.1""#), ("dayHigh", "1350"),
            ("dayLow", "1339.95"), ("previousClose", "1341"), ("bid", "1344.15"), ("ask", "1344.25"),
            ("bidQuantity", "100"), ("askQuantity", "200"), ("openInterest", "0"), ("depth", #"{"buy":[],"sell":[]}"#),
            ("source", #""kite""#),
        ],
        .notificationSend: [
            ("notificationId", #""n-1""#), ("userId", #""user-1""#), ("channel", #""in_app""#),
            ("category", #""trade_alert""#), ("title", #""Bought""#), ("body", #""10 TCS""#), ("priority", #""high""#),
            ("data", #"{"orderId":"o-1"}"#), ("actionUrl", #""/orders/o-1""#),
            ("scheduledFor", #""2026-01-15T09:15:00+05:30""#), ("expiresAt", #""2026-01-16T03:45:00Z""#),
        ],
        .paymentReceived: [
            ("paymentId", #""p-1""#), ("userId", #""user-1""#), ("kind", #""deposit""#), ("amount", #""1000.50""#),
            ("currency", #""INR""#), ("status", #""completed""#), ("provider", #""razorpay""#),
            ("providerPaymentId", #""pay_1""#),
        ],
        .ruleChanged: rule, .ruleRearmed: rule,
        .cartChanged: [
            ("userId", #""user-1""#), ("symbol", #""NSE:M&M""#), ("action", #""add""#), ("quantity", "10"),
            ("price", #""2450.55""#), ("auto", "true"), ("ruleId", #""r-1""#), ("definedBy", #""/api#d-1""#),
            ("rearmedBy", #""/cart#m-1""#),
        ],
        // The widest range, so that no mutation of one end crosses the other.
        .alertChanged: [
            ("alertId", #""a-1""#), ("userId", #""user-1""#), ("symbol", #""RELIANCE""#),
            ("condition", #""in_range""#), ("active", "true"), ("threshold", #""-89999999999.99999999""#),
            ("upper", #""89999999999.99999999""#), ("cooldownSeconds", "300"), ("once", "true"),
            ("channels", #"["in_app","email"]"#),
        ],
        .alertTriggered: [
            ("alertId", #""a-1""#), ("userId", #""user-1""#), ("symbol", #""NSE:NIFTY 50""#), ("price", "2450.55"),
            ("condition", #""crosses_above""#), ("definedBy", #""/api#d-1""#),
        ],
        .notificationUpdated: [
            ("notificationId", #""n-1""#), ("userId", #""user-1""#), ("status", #""failed""#),
            ("reason", #""mailbox full""#),
        ],
        .watchlistChanged: [
            ("listId", #""w-1""#), ("userId", #""user-1""#), ("name", #""Banks""#),
            ("symbols", #"["HDFCBANK","BSE:SBIN"]"#),
        ],
        .instrumentUpdated: [
            ("symbol", #""RELIANCE""#), ("exchange", #""NSE""#), ("type", #""CE""#), ("token", #""738561""#),
            ("name", #""NIFTY""#), ("isin", #""INE002A01018""#), ("strike", "24000"), ("expiry", #""2026-01-29""#),
            ("lotSize", "75"), ("tickSize", #""0.05""#), ("sector", #""Index""#),
            ("exchangeType", #""OPTIDX""#),
        ],
        .preferenceChanged: [
            ("userId", #""user-1""#), ("category", #""trade_alert""#), ("channels", #"["in_app","email"]"#),
            ("quietFrom", #""22:00""#), ("quietTo", #""07:30""#), ("timeZone", #""Asia/Kolkata""#),
            ("email", #""a@example.org""#), ("webhookUrl", #""https://example.org/hook""#),
        ],
    ]

    private static let rule: [(name: String, json: String)] = [
        ("ruleId", #""r-1""#), ("userId", #""user-1""#), ("symbol", #""RELIANCE""#), ("active", "true"),
        ("minPrice", "0"), ("maxPrice", #""89999999999.99999999""#), ("quantity", "5"),
    ]

    @Test func samplesNameEveryField() {
        for kind in EventKind.allCases {
            #expect(Set((Self.samples[kind] ?? []).map(\.name)) == Set(kind.keys.map { "\($0.name)" }), "\(kind.topic)")
        }
    }

    @Test func schemasNameTheSameFields() throws {
        for kind in EventKind.allCases {
            let path = TopologyTests.packageRoot.appending(path: "schemas/events/\(kind.topic).json")
            let schema = try JSONDecoder().decode(SchemaFile.self, from: Data(contentsOf: path))
            let version = try #require(schema.defs["v\(UpcasterRegistry.standard.currentVersion(of: kind))"])
            #expect(Set((version.properties ?? [:]).keys) == Set(kind.keys.map { "\($0.name)" }), "\(kind.topic)")
        }
    }

    @Test func everyMutationIsJudgedAlike() throws {
        guard let judge = try JudgeProcess.find() else { return }
        let decoder = EventDecoder()
        let envelope = Envelope(id: "1", source: "/test", time: Timestamp(microseconds: 0))
        var questions: [(kind: EventKind, mutation: Mutations.Case)] = []
        for kind in EventKind.allCases {
            questions += Mutations.all(of: Self.samples[kind] ?? []).map { (kind, $0) }
        }
        let verdicts = try judge.verdicts(questions.map { ($0.kind.topic, $0.mutation.document) })
        try #require(verdicts.count == questions.count, "the judge broke off after \(verdicts.count)")
        var accepted = 0
        for ((kind, mutation), verdict) in zip(questions, verdicts) {
            var refusal: EventRefusal?
            do throws(EventRefusal) {
                _ = try mutation.document.withUnsafeBufferPointer { buffer throws(EventRefusal) in
                    try decoder.decodeData(kind, value: UnsafeRawBufferPointer(buffer), envelope: envelope)
                }
                accepted += 1
            } catch {
                refusal = error
            }
            let isValid = verdict == "valid"
            #expect(
                (refusal == nil) == isValid,
                "\(kind.topic), \(mutation.name): judge \(verdict), decoder \(refusal.map { "\($0)" } ?? "accepts")")
            if let refusal {
                #expect(!refusal.reason.isEmpty && !refusal.remedy.isEmpty, "\(kind.topic), \(mutation.name)")
                #expect(!refusal.field.isEmpty || refusal.byteOffset != nil || refusal.code == .noValue, "\(refusal)")
            }
        }
        print("decoder and schema agree on \(questions.count) documents, \(accepted) of them valid")
        #expect(accepted > EventKind.allCases.count)
    }

    struct SchemaFile: Decodable {
        struct Definition: Decodable {
            struct Anything: Decodable {}
            let properties: [String: Anything]?
        }
        let defs: [String: Definition]
        enum CodingKeys: String, CodingKey { case defs = "$defs" }
    }
}
