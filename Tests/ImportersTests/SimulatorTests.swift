import Foundation
import Importers
import Testing

@Suite struct SimulatorTests {
    private struct Line: Hashable {
        let topic: String
        let key: String
        let text: String
    }

    private func lines(_ options: SimulatorOptions) -> [Line] {
        var simulator = Simulator(options)
        var lines: [Line] = []
        simulator.run { topic, key, value in
            lines.append(Line(topic: topic, key: key, text: String(decoding: value, as: UTF8.self)))
        }
        return lines
    }

    private func event(_ line: Line) throws -> LooseEvent { try LooseEvent(Array(line.text.utf8)) }

    @Test(arguments: SimulatorOptions.Kind.allCases)
    func isAFunctionOfItsOptions(kind: SimulatorOptions.Kind) throws {
        let options = SimulatorOptions(events: 2_000, users: 20, symbols: 60, seed: 7, kind: kind)
        let first = lines(options)
        #expect(first == lines(options))
        #expect(first.count == 2_000)
        var other = options
        other.seed = 8
        #expect(Set(first).isDisjoint(with: lines(other)))
        let ids = try first.map { try event($0).attribute("id") }
        #expect(Set(ids).count == 2_000)
    }

    @Test func theFirstEventNeverChanges() throws {
        let line = try #require(
            lines(SimulatorOptions(events: 1, users: 10, symbols: 5, seed: 42, kind: .trades)).first)
        #expect(line.topic == "trades.executed")
        #expect(line.text.utf8.count < 450)
        #expect(line.text == Self.firstTrade)
    }

    private static let firstTrade = """
        {"specversion":"1.0","id":"sim-42-e1","source":"/simulator","type":"com.tapefold.trades.executed.v1",\
        "time":"2026-01-08T09:03:15.689298Z","subject":"user-000008","data":{"tradeId":"sim-42-t1",\
        "userId":"user-000008","symbol":"ICICIBANK","exchange":"NSE","side":"SELL","quantity":"146","price":"3967",\
        "fees":"599.18","orderId":"sim-42-o1","product":"MIS","category":"swing","strategy":"momentum"}}
        """

    @Test func mixesEveryTopicAndKeysThemRight() throws {
        let all = lines(SimulatorOptions(events: 5_000, users: 50, symbols: 60, seed: 3))
        let topics = Set(all.map(\.topic))
        #expect(
            topics == ["orders.placed", "orders.updated", "orders.cancelled", "trades.executed", "market.updates"])
        for line in all {
            let event = try event(line)
            #expect(event.attribute("type") == "com.tapefold.\(line.topic).v1")
            #expect(event.field(line.topic == "market.updates" ? "symbol" : "userId") == line.key)
        }
        #expect(all.contains { $0.key == "RELIANCE" })
        #expect(all.contains { $0.key == "SYM0010" })
    }

    @Test func ordersGoThroughTheirLifeAndAreNeverOverfilled() throws {
        var remaining: [String: Int] = [:]
        var partial = 0
        for line in lines(SimulatorOptions(events: 5_000, users: 50, symbols: 5, seed: 3, kind: .orders)) {
            let event = try event(line)
            let order = try #require(event.field("orderId"))
            switch line.topic {
            case "orders.placed":
                #expect(remaining[order] == nil)
                let quantity = try #require(Int(event.field("quantity") ?? ""))
                remaining[order] = quantity
            case "trades.executed":
                let quantity = try #require(Int(event.field("quantity") ?? ""))
                let left = try #require(remaining[order])
                #expect(quantity > 0 && quantity <= left)
                if quantity < left { partial += 1 }
                remaining[order] = left - quantity
            default: #expect(remaining[order] ?? 0 > 0)
            }
        }
        #expect(partial > 100)
        #expect(remaining.values.count(where: { $0 == 0 }) > 500)
    }

    @Test func timesRiseInsideSessionsAndCumulativeVolumeRisesWithinADay() throws {
        var last = ""
        var volume: [String: Int] = [:]
        let all = lines(SimulatorOptions(events: 4_000, symbols: 4, seed: 9, kind: .market, days: 6))
        for line in all {
            let event = try event(line)
            let time = try #require(event.attribute("time"))
            #expect(comparable(time) > last)
            last = comparable(time)
            let clock = time.dropFirst(11).prefix(5)
            #expect(clock >= "03:45" && clock < "10:00")
            let day = "\(line.key) \(time.prefix(10))"
            let total = try #require(Int(event.field("volume") ?? ""))
            let traded = try #require(Int(event.field("lastQuantity") ?? ""))
            #expect(total == volume[day, default: 0] + traded)
            volume[day] = total
        }
        let days = Set(all.compactMap { try? event($0).attribute("time")?.prefix(10) })
        #expect(days.count == 6)
        #expect(!days.contains("2026-01-10") && !days.contains("2026-01-11"))
    }

    /// Fractions have as many digits as they need: pad them, so that texts compare as times do.
    private func comparable(_ time: String) -> String {
        let parts = time.dropLast().split(separator: ".")
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        return parts[0] + "." + fraction + String(repeating: "0", count: 6 - fraction.count)
    }

    @Test func pricesStandOnTicksWithinTheirDay() throws {
        for line in lines(SimulatorOptions(events: 1_000, symbols: 3, seed: 5, kind: .market)) {
            let event = try event(line)
            let paise = try ["dayLow", "lastPrice", "dayHigh", "bid", "ask"].map { name in
                try #require(Decimal(string: event.field(name) ?? "")) * 100
            }
            #expect(paise[0] <= paise[1] && paise[1] <= paise[2])
            #expect(paise[3] < paise[1] && paise[1] < paise[4])
            #expect(paise.allSatisfy { ($0 as NSDecimalNumber).intValue % 5 == 0 })
        }
    }

    @Test func faultsChangeOnlyOrderAndNumber() {
        let clean = SimulatorOptions(events: 3_000, users: 30, symbols: 5, seed: 11)
        var faulty = clean
        faulty.disorder.duplicatesPerMille = 50
        faulty.disorder.outOfOrderPerMille = 50
        let (before, after) = (lines(clean), lines(faulty))
        #expect(Set(before) == Set(after))
        #expect((3_050...3_300).contains(after.count))
        #expect(after != before)
        #expect(after == lines(faulty))
    }

    @Test func refusesOptionsOutsideItsLimits() {
        #expect(SimulatorOptions(events: -1).fault != nil)
        #expect(SimulatorOptions(events: 1, users: 0).fault != nil)
        #expect(SimulatorOptions(events: 1, symbols: 0).fault != nil)
        #expect(SimulatorOptions(events: 1, duplicatesPerMille: 1_001).fault != nil)
        #expect(SimulatorOptions(events: 0).fault == nil)
        #expect(lines(SimulatorOptions(events: 0)).isEmpty)
    }
}
