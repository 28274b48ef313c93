import Kafka
import Postgres

/// Why a worker or a command of the engine could not go on, in words for the operator.
public struct EngineError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable, Equatable {
        case database
        case kafka
        /// Topics, partitions or the log do not fit what the view was built from.
        case topology
        case build
        case stored
        case parkingLotFull
        case interrupted
        /// An event was dropped that the build in question has folded.
        case overruled
        /// What was asked for makes no sense.
        case usage
    }

    public let code: Code
    /// What happened, where, and what to do.
    public let message: String
    /// The database could not be reached or a connection to it broke: what was under way may go on over a new one.
    let isConnectionLost: Bool

    public init(_ code: Code, _ message: String) {
        self.init(code, message, isConnectionLost: false)
    }

    private init(_ code: Code, _ message: String, isConnectionLost: Bool) {
        self.code = code
        self.message = message
        self.isConnectionLost = isConnectionLost
    }

    public var description: String { message }

    static func from(_ error: PostgresError) -> EngineError {
        EngineError(.database, error.description, isConnectionLost: error.isWorthReconnecting)
    }
    static func from(_ error: KafkaError) -> EngineError { EngineError(.kafka, error.description) }
}

/// Runs `body` and speaks of its failure in the engine's terms.
func inDatabase<T>(_ body: () throws(PostgresError) -> T) throws(EngineError) -> T {
    do throws(PostgresError) { return try body() } catch { throw .from(error) }
}

/// Runs `body` and speaks of its failure in the engine's terms.
func inKafka<T>(_ body: () throws(KafkaError) -> T) throws(EngineError) -> T {
    do throws(KafkaError) { return try body() } catch { throw .from(error) }
}
