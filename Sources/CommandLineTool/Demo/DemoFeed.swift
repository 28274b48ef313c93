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

    func importAll(_ files: DemoFiles) throws -> Outcome {
        let sender = try EventSender(try connections.kafka(), topology: try connections.topology())
        var outcome = Outcome()
        var number: UInt64 = 0
        func send(_ event: OutgoingEvent) throws {
            if Interruption.shared.isRequested { throw Deployment.Interrupted() }
            number += 1
            try sender.send(topic: event.topic, key: event.key, value: event.value, number: number)
        }
        let history = ImportKind.history(exchange: "NSE", barMinutes: nil)
        outcome.rejectedRows = try FileImport.read(files.bars, history, connections.console, send).rejected
        var tradebooks = DemoTradebooks(user: outcome.user, connections.console)
        for book in files.tradebooks { outcome.rejectedRows += try tradebooks.read(book, send) }
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
        let report = try FileImport.read([file], .tradebook(user: user, account: nil), console) { events.append($0) }
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
