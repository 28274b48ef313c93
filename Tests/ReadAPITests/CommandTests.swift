import Events
import Glibc
import Kafka
import Postgres
import Synchronization
import Testing

@testable import ReadAPI

/// Commands: what is taken, what is refused and how, and what a repeated one does. One after the other: they share a rig.
@Suite(.serialized) struct CommandTests {
    private static let order = #"{"symbol":"M&M","exchange":"NSE","side":"BUY","quantity":"10","orderType":"MARKET"}"#

    private struct StoredRecord {
        var headers: [String: String] = [:]
        var value: [UInt8] = []
    }

    /// An API before a broker that is simulated in this process.
    ///
    /// `@unchecked Sendable`: the suite is serialized, and the connection is used by its tests alone.
    private final class Rig: @unchecked Sendable {
        let cluster: KafkaMockCluster
        let database: FixtureDatabase
        let api: TestAPI

        /// `produceMilliseconds`: how long a command waits for an acknowledgement; nil as ever. Each topic takes the mock
        /// cluster an eighth of a second: where the broker is away nobody sees whether there are any.
        init(produceMilliseconds: Int? = nil, hasTopics: Bool = true) throws {
            let cluster = try KafkaMockCluster()
            let topology = try Topology.standard()
            for topic in topology.topics where hasTopics { cluster.createTopic(topic.name, partitions: 2) }
            self.cluster = cluster
            database = try FixtureDatabase.live()
            api = try TestAPI(database: database.url) { configuration in
                var kafka = KafkaConfiguration(brokers: cluster.brokers, clientId: "command-tests")
                kafka.logSink = { _ in }
                if let produceMilliseconds {
                    kafka.properties["message.timeout.ms"] = String(produceMilliseconds)
                }
                configuration.kafka = kafka
                configuration.topology = topology
            }
        }

        private static let made = Result { try Rig() }
        private static let users = Atomic(0)

        /// The rig that tests share, for a user of its own.
        static func desk() throws -> Desk {
            if case .success = made { atexit { Rig.stop() } }
            return Desk(rig: try made.get(), user: "clerk-\(users.add(1, ordering: .relaxed).newValue)")
        }

        private static func stop() {
            if case .success(let rig) = made { rig.api.server.stop() }
        }

        /// What lies in the log before the position of a command's answer.
        func record(of answer: TestResponse) throws -> StoredRecord {
            let text = try #require(try answer.json()["position"]?.string, "\(answer.text)")
            let match = try #require(text.wholeMatch(of: /(.+)\/([0-9]+)@([0-9]+)/))
            let place = TopicPartition(topic: String(match.1), partition: try #require(Int32(match.2)))
            let offset = try #require(Int64(match.3)) - 1
            var configuration = KafkaConfiguration(brokers: cluster.brokers, clientId: "command-tests")
            configuration.logSink = { _ in }
            let consumer = try KafkaConsumer(configuration: configuration, groupId: nil)
            let lane = try consumer.laneQueue(for: [place])
            try consumer.assign([TopicPartitionOffset(place, offset: offset)])
            defer { _ = consumer.close() }
            for _ in 0..<200 {
                let batch = lane.consumeBatch(maximumMessages: 1, timeoutMilliseconds: 100)
                guard batch.count > 0 else { continue }
                var record = StoredRecord(value: batch[0].value.map { Array($0) } ?? [])
                for header in batch[0].headers {
                    record.headers[header.name] = header.value.map { String(decoding: $0, as: UTF8.self) }
                }
                return record
            }
            throw TestClient.Closed()
        }
    }

    /// A user's place at the shared rig.
    private struct Desk {
        let rig: Rig
        let user: String

        var database: FixtureDatabase { rig.database }

        func record(of answer: TestResponse) throws -> StoredRecord { try rig.record(of: answer) }

        func post(
            _ target: String, _ body: String = "", roles: [String] = [], headers: [(String, String)] = []
        ) throws -> TestResponse {
            try post(target, body, as: user, roles: roles, headers: headers)
        }

        func post(
            _ target: String, _ body: String = "", as user: String?, roles: [String] = [],
            headers: [(String, String)] = []
        ) throws -> TestResponse {
            try rig.api.post(target, body, as: user, roles: roles, headers: headers)
        }
    }

    @Test func aCommandIsAcknowledgedWithItsPosition() throws {
        let rig = try Rig.desk()
        let answer = try rig.post("/v1/orders", Self.order)
        #expect(answer.status == 202, "\(answer.text)")
        let json = try answer.json()
        #expect(json["topic"]?.string == "orders.placed")
        #expect(json["userId"]?.string == rig.user)
        #expect(json["id"] == json["eventId"])
        #expect(answer.header("tapefold-position") == json["position"]?.string)
        let position = try #require(json["position"]?.string)
        let match = try #require(position.wholeMatch(of: /(orders\.placed\/[01])@([0-9]+)/), "\(position)")
        let offset = try #require(Int(match.2))
        // Without a key, the same request is another order.
        let second = try rig.post("/v1/orders", Self.order)
        #expect(try second.json()["eventId"] != json["eventId"])
        #expect(try second.json()["position"]?.string == "\(match.1)@\(offset + 1)")
    }

    @Test func everyCommandHasItsEvent() throws {
        let rig = try Rig.desk()
        for (path, body, topic) in [
            ("/v1/orders/o%2F1/cancel", "", "orders.cancelled"),
            ("/v1/orders/o2/cancel", #"{"reason":"changed my mind"}"#, "orders.cancelled"),
            ("/v1/cart", #"{"action":"add","symbol":"NSE:NIFTY 50","quantity":2}"#, "cart.changed"),
            ("/v1/cart", #"{"action":"checkout"}"#, "cart.changed"),
            ("/v1/cart/rules", #"{"symbol":"TCS","minPrice":"1.5","maxPrice":2}"#, "rules.changed"),
            ("/v1/alerts", #"{"symbol":"TCS","condition":"above","threshold":"4000"}"#, "alerts.changed"),
            ("/v1/watchlists", #"{"name":"mine","symbols":["NSE:M&M","TCS"]}"#, "watchlists.changed"),
            (
                "/v1/trades", #"{"symbol":"TCS","exchange":"NSE","side":"SELL","quantity":1,"price":"3.5"}"#,
                "trades.executed"
            ),
            ("/v1/notifications/n1/read", "", "notifications.updated"),
            ("/v1/notifications/n1/delete", "", "notifications.updated"),
        ] {
            let answer = try rig.post(path, body)
            #expect(answer.status == 202, "\(path): \(answer.text)")
            #expect(try answer.json()["topic"]?.string == topic)
        }
        let payment = #"{"userId":"u2","kind":"deposit","amount":"10","currency":"INR","status":"completed"}"#
        #expect(try rig.post("/v1/payments", payment).status == 403)
        #expect(try rig.post("/v1/payments", payment, roles: ["admin"]).status == 202)
        func pay(_ status: String, _ amount: String = "10") throws -> Int {
            let body =
                #"{"userId":"u2","paymentId":"p1","kind":"withdrawal","amount":"\#(amount)","currency":"INR","status":"\#(status)"}"#
            return try rig.post("/v1/payments", body, roles: ["admin"]).status
        }
        let trade =
            #"{"symbol":"TCS","exchange":"NSE","side":"SELL","quantity":1,"price":"3.5","executedAt":"2999-01-01T00:00:00Z"}"#
        let future = try rig.post("/v1/trades", trade)
        #expect(future.status == 422 && future.text.contains("executedAt"), "\(future.text)")
        // Announced, and then concluded, once each.
        #expect(try [pay("pending"), pay("pending"), pay("completed"), pay("completed")] == [202, 202, 202, 202])
        #expect(try [pay("pending", "11"), pay("completed", "11"), pay("failed")] == [422, 422, 422])
    }

    @Test(
        arguments: [
            ("/v1/orders", order.replacing(#""10""#, with: #""0""#), 422, "quantity"),
            ("/v1/orders", order.replacing(#""10""#, with: "1.123456789"), 422, "quantity"),
            ("/v1/orders", order.replacing("BUY", with: "buy"), 422, "side"),
            ("/v1/orders", order.replacing("M&M", with: "BSE:M&M"), 422, "symbol"),
            ("/v1/orders", order.replacing(#""side""#, with: #""qty":1,"side""#), 422, "qty"),
            ("/v1/orders", order.replacing(#""side""#, with: #""userId":7,"side""#), 422, "userId"),
            ("/v1/orders", order.replacing(#""side""#, with: #""account":null,"side""#), 422, "account"),
            ("/v1/orders", "{}", 422, "symbol"), ("/v1/orders", "[]", 400, nil), ("/v1/orders", "{", 400, nil),
            ("/v1/orders", #"{"symbol":"A","symbol":"B"}"#, 400, nil),
            ("/v1/orders", String(repeating: "[", count: 5_000), 400, nil),
            ("/v1/cart", #"{"action":"add"}"#, 422, "symbol"),
            ("/v1/cart", #"{"action":"clear","auto":true}"#, 422, "auto"),
            ("/v1/notifications/n1/read", #"{"status":"deleted"}"#, 422, "status"),
            ("/v1/orders/o1/cancel", #"{"orderId":"o2"}"#, 422, "orderId"),
            ("/v1/cart/rules", #"{"symbol":"A","minPrice":2,"maxPrice":1}"#, 422, "minPrice"),
        ] as [(String, String, Int, String?)])
    func badFieldsAreNamed(_ path: String, _ body: String, _ status: Int, _ field: String?) throws {
        let answer = try SharedAPI.get().post(path, body)
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.header("content-type") == "application/problem+json")
        #expect(try answer.json()["field"]?.string == field, "\(answer.text)")
    }

    /// What the document shows is taken as it stands.
    @Test func everyExampleOfTheDocumentIsTaken() throws {
        let rig = try Rig.desk()
        let document = try JSONValue(parsing: OpenAPIDocument.json)
        for route in RouteTable.routes where route.body?.contentTypes == ["application/json"] {
            let path = route.path.description
            let operation = try #require(document["paths"]?[path]?["post"])
            let example = operation["requestBody"]?["content"]?["application/json"]?["example"]
            let answer = try rig.post(
                path.replacing("{id}", with: "1"), (example ?? .object([])).text,
                as: route.access == .open ? nil : rig.user,
                roles: ["admin"])
            let isNobodys = ["login", "refresh"].contains(route.operation)
            let wanted = isNobodys ? 401 : route.operation == "logout" ? 204 : 202
            #expect(answer.status == wanted, "\(route.operation): \(answer.text)")
            let mayBeEmpty = ["readNotification", "deleteNotification"].contains(route.operation)
            #expect(example != nil || mayBeEmpty, "\(route.operation) has no example")
        }
    }

    @Test func usersWriteForThemselvesAndAdminsMayChoose() throws {
        let rig = try Rig.desk()
        let foreign = Self.order.replacing(#"{"#, with: #"{"userId":"u2","#)
        let refused = try rig.post("/v1/orders", foreign)
        #expect(refused.status == 403)
        let taken = try rig.post("/v1/orders", foreign, roles: ["admin"])
        #expect(try taken.json()["userId"]?.string == "u2")
        #expect(
            try rig.post("/v1/trades/import?userId=u2", "x", headers: [("Content-Type", "text/csv")]).status == 403)
    }

    @Test func aRepeatedCommandIsOneEvent() throws {
        let rig = try Rig.desk()
        let key = [("Idempotency-Key", "k-1")]
        let first = try rig.post("/v1/orders", Self.order, headers: key)
        let again = try rig.post("/v1/orders", Self.order.replacing(",", with: ", "), headers: key)
        #expect(again.status == 202)
        #expect(again.text == first.text)
        #expect(again.header("idempotency-replayed") == "true")
        #expect(again.header("tapefold-position") == first.header("tapefold-position"))
        let other = Self.order.replacing(#""10""#, with: #""11""#)
        let refused = try rig.post("/v1/orders", other, headers: key)
        #expect(refused.status == 422)
        #expect(try refused.json()["type"] == .string("urn:tapefold:problem:idempotency-conflict"))
        #expect(try rig.post("/v1/cart", #"{"action":"clear"}"#, headers: key).status == 422)
        // Another user's key is another key, and gives another event.
        let theirs = try rig.post("/v1/orders", other, as: "u2", headers: key)
        #expect(theirs.status == 202)
        #expect(try theirs.json()["eventId"] != first.json()["eventId"])
        // Forgotten after a day, the same request still has the same event's id: views drop it.
        try rig.database.execute("UPDATE tapefold.command SET created_at = now() - interval '2 days'")
        let late = try rig.post("/v1/orders", Self.order, headers: key)
        #expect(late.header("idempotency-replayed") == nil)
        #expect(try late.json()["eventId"] == first.json()["eventId"])
        for bad in ["", "a b", String(repeating: "k", count: 256), "ü"] {
            #expect(try rig.post("/v1/orders", Self.order, headers: [("Idempotency-Key", bad)]).status == 400)
        }
    }

    /// An order's id is its identity for ever: with other values it would be parked as a conflict.
    @Test func anIdThatIsTakenIsRefused() throws {
        let rig = try Rig.desk()
        let named = Self.order.replacing("{", with: #"{"orderId":"o1","#)
        let first = try rig.post("/v1/orders", named)
        #expect(try first.json()["id"]?.string == "o1")
        #expect(try rig.post("/v1/orders", named).text == first.text)
        let other = named.replacing(#""10""#, with: #""11""#)
        // The key is not used up by it: with an id that is free the same key is good.
        let key = [("Idempotency-Key", "kept")]
        #expect(try rig.post("/v1/orders", other, headers: key).status == 422)
        let mended = other.replacing("o1", with: "o3")
        #expect(try rig.post("/v1/orders", mended, headers: key).status == 202)
        #expect(try rig.post("/v1/orders", mended, headers: key).header("idempotency-replayed") == "true")
        for headers in [[], [("Idempotency-Key", "fresh")]] {
            let refused = try rig.post("/v1/orders", other, headers: headers)
            #expect(refused.status == 422)
            #expect(try refused.json()["field"]?.string == "orderId")
        }
        #expect(try rig.post("/v1/orders", other, as: "u2").status == 202)
        // A cancellation is one, too: its order's id is no other than the order's, and says nothing against it.
        let cancel = try rig.post("/v1/orders/o1/cancel")
        #expect(cancel.status == 202)
        #expect(try rig.post("/v1/orders/o1/cancel").text == cancel.text)
        #expect(try rig.post("/v1/orders/o1/cancel", #"{"reason":"other"}"#).status == 422)
        try rig.database.execute("UPDATE tapefold.command SET created_at = now() - interval '2 days'")
        #expect(try rig.post("/v1/orders", other).status == 422)
    }

    @Test func aCommandWhoseAnswerWasLostIsSentAgainUnderItsId() throws {
        let rig = try Rig.desk()
        let key = [("Idempotency-Key", "k-1")]
        let first = try rig.post("/v1/orders", Self.order, headers: key)
        try rig.database.execute("UPDATE tapefold.command SET answer = NULL")
        let again = try rig.post("/v1/orders", Self.order, headers: key)
        #expect(again.status == 202)
        #expect(try again.json()["eventId"] == first.json()["eventId"])
        #expect(try again.json()["position"] != first.json()["position"])
    }

    @Test func aTradebookIsImported() throws {
        let rig = try Rig.desk()
        let book = """
            symbol,isin,trade_date,exchange,segment,series,trade_type,auction,quantity,price,trade_id,order_id,order_execution_time
            INFY,INE009A01021,2025-06-02,NSE,EQ,EQ,buy,false,10,1500.5,1001,2001,2025-06-02T09:21:55
            INFY,INE009A01021,2025-06-02,NSE,EQ,EQ,sell,false,ten,1510,1002,2002,2025-06-02T10:21:55
            """
        let csv = [("Content-Type", "text/csv")]
        let answer = try rig.post("/v1/trades/import", book, headers: csv)
        #expect(answer.status == 202, "\(answer.text)")
        let json = try answer.json()
        #expect(json["accepted"]?.integer == 1)
        #expect(json["rejected"]?.integer == 1)
        #expect(json["problems"]?.elements?.first?["column"]?.string == "quantity")
        #expect(json["position"]?.string?.hasPrefix("trades.executed/") == true)
        #expect(try rig.post("/v1/trades/import?strict=true", book, headers: csv).status == 422)
        #expect(try rig.post("/v1/trades/import", "nonsense", headers: csv).status == 400)
        #expect(try rig.post("/v1/trades/import", "{}").status == 415)
        // Larger than any JSON body, and small enough here.
        let rows = (0..<400).map {
            "INFY,INE009A01021,2025-06-02,NSE,EQ,EQ,buy,false,1,1500,\($0),9,2025-06-02T09:21:55"
        }
        let large = ([String(book.split(separator: "\n")[0])] + rows).joined(separator: "\n")
        #expect(large.utf8.count > 16 * 1_024)
        #expect(try rig.post("/v1/trades/import", large, headers: csv).json()["accepted"]?.integer == 400)
    }

    @Test func withoutABrokerCommandsAreRefused() throws {
        let answer = try SharedAPI.get().post("/v1/orders", Self.order)
        #expect(answer.status == 503)
        #expect(answer.text.contains("KAFKA_BROKERS"))
    }

    /// What to do then depends on whether a second request would be a second event.
    @Test func whoGetsNoAcknowledgementIsToldWhatToDo() throws {
        let rig = try Rig(produceMilliseconds: 200, hasTopics: false)
        rig.cluster.setBroker(1, isUp: false)
        let named = Self.order.replacing("{", with: #"{"orderId":"o1","#)
        let book = """
            symbol,isin,trade_date,exchange,segment,series,trade_type,auction,quantity,price,trade_id,order_id,order_execution_time
            INFY,INE009A01021,2025-06-02,NSE,EQ,EQ,buy,false,10,1500.5,1001,2001,2025-06-02T09:21:55
            """
        let cases =
            [
                ("/v1/orders", Self.order, [], "look first"),
                ("/v1/orders", Self.order, [("Idempotency-Key", "k")], "again as it was"),
                ("/v1/orders", named, [], "again as it was"),
                ("/v1/watchlists", #"{"listId":"w","name":"mine","symbols":[]}"#, [], "again as it was"),
                ("/v1/trades/import", book, [("Content-Type", "text/csv")], "send the file again"),
            ] as [(String, String, [(String, String)], String)]
        // All at once: each waits for its time-out.
        let answers = Mutex<[Int: TestResponse]>([:])
        let threads = cases.indices.map { index in
            WorkerThread.start {
                let (path, body, headers, _) = cases[index]
                let answer = try? rig.api.post(path, body, headers: headers)
                answers.withLock { $0[index] = answer }
            }
        }
        for thread in threads { thread.join() }
        // An API whose broker is away takes seconds to stop; this is not about that.
        rig.cluster.setBroker(1, isUp: true)
        for (index, (path, _, _, advice)) in cases.enumerated() {
            let down = try #require(answers.withLock { $0[index] })
            #expect(down.status == 503)
            #expect(try down.json()["type"] == .string("urn:tapefold:problem:not-acknowledged"))
            #expect(try down.json()["detail"]?.string?.contains(advice) == true, "\(path): \(down.text)")
        }
    }

    /// A trace goes on from the request to the stored event.
    @Test func aCommandsEventBelongsToItsRequestsTrace() throws {
        let rig = try Rig.desk()
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let traced = try rig.post(
            "/v1/orders", Self.order, headers: [("traceparent", parent), ("tracestate", "vendor=1")])
        let record = try rig.record(of: traced)
        #expect(record.headers["traceparent"] == parent)
        #expect(record.headers["tracestate"] == "vendor=1")
        let event = try JSONValue(parsing: record.value)
        #expect(event["id"] == (try traced.json()["eventId"]))
        #expect(event["traceparent"]?.string == parent)
        #expect(event["tracestate"]?.string == "vendor=1")
        // What is no trace is not passed on.
        let untraced = try rig.post("/v1/orders", Self.order, headers: [("traceparent", "00-1-2-01")])
        let plain = try rig.record(of: untraced)
        #expect(plain.headers["traceparent"] == nil)
        #expect(try JSONValue(parsing: plain.value)["traceparent"] == nil)
    }
}
