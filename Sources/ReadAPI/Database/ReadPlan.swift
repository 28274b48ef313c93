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
    /// Set where the answer is a row by its key; then there are no statements.
    let lookup: RowLookup?
    /// Writes the answer's body from the statements' results, in their order.
    let write: @Sendable ([PostgresResult], inout JSONWriter) throws(ReadFailure) -> Void

    var allViews: [ViewName] { views + optionalViews }

    init(
        views: [ViewName], optionalViews: [ViewName] = [], after: [LogPosition], statements: [ReadStatement],
        write: @escaping @Sendable ([PostgresResult], inout JSONWriter) throws(ReadFailure) -> Void
    ) {
        self.views = views
        self.optionalViews = optionalViews
        self.after = after
        self.statements = statements
        self.write = write
        lookup = nil
    }

    init(views: [ViewName], after: [LogPosition], lookup: RowLookup) {
        self.views = views
        self.after = after
        self.lookup = lookup
        statements = []
        write = { (_, _) throws(ReadFailure) in }
    }
}

/// One row by its key. Lookups of the same name that share a snapshot are one statement, whose cost per row is a fraction
/// of a statement's.
struct RowLookup: Sendable {
    let name: String
    /// The key's parts; as many in all lookups of the name.
    let key: [String]
    /// `$1`, `$2`, …: for each part of the key an array of texts. The last column is the place of a row's key in these
    /// arrays, counted from 1.
    let text: @Sendable (LiveViews) -> String
    let write: @Sendable (PostgresResult, Int, inout JSONWriter) throws(ReadFailure) -> Void
    /// The answer where there is no such row.
    let missing: Problem
}

/// One statement. A route has a few texts at most for the same schemas of live builds, so that each is prepared once.
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
