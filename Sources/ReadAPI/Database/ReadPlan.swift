import Postgres

/// What a route wants from the database: pure until a query thread runs it.
struct ReadPlan: Sendable {
    /// Views without which there is no answer.
    let views: [ViewName]
    /// Views that are joined where they are live.
    var optionalViews: [ViewName] = []
    /// Positions the views must have reached first.
    let after: [LogPosition]
    let statements: [ReadStatement]
    /// Writes the answer's body from the statements' results, in their order.
    let write: @Sendable ([PostgresResult], inout JSONWriter) throws(ReadFailure) -> Void

    var allViews: [ViewName] { views + optionalViews }
}

/// One statement. Its text depends on nothing but the schemas of the live builds, so that each is prepared once.
struct ReadStatement: Sendable {
    let text: @Sendable (LiveViews) -> String
    let parameters: [SQLValue]
}

/// A parameter's value, Sendable where `PostgresParameter` is not.
enum SQLValue: Sendable {
    case text(String?)
    case texts([String])
    /// Microseconds since the Unix epoch.
    case time(Int64)
    case integer(Int)

    func parameter() throws(PostgresError) -> PostgresParameter {
        switch self {
        case .text(let value): return value.map { .text($0) } ?? .null(.text)
        case .time(let microseconds): return .timestamptz(microseconds)
        case .integer(let value): return .int64(Int64(value))
        case .texts(let values):
            let builder = try PostgresArrayBuilder(.text)
            for value in values { builder.append(text: value) }
            return .array(builder)
        }
    }
}

/// Why a plan has no answer.
enum ReadFailure: Error {
    case problem(Problem)
    case database(PostgresError)
}
