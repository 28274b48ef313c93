import Domain
import Foundation
import TestKit
import Testing

@Suite("Timestamp and CivilDate")
struct TimestampTests {
    @Test(arguments: [
        ("2026-01-15T03:45:00.123456Z", "2026-01-15T03:45:00.123456Z"),
        ("2026-01-15T09:15:00.123456+05:30", "2026-01-15T03:45:00.123456Z"),
        ("2026-01-15t09:15:00+05:30", "2026-01-15T03:45:00Z"),
        ("2026-01-15T03:45:00.1234569999z", "2026-01-15T03:45:00.123456Z"),
        ("2026-01-15T03:45:00.999999999Z", "2026-01-15T03:45:00.999999Z"),
        ("2026-01-15T03:45:00.500Z", "2026-01-15T03:45:00.5Z"),
        ("2026-01-15T03:45:00.000Z", "2026-01-15T03:45:00Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
        ("2024-02-29T00:00:00-23:59", "2024-02-29T23:59:00Z"),
        ("2000-02-29T00:00:00-00:00", "2000-02-29T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ])
    func readsAndWrites(text: String, canonical: String) throws {
        #expect(try Timestamp(parsing: text).description == canonical)
    }

    @Test(arguments: [
        "", "2026", "2026-01-15", "2026-01-15T03:45:00", "2026-01-15 03:45:00Z", "2026-01-15T03:45:00.Z",
        "2026-01-15T03:45:00.123", "2026-01-15T03:45Z", "2026-01-15T03:45:00+0530", "2026-01-15T03:45:00+05",
        "2026-01-15T03:45:00ZZ", "2026-01-15T03:45:00Z ", "+026-01-15T03:45:00Z", "2026-1-15T03:45:000Z",
        "2026/01/15T03:45:00Z", "2026-01-15T03:45:00+05:3", "2026-01-15T03:45:00+05:300", "２026-01-15T03:45:00Z",
        "2026-01-15T03:45:0:Z", "2026-01-15T03:45:00,5Z",
    ])
    func refusesMalformedText(text: String) {
        let error = #expect(throws: TimestampError.self) { try Timestamp(parsing: text) }
        guard case .malformed = error else {
            Issue.record("\(text): \(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-04-00T00:00:00Z", "2026-01-15T24:00:00Z", "2026-01-15T03:60:00Z", "2016-12-31T23:59:60Z",
        "1900-02-29T00:00:00Z", "2026-01-15T03:45:00+24:00", "2026-01-15T03:45:00+05:60",
    ])
    func refusesMomentsThatNeverWere(text: String) {
        #expect(throws: TimestampError.noSuchMoment) { try Timestamp(parsing: text) }
    }

    @Test(arguments: ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
    func refusesYearsOutsideTheRange(text: String) {
        #expect(throws: TimestampError.outOfRange) { try Timestamp(parsing: text) }
    }

    @Test func everyMomentReadsBack() throws {
        var random = SeededRandom(seed: 3)
        for _ in 0..<20_000 {
            let range = Timestamp.minimum.microseconds...Timestamp.maximum.microseconds
            let moment = Timestamp(microseconds: Int64.random(in: range, using: &random))
            #expect(try Timestamp(parsing: moment.description) == moment)
        }
    }

    @Test func everyDayOfFourCenturiesAgreesWithFoundation() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        for dayNumber in stride(from: Int32(-80_000), through: 80_000, by: 7) {
            let date = CivilDate(dayNumber: dayNumber)
            let foundation = Date(timeIntervalSince1970: Double(dayNumber) * 86_400)
            let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: foundation)
            #expect(date.year == parts.year && date.month == parts.month && date.day == parts.day)
            #expect(date.weekday.rawValue % 7 + 1 == parts.weekday)
            #expect(CivilDate(year: date.year, month: date.month, day: date.day) == date)
            #expect(CivilDate(parsing: date.description) == date)
        }
    }

    @Test func everyDayNumberRoundTrips() {
        for dayNumber in stride(from: CivilDate.minimum.dayNumber, through: CivilDate.maximum.dayNumber, by: 13) {
            let date = CivilDate(dayNumber: dayNumber)
            #expect(CivilDate(year: date.year, month: date.month, day: date.day) == date)
        }
        #expect(CivilDate.minimum.description == "0001-01-01" && CivilDate.maximum.description == "9999-12-31")
        #expect(CivilDate(parsing: "2026-02-30") == nil && CivilDate(parsing: "2026-2-03") == nil)
    }

    @Test func knowsTheLocalDay() throws {
        let moment = try Timestamp(parsing: "2026-01-15T18:30:00Z")
        #expect(moment.date().description == "2026-01-15")
        #expect(moment.date(offsetMinutes: 330).description == "2026-01-16")
        #expect(
            try Timestamp(parsing: "1969-12-31T18:29:59.999999Z").date(offsetMinutes: 330).description == "1969-12-31")
    }

    @Test func parsesInstrumentKeys() {
        #expect(InstrumentKey(parsing: "BSE:TCS")?.description == "BSE:TCS")
        #expect(InstrumentKey(parsing: "RELIANCE")?.description == "NSE:RELIANCE")
        #expect(InstrumentKey(parsing: "NFO:A:B") == InstrumentKey(exchange: "NFO", symbol: "A:B"))
        #expect(InstrumentKey(parsing: "") == nil && InstrumentKey(parsing: "NSE:") == nil)
        #expect(InstrumentKey(parsing: ":X") == nil)
    }
}
