import Foundation
import Supervision
import Testing

extension ProcessTests {
    @Suite("Delivery", .serialized)
    struct DeliveryTests {
        @Test("mail and webhooks leave once, whatever is killed in between; a replay sends nothing")
        func delivery() throws {
            guard let receivers = try Receivers.start() else { return }
            let stack = try Stack()
            let tool = try Stack.program("tapefold")
            var worker = try stack.startReadyWorker("notifications", receivers.settings)
            try produce(
                stack, "preferences.changed",
                [
                    #"{"userId":"u1","category":"*","channels":["email","webhook","sms"],"email":"u1@example.org","webhookUrl":"\#(receivers.hooks)/ok"}"#,
                    #"{"userId":"u2","category":"*","channels":["webhook"],"webhookUrl":"\#(receivers.hooks)/flaky"}"#,
                    #"{"userId":"u3","category":"*","channels":["webhook"],"webhookUrl":"\#(receivers.hooks)/hang"}"#,
                    #"{"userId":"u4","category":"*","channels":["email","webhook"],"email":"nobody@example.org","webhookUrl":"http://localhost:1/"}"#,
                ])
            try eventually("the preferences") { try stack.count("SELECT count(*) FROM api.preferences") == 4 }
            let old = Date(timeIntervalSinceNow: -3 * 86_400).ISO8601Format()
            try produce(
                stack, "notifications.send",
                [
                    send("n1", "u1", "email"), send("n2", "u1", "webhook"), send("n3", "u1", "sms"),
                    send("n4", "u1", "in_app"),
                    #"{"specversion":"1.0","id":"old","source":"/import/x","type":"notifications.send.v1","time":"\#(old)","data":\#(send("n5", "u1", "email"))}"#,
                    send("n6", "u2", "webhook"), send("n7", "u2", "email"), send("n8", "u4", "email"),
                    send("n9", "u4", "webhook"),
                ])
            let first = [
                "n1 delivered", "n2 delivered", "n3 failed no provider configured for sms", "n4 delivered",
                "n5 failed expired: it was due 72 hours before it could be sent", "n6 delivered",
                "n7 failed the user's preferences leave out email for trade_alert",
            ]
            try eventually("the outcomes; \(worker.log.suffix(2_000))") {
                try outcomes(stack).filter { !$0.hasPrefix("n8") && !$0.hasPrefix("n9") } == first
            }
            try eventually("the refusals") {
                let told = try outcomes(stack)
                return told.contains { $0.hasPrefix("n8 failed SMTP:") && $0.contains("550") }
                    && told.contains { $0.hasPrefix("n9 failed webhook: localhost is reached without TLS") }
            }

            // One that hangs takes up its user's slots, and nobody waits for it.
            try produce(
                stack, "notifications.send",
                ["n10", "n12", "n13"].map { send($0, "u3", "webhook") })
            try eventually("the webhooks that hang") { try hanging(receivers) == 2 }
            try produce(stack, "notifications.send", [send("n14", "u1", "sms")])
            try eventually("another's, meanwhile") { try outcomes(stack).contains { $0.hasPrefix("n14 failed") } }
            #expect(try stack.count("SELECT count(*) FROM tapefold.delivery WHERE lease_until >= now()") == 2)
            #expect(try hanging(receivers) == 2)

            // Killed when the receiver has them and nobody wrote that down.
            stack.kill(worker)
            try receivers.release()
            // Their leases end.
            _ = try stack.database().query(
                "UPDATE tapefold.delivery SET lease_until = now() - interval '1 second' WHERE lease_until >= now()")
            worker = try stack.startReadyWorker("notifications", receivers.settings)
            try eventually("it to be sent again; \(worker.log.suffix(2_000))") {
                let told = try outcomes(stack)
                return ["n10", "n12", "n13"].allSatisfy { told.contains("\($0) delivered") }
            }
            let hangs = try receivers.all.filter { $0["path"] as? String == "/hang" }
            #expect(hangs.count == 5)
            #expect(Set(hangs.map { $0["key"] as? String }).count == 3, "another key at the second attempt")

            let before = try receivers.all.count
            try runProgram(tool, ["replay", "notifications"], stack.environment)
            try eventually("the worker to go on") { try stack.owners("notifications").count == 4 }
            try produce(stack, "notifications.send", [send("n11", "u1", "webhook")])
            try eventually("what comes behind the replay") { try outcomes(stack).contains("n11 delivered") }
            #expect(try receivers.all.count == before + 1, "a replay delivered")
            try receivers.check()
            #expect(stack.complaints.isEmpty, "\(stack.complaints.joined(separator: "\n"))")
        }

        private func hanging(_ receivers: Receivers) throws -> Int {
            try receivers.all.count { $0["path"] as? String == "/hang" }
        }

        private func send(_ id: String, _ user: String, _ channel: String) -> String {
            #"{"notificationId":"\#(id)","userId":"\#(user)","channel":"\#(channel)","category":"trade_alert","title":"Bought ₹","body":"10 M&M","data":{"price":2450.10}}"#
        }

        private func produce(_ stack: Stack, _ topic: String, _ lines: [String]) throws {
            let path = stack.folder + "/\(UUID().uuidString).jsonl"
            try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
            try runProgram(try Stack.program("tapefold"), ["produce", topic, "--file", path], stack.environment)
        }

        private func outcomes(_ stack: Stack) throws -> [String] {
            let result = try stack.database().query(
                """
                SELECT notification_id || ' ' || status || coalesce(' ' || reason, '') FROM api.notifications
                WHERE status <> 'pending' ORDER BY length(notification_id), notification_id
                """)
            return try (0..<result.rowCount).map { try result.text($0, 0) }
        }
    }
}

/// A mail server and a web server in Python.
private final class Receivers {
    private static let secret = "0123456789abcdef0123456789abcdef"
    private let folder: String
    private let process: ChildProcess
    private let ports: [String]

    /// nil where the tests' Python is not there.
    static func start() throws -> Receivers? {
        guard let python = ProcessInfo.processInfo.environment["TAPEFOLD_TEST_PYTHON"] else {
            print("skipped: TAPEFOLD_TEST_PYTHON names no Python with aiosmtpd; run scripts/test-venv.sh")
            return nil
        }
        return try Receivers(python)
    }

    private init(_ python: String) throws {
        folder = "/tmp/tapefold-receivers-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try runProgram(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder + "/key.pem", "-out",
                folder + "/cert.pem",
            ])
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "receivers/receivers.py")
        var description = ChildProcessDescription(
            name: "receivers", executable: python, arguments: [script.path, folder])
        description.logPath = folder + "/log"
        let (process, folder) = (try ChildProcess.start(description), folder)
        self.process = process
        ports = try eventually(
            "the receivers: \((try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "")"
        ) {
            let text = try String(contentsOfFile: folder + "/ports", encoding: .utf8)
            return text.split(separator: " ").map(String.init)
        }
    }

    deinit {
        process.send(signal: SIGKILL)
        process.wait()
        try? FileManager.default.removeItem(atPath: folder)
    }

    var hooks: String { "http://127.0.0.1:\(ports[1])" }

    var settings: [String: String] {
        [
            "TAPEFOLD_SMTP_URL": "smtp://localhost:\(ports[0])", "TAPEFOLD_SMTP_FROM": "tapefold@example.org",
            "TAPEFOLD_SMTP_USER": "tapefold", "TAPEFOLD_SMTP_PASSWORD": "a secret",
            "TAPEFOLD_SMTP_CA_FILE": folder + "/cert.pem", "TAPEFOLD_WEBHOOK_SECRET": Self.secret,
            "TAPEFOLD_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1", "TAPEFOLD_DELIVERY_RETRY_MILLISECONDS": "100",
            "TAPEFOLD_DELIVERY_LEASE_SECONDS": "300",
        ]
    }

    /// From now on nothing hangs.
    func release() throws { try "".write(toFile: folder + "/release", atomically: true, encoding: .utf8) }

    var all: [[String: Any]] {
        get throws {
            guard let text = try? String(contentsOfFile: folder + "/received.jsonl", encoding: .utf8) else { return [] }
            return try text.split(separator: "\n").compactMap {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
        }
    }

    /// What arrived is what was to be sent: once each, but for the one that was killed and the one that was refused.
    func check() throws {
        let mails = try all.filter { $0["kind"] as? String == "mail" }
        #expect(mails.count == 1)
        #expect(mails.first?["to"] as? [String] == ["u1@example.org"])
        #expect(mails.first?["secured"] as? Bool == true && mails.first?["user"] as? String == "tapefold")
        let text = mails.first?["text"] as? String ?? ""
        #expect(text.contains("Subject: =?UTF-8?B?Qm91Z2h0IOKCuQ==?="))
        let paths = try all.compactMap { $0["path"] as? String }.sorted()
        #expect(paths == ["/flaky", "/flaky"] + Array(repeating: "/hang", count: 5) + ["/ok", "/ok"])
        for hook in try all where hook["kind"] as? String == "hook" {
            let body = hook["body"] as? String ?? ""
            #expect(body.contains(#""data":{"price":2450.10}"#))
            let signature = hook["signature"] as? String ?? ""
            let time = signature.dropFirst(2).prefix { $0 != "," }
            let signed = try runProgram(
                "/bin/sh",
                ["-c", "printf '%s' \"$1\" | openssl dgst -sha256 -hmac \(Self.secret)", "sh", "\(time).\(body)"])
            let digest = signed.output.split(separator: " ").last.map { $0.trimmingCharacters(in: .newlines) } ?? ""
            #expect(signature == "t=\(time),v1=\(digest)")
        }
    }
}
