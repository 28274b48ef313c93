/// Why a process could not be started, watched or stopped, in words that say what to do.
public struct SupervisionError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// A program that is needed is not installed.
        case missingProgram
        /// A port that was asked for is in use.
        case portTaken
        /// A file or directory could not be read, written or entered.
        case file
        /// A process could not be started, or ended when it should have run.
        case process
        /// A server that was killed has left processes behind that are not gone yet.
        case stillInUse
        /// Something did not become ready in time.
        case timeout
        /// The database answered with an error.
        case database
    }

    public let kind: Kind
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
