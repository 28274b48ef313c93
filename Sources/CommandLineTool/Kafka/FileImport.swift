import Importers
import Projections

/// What is imported.
enum ImportKind: Sendable {
    case tradebook(user: String, account: String?)
    case history(exchange: String, barMinutes: Int?)

    var topic: String {
        switch self {
        case .tradebook: "trades.executed"
        case .history: "market.updates"
        }
    }
}

/// What an import came to, as `--json` prints it.
struct ImportReport: Encodable {
    struct File: Encodable {
        var file: String
        var accepted = 0
        var rejected = 0
        /// Of the accepted rows, those in no session by the exchange's calendar: they make no candle.
        var outsideSessions = 0
        /// The first `CommandLineLimits.reportedProblems`.
        var problems: [Problem] = []
        /// Why it could not be read, or not to its end.
        var failure: String?
    }

    struct Problem: Encodable {
        var row: Int
        var line: Int
        var column: String?
        var value: String?
        var reason: String
        var remedy: String

        init(_ problem: RowProblem) {
            row = problem.row
            line = problem.line
            column = problem.column
            value = problem.value
            reason = problem.reason
            remedy = problem.remedy
        }
    }

    var files: [File]
    /// Acknowledged events.
    var sent = 0
    var undelivered = 0
    var isStrictRefusal = false

    var accepted: Int { files.reduce(0) { $0 + $1.accepted } }
    var rejected: Int { files.reduce(0) { $0 + $1.rejected } }
    var unreadable: Int { files.count { $0.failure != nil } }

    private enum Key: String, CodingKey {
        case files, accepted, rejected, unreadable, sent, undelivered
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(files, forKey: .files)
        try object.encode(accepted, forKey: .accepted)
        try object.encode(rejected, forKey: .rejected)
        try object.encode(unreadable, forKey: .unreadable)
        try object.encode(sent, forKey: .sent)
        try object.encode(undelivered, forKey: .undelivered)
    }
}

/// Reads files and hands their events on, reporting bad rows as they come.
///
/// A file that cannot be read, or not to its end, is reported too, and the others are read all the same.
enum FileImport {
    static func read(
        _ files: [String], _ kind: ImportKind, _ console: Console, _ take: (OutgoingEvent) throws -> Void
    ) throws -> ImportReport {
        var report = ImportReport(files: [])
        for file in files where !Interruption.shared.isRequested {
            var result = ImportReport.File(file: file)
            do { try read(&result, kind, console, take) } catch let error as ImportFileError {
                result.failure = error.description
                console.note(error.description)
            }
            report.files.append(result)
        }
        return report
    }

    private static func read(
        _ result: inout ImportReport.File, _ kind: ImportKind, _ console: Console,
        _ take: (OutgoingEvent) throws -> Void
    ) throws {
        let file = result.file
        let source = try FileByteSource(path: file)
        let calendar = try MarketSettings.ofProcess.get().calendar
        switch kind {
        case .tradebook(let user, let account):
            let importer = try ZerodhaTradebook(source, file: file, user: user, account: account, calendar: calendar)
            try drain(importer, into: &result, console, take)
        case .history(let exchange, let minutes):
            let importer = try NSEHistory(
                source, file: file, exchange: exchange, barMinutes: minutes, calendar: calendar)
            try drain(importer, into: &result, console, take)
        }
    }

    private static func drain(
        _ importer: consuming some RowImporter & ~Copyable, into result: inout ImportReport.File, _ console: Console,
        _ take: (OutgoingEvent) throws -> Void
    ) throws {
        while !Interruption.shared.isRequested, let item = try importer.next() {
            switch item {
            case .events(let events):
                for event in events { try take(event) }
                result.accepted += 1
            case .problem(let problem):
                result.rejected += 1
                guard result.rejected <= CommandLineLimits.reportedProblems else { continue }
                result.problems.append(ImportReport.Problem(problem))
                console.note(problem.description)
            }
        }
        result.outsideSessions = importer.rowsOutsideSessions
        if result.outsideSessions > 0 {
            console.note(
                "\(result.file): \(counted(result.outsideSessions, "row")) outside of any session by the calendar: no candle has "
                    + "them (TAPEFOLD_CALENDAR names a calendar of one's own)")
        }
        let unshown = result.rejected - result.problems.count
        if unshown > 0 { console.note("\(result.file): \(unshown) further bad rows are counted, not shown") }
    }
}
