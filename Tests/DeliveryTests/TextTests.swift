import Domain
import Events
import Foundation
import Testing

@testable import Delivery

/// Templates, mail, signatures and addresses.
@Suite struct TextTests {
    private func message(title: String = "Bought 10", html: String? = "<p>x</p>") -> OutgoingMessage {
        OutgoingMessage(
            userId: "u", notificationId: "n", idempotencyKey: "abc123", category: "trade_alert", priority: .high,
            recipient: "a@example.org", text: RenderedText(title: title, body: "Bought ₹ 10", html: html),
            data: #"{"price":2450.10}"#, actionUrl: nil, sentAt: Timestamp(microseconds: 1_768_449_600_000_000))
    }

    @Test func placeholdersTakeValuesAndNothingElse() {
        let values = ["symbol": "NSE:M&M", "body": "{{symbol}}"]
        #expect(
            Template.fill("a {{ symbol }} {{none}}b {{body}} {{open", values) { $0 } == "a NSE:M&M b {{symbol}} {{open")
        #expect(
            Template.fill("<b>{{symbol}}</b>", ["symbol": #"<script>"'&"#], Template.escaped)
                == "<b>&lt;script&gt;&quot;&#39;&amp;</b>")
        let rendered = Template(title: "{{t}}", body: "b", html: nil).rendered(["t": "x\r\nBcc: all@example.org"])
        #expect(rendered.title == "x Bcc: all@example.org")
    }

    @Test func valuesComeFromTheDataAndTheNotification() {
        let values = TemplateValues.of(
            NotificationSend(
                notificationId: "n", userId: "u", channel: .email, category: "c", title: "t", body: "b",
                data: #"{"price":2450.10000001,"ok":true,"title":"forged","list":[1],"name":"A"}"#))
        #expect(values["price"] == "2450.10000001")
        #expect(values["ok"] == "true")
        #expect(values["name"] == "A")
        #expect(values["list"] == nil)
        #expect(values["title"] == "t")
    }

    @Test func templatesAreFoundByCategoryAndChannel() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ name: String, _ text: String) throws {
            try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }
        try write("trade_alert.email.txt", "Subject: {{title}}!\n\nDear {{userId}}")
        try write("trade_alert.email.html", "<p>{{title}}</p>")
        try write("default.webhook.txt", "Subject: any\nbody")
        let set = try TemplateSet(directory: folder.path)
        #expect(
            set.template("trade_alert", .email)
                == Template(title: "{{title}}!", body: "\nDear {{userId}}", html: "<p>{{title}}</p>"))
        #expect(set.template("../../etc", .webhook).title == "any")
        #expect(set.template("news", .email) == .standard)
        try write("news.pigeon.txt", "Subject: a\nb")
        #expect(throws: DeliverySettingError.self) { try TemplateSet(directory: folder.path) }
        #expect(throws: DeliverySettingError.self) { try TemplateSet.parse("no subject", html: nil, place: "x") }
    }

    @Test func mailHasBothPartsAndNoForeignHeaders() {
        let text = String(
            decoding: MailText.bytes(message(title: "a\u{20B9}"), from: "t@example.org", domain: "example.org"),
            as: UTF8.self)
        #expect(text.contains("Message-ID: <abc123@example.org>\r\n"))
        #expect(text.contains("Date: Thu, 15 Jan 2026 04:00:00 +0000\r\n"))
        #expect(text.contains("Subject: =?UTF-8?B?YeKCuQ==?=\r\n"))
        #expect(text.contains("text/plain; charset=utf-8") && text.contains("text/html; charset=utf-8"))
        #expect(text.hasSuffix("--=_abc123--\r\n"))
        #expect(text.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
        let long = MailText.encodedWords(String(repeating: "₹", count: 100))
        #expect(long.components(separatedBy: "\r\n ").allSatisfy { $0.utf8.count <= 75 && $0.hasPrefix("=?UTF-8?B?") })
    }

    @Test func theSignatureIsHMACOverTimeAndBody() {
        // `printf '1768449600.{}' | openssl dgst -sha256 -hmac 0123456789abcdef`
        #expect(
            WebhookSignature.header(
                body: Array("{}".utf8), unixSeconds: 1_768_449_600, secret: Array("0123456789abcdef".utf8))
                == "t=1768449600,v1=0a124a79720658812d5c7a38ef08344bb76ddc36d1dedc67b77e4e49d2d2bd72")
        let body = String(decoding: WebhookChannel.body(message()), as: UTF8.self)
        #expect(body.hasSuffix(#","data":{"price":2450.10}}"#))
        #expect((try? JSONSerialization.jsonObject(with: Data(body.utf8))) != nil)
        #expect(
            IdempotencyKey.of(userId: "a", notificationId: "bc") != IdempotencyKey.of(userId: "ab", notificationId: "c")
        )
    }

    @Test func answersArePassingOrForEver() {
        func webhook(_ status: Int, wait: Int? = nil, error: String? = nil) -> AttemptResult {
            WebhookChannel.result(status: status, retryAfterSeconds: wait, error: error)
        }
        #expect(webhook(204) == .delivered)
        #expect(webhook(503, wait: 30) == .tryAgain(reason: "webhook: the answer was 503", afterSeconds: 30))
        #expect(webhook(429) == .tryAgain(reason: "webhook: the answer was 429", afterSeconds: nil))
        #expect(webhook(0, error: "refused") == .tryAgain(reason: "webhook: refused", afterSeconds: nil))
        for status in [301, 400, 401, 404, 410] {
            #expect(webhook(status) == .failed(reason: "webhook: the answer was \(status)"))
        }
        #expect(MailChannel.result(status: 250, error: nil) == .delivered)
        #expect(
            MailChannel.result(status: 550, error: "no such user") == .failed(reason: "SMTP: no such user (reply 550)"))
        for status in [0, 421, 450, 535] {
            guard case .tryAgain = MailChannel.result(status: status, error: "x") else {
                Issue.record("\(status) was taken for final")
                continue
            }
        }
    }

    @Test(
        arguments: [
            ([127, 0, 0, 1], false), ([10, 1, 2, 3], false), ([172, 16, 0, 1], false), ([172, 32, 0, 1], true),
            ([192, 168, 1, 1], false), ([169, 254, 169, 254], false), ([100, 64, 0, 1], false), ([0, 0, 0, 0], false),
            ([224, 0, 0, 1], false), ([255, 255, 255, 255], false), ([8, 8, 8, 8], true), ([192, 0, 2, 1], false),
        ] as [([UInt8], Bool)])
    func privateNetworksAreNotReached(address: [UInt8], isPublic: Bool) {
        #expect(PrivateNetworks.isPublic(v4: address) == isPublic)
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + address
        #expect(PrivateNetworks.isPublic(v6: mapped) == isPublic)
    }

    @Test func onlyGlobalAddressesOfVersionSixAreReached() {
        func address(_ head: [UInt8]) -> [UInt8] { head + [UInt8](repeating: 0, count: 15 - head.count) + [1] }
        #expect(PrivateNetworks.isPublic(v6: address([0x26, 0x06, 0x47])))
        for head in [[], [0xFE, 0x80], [0xFC], [0xFD], [0xFF, 2], [0x20, 0x02], [0x20, 0x01, 0, 0]] as [[UInt8]] {
            #expect(!PrivateNetworks.isPublic(v6: address(head)), "\(head)")
        }
    }

    @Test func settingsThatMakeNoSenseAreTold() throws {
        func fails(_ environment: [String: String]) -> Bool { (try? DeliverySettings.read(environment)) == nil }
        let mail = ["TAPEFOLD_SMTP_URL": "smtp://mail.example.org:587", "TAPEFOLD_SMTP_FROM": "t@example.org"]
        #expect(try DeliverySettings.read(mail).mail?.encryption == .required)
        #expect(try DeliverySettings.read([:]).mail == nil)
        #expect(fails(mail.merging(["TAPEFOLD_SMTP_URL": "http://x"]) { $1 }))
        #expect(fails(mail.merging(["TAPEFOLD_SMTP_FROM": "nobody"]) { $1 }))
        #expect(fails(mail.merging(["TAPEFOLD_SMTP_USER": "u"]) { $1 }))
        #expect(
            fails(
                mail.merging([
                    "TAPEFOLD_SMTP_USER": "u", "TAPEFOLD_SMTP_PASSWORD": "p", "TAPEFOLD_SMTP_TLS": "off",
                ]) { $1 }))
        #expect(fails(["TAPEFOLD_WEBHOOK_SECRET": "short"]))
        #expect(fails(["TAPEFOLD_NOTIFICATION_MAX_AGE_HOURS": "0"]))
        #expect(
            try DeliverySettings.read([
                "TAPEFOLD_WEBHOOK_SECRET": "0123456789abcdef",
                "TAPEFOLD_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1, Hooks.local",
            ]).webhook?.allowedHosts == ["127.0.0.1", "hooks.local"])
    }
}
