import Domain
import Foundation
import Testing

@testable import Telemetry

@Suite struct LogLineTests {
    private let time = Timestamp(microseconds: 1_768_448_700_123_456)

    private func line(_ fields: [(name: String, value: String)]) -> LogLine { LogLine(.warning, fields, time: time) }

    @Test func textQuotesWhatIsNotPlain() {
        let text = line([
            (name: "event", value: "parked"), (name: "reason", value: "no \"key\"\nat all"), (name: "key", value: ""),
        ])
        .rendered(.text)
        #expect(
            text == #"time=2026-01-15T03:45:00.123456Z level=warning event=parked reason="no \"key\"\nat all" key="""#)
    }

    @Test func jsonIsOneObjectOnOneLine() throws {
        let json = line([
            (name: "event", value: "parked"), (name: "lane", value: "3"), (name: "offset", value: "123456789012"),
            (name: "key", value: "000123"), (name: "reason", value: "tab\t quote\" back\\ new\n nul\u{0} é ₹"),
        ]).rendered(.json)
        #expect(!json.contains("\n"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["time"] as? String == "2026-01-15T03:45:00.123456Z")
        #expect(object["level"] as? String == "warning")
        #expect(object["lane"] as? Int == 3)
        #expect(object["offset"] as? Int64 == 123_456_789_012)
        // Keys of users stay text even where they look like numbers.
        #expect(object["key"] as? String == "000123")
        #expect(object["reason"] as? String == "tab\t quote\" back\\ new\n nul\u{0} é ₹")
    }

    @Test func aLaneThatIsNoNumberIsText() throws {
        let json = line([(name: "lane", value: "none")]).rendered(.json)
        #expect(json.contains(#""lane":"none""#))
    }

    @Test func settingsNameWhatIsWrong() throws {
        #expect(try LogSettings.read { _ in nil } == LogSettings())
        #expect(
            try LogSettings.read { $0 == "TAPEFOLD_LOG_FORMAT" ? "JSON" : "Debug" }
                == LogSettings(level: .debug, format: .json))
        #expect(throws: SettingError.self) { try LogSettings.read { $0 == "TAPEFOLD_LOG_FORMAT" ? "xml" : nil } }
        #expect(throws: SettingError.self) { try LogSettings.read { $0 == "TAPEFOLD_LOG_LEVEL" ? "loud" : nil } }
    }
}
