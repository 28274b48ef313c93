import Domain
import Engine
import Foundation

/// `tapefold verify VIEW`.
enum VerifyCommand {
    static let command = Command(
        "verify", "Fold the topics anew and compare every row of a live view.",
        discussion: """
            Reads the live rows and checkpoints in one snapshot, folds the log up to those offsets beside it and compares both,
            row by row. Exits 0 when all rows are the same. Workers and readers are not disturbed.
            """,
        positionals: ViewArgument.definition,
        options: [.dataDirectory, .json],
        examples: ["tapefold verify positions", "tapefold verify market --json"], run: run)

    struct Difference: Encodable {
        let table: String
        let kind: String
        let key: String
        /// By column, the live value and the one from the log.
        let columns: [String: [String]]
    }

    struct Result: Encodable {
        let view: String
        let build: String
        let verified: Bool
        let records: Int
        let rows: [String: Int]
        let differenceCount: Int
        let differences: [Difference]
        let parkedEvents: Int
        let parkedKeys: Int
        let seconds: Double
        /// Rows of earlier days are not in the log any more and were not compared.
        let comparedFrom: String?

        init(_ summary: VerifySummary) {
            view = summary.view
            build = summary.build
            verified = summary.isVerified
            records = summary.records
            rows = summary.rows
            differenceCount = summary.differenceCount
            differences = summary.differences.map {
                Difference(table: $0.table, kind: $0.kind.rawValue, key: $0.key, columns: $0.columns)
            }
            parkedEvents = summary.parkedEvents
            parkedKeys = summary.parkedKeys
            seconds = summary.seconds
            comparedFrom = summary.comparedFromDay.map { CivilDate(dayNumber: $0).description }
        }
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let engine = try EngineRun(invocation)
        return try engine {
            Result(
                try VerifyRun.run(
                    view: engine.view.name, of: engine.views, configuration: engine.configuration,
                    topology: engine.view,
                    stop: engine.stop, observer: engine.observer))
        } status: {
            $0.verified ? .done : .failed
        } text: {
            text($0)
        }
    }

    static func text(_ result: Result) -> [String] {
        let rows = result.rows.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        var lines = [
            result.verified
                ? "view \(result.view): build \(result.build) equals the log (\(result.records) records; same rows: \(rows))"
                : "view \(result.view): build \(result.build) differs from the log in \(result.differenceCount) rows"
        ]
        for difference in result.differences {
            var line = "  \(difference.table): \(difference.key) \(difference.kind)"
            for (column, values) in difference.columns.sorted(by: { $0.key < $1.key }) {
                line += "; \(column): live \(values[0]), from the log \(values[1])"
            }
            lines.append(line)
        }
        if result.parkedEvents > 0 {
            lines.append(
                "  \(counted(result.parkedEvents, "event")) of \(counted(result.parkedKeys, "key")) parked and in neither"
            )
        }
        if let day = result.comparedFrom {
            lines.append("  rows of days before \(day) were not compared: the log no longer holds them whole")
        }
        return lines
    }
}
