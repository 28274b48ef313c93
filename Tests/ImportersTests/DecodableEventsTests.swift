import Events
import Importers
import Testing

/// What importers and the simulator write, the processors' own decoder takes.
@Suite struct DecodableEventsTests {
    private let decoder = EventDecoder()

    private func check(_ topic: String, _ key: String, _ value: [UInt8]) throws {
        let kind = try #require(EventKind(topic: topic))
        let event = try value.withUnsafeBytes { try decoder.decode(kind, value: $0) }
        #expect(event.payload.partitionKey == key)
        #expect(event.roundedFields == 0)
    }

    @Test func simulatedEventsDecode() throws {
        var simulator = Simulator(SimulatorOptions(events: 5_000, users: 40, symbols: 60, seed: 2))
        try simulator.run { (topic, key, value) throws in try check(topic, key, Array(value)) }
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.comment))
    func tradebooksDecode() throws {
        let files = SharedData.files("tradebooks").filter { $0.contains("/zerodha") }
        #expect(files.count == 9)
        for path in files {
            let imported = try Imported(
                ZerodhaTradebook(try FileByteSource(path: path), file: path, user: "demo", calendar: .standard()))
            for event in imported.events { try check(event.topic, event.key, event.value) }
        }
    }

    @Test(
        .enabled(if: SharedData.isThere, SharedData.comment),
        arguments: ["nse-minute-2016/INFY.csv", "nse-daily/INFY.csv"])
    func historiesDecode(file: String) throws {
        let path = SharedData.path(file)
        let imported = try Imported(NSEHistory(try FileByteSource(path: path), file: path, calendar: .standard()))
        for event in imported.events { try check(event.topic, event.key, event.value) }
    }
}
