import Events
import Foundation
import Importers

/// The demo's events: real ones from a folder, else the simulator's.
struct DemoFeed {
    struct Outcome {
        var sent = 0
        var rejectedRows = 0
        var undelivered = 0
        /// A user with trades, for the queries to try next.
        var user = "demo"
        var symbol = "INFY"
    }

    let connections: Connections

    func simulate(_ events: Int) throws -> Outcome {
        let sender = try EventSender(try connections.kafka(), topology: try connections.topology())
        var simulator = Simulator(SimulatorOptions(events: events, kind: .days))
        var number: UInt64 = 0
        try simulator.run { (topic, key, value) throws in
            if Interruption.shared.isRequested { throw Deployment.Interrupted() }
            number += 1
            try sender.send(topic: topic, key: key, value: value, number: number)
        }
        var outcome = Outcome(user: Simulator.userName(1), symbol: "RELIANCE")
        try finish(sender, &outcome)
        return outcome
    }

    /// `<folder>/nse-minute-2016/*.csv` and `<folder>/tradebooks/*.csv`.
    func importAll(_ folder: String) throws -> Outcome {
        let bars = try files(folder + "/nse-minute-2016")
        let books = try files(folder + "/tradebooks")
        guard !bars.isEmpty || !books.isEmpty else {
            throw CommandFailure(
                "\(folder) holds neither nse-minute-2016/*.csv nor tradebooks/*.csv",
                remedy: "Name the folder that holds them with --data, or leave it out for simulated events.")
        }
        let sender = try EventSender(try connections.kafka(), topology: try connections.topology())
        var outcome = Outcome()
        var number: UInt64 = 0
        func send(_ event: OutgoingEvent) throws {
            if Interruption.shared.isRequested { throw Deployment.Interrupted() }
            number += 1
            try sender.send(topic: event.topic, key: event.key, value: event.value, number: number)
        }
        let history = ImportKind.history(exchange: "NSE", barMinutes: nil)
        outcome.rejectedRows = try FileImport.read(bars, history, connections.console, send).rejected
        var tradebooks = DemoTradebooks(user: outcome.user, connections.console)
        for book in books { outcome.rejectedRows += try tradebooks.read(book, send) }
        try finish(sender, &outcome)
        return outcome
    }

    private func finish(_ sender: EventSender, _ outcome: inout Outcome) throws {
        for failure in try sender.finish() {
            connections.console.note("event \(failure.number): not delivered: \(failure.error)")
        }
        outcome.undelivered = sender.failed
        outcome.sent = sender.sent - sender.failed
    }

    private func files(_ folder: String) throws -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".csv") }.sorted().map { "\(folder)/\($0)" }
    }
}

/// Tradebooks of people nobody knows apart: all go to one user, but one that contradicts those before it (another
/// person's, or synthetic) goes to a user of its own.
struct DemoTradebooks {
    private let user: String
    private let console: Console
    /// By user, the events known by their ids for the first user.
    private var known: [[String: [UInt8]]] = [[:]]

    init(user: String, _ console: Console) {
        self.user = user
        self.console = console
    }

    /// The number of bad rows.
    mutating func read(_ file: String, _ send: (OutgoingEvent) throws -> Void) throws -> Int {
        var events: [OutgoingEvent] = []
        let report: ImportReport
        do {
            report = try FileImport.read([file], .tradebook(user: user, account: nil), console) { events.append($0) }
        } catch let error as ImportFileError {
            console.note("left out: \(error)")
            return 0
        }
        let place = known.firstIndex { $0.isConsistent(with: events) } ?? known.count
        if place == known.count { known.append([:]) }
        for event in events { known[place][event.id] = event.value }
        if place == 0 {
            for event in events { try send(event) }
        } else {
            let other = "\(user)-\(place + 1)"
            console.note("\(file) contradicts the files before it: its trades go to user \(other)")
            let quiet = Console(output: .nullDevice, errors: .nullDevice)
            _ = try FileImport.read([file], .tradebook(user: other, account: nil), quiet, send)
        }
        return report.rejected
    }
}

extension [String: [UInt8]] {
    fileprivate func isConsistent(with events: [OutgoingEvent]) -> Bool {
        events.allSatisfy { event in self[event.id].map { $0 == event.value } ?? true }
    }
}
