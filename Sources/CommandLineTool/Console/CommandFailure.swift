import Domain
import Events
import Importers
import Kafka
import Postgres
import Projections
import ReadAPI
import Supervision

/// A command that failed: what was wrong, where, and what to do. Exit code 1.
public struct CommandFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let message: String
    public let remedy: String

    public init(_ message: String, remedy: String = "") {
        self.message = message
        self.remedy = remedy
    }

    public var description: String { remedy.isEmpty ? message : "\(message)\n  \(remedy)" }

    /// What to print for any error a module may throw; their descriptions say what to do.
    static func text(_ error: any Error) -> String {
        switch error {
        case let failure as CommandFailure: failure.description
        case let error as CalendarError: "\(error.description); correct \(MarketSettings.calendarVariable)"
        case let error as ImportFileError: error.description
        case let error as KafkaError: error.description
        case let error as PostgresError: "the database: \(error)"
        case let error as SupervisionError: error.description
        case let error as TokenSecretError: error.description
        case let error as TopologyError: error.description
        default: "\(error)"
        }
    }
}
