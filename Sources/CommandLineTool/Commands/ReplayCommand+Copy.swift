import Domain
import Engine
import Foundation

/// Which part of the log a copy is made of, as the command line says it.
struct CopyOptions {
    let cut: BuildCopy.Cut
    let name: String?

    /// - Returns: nil when no copy is wanted.
    init?(_ arguments: ParsedArguments) throws {
        name = arguments.text("name")
        let given = ["as-of", "as-of-offsets", "as-of-offsets-file"].filter { arguments.text($0) != nil }
        guard given.count <= 1 else { throw UsageError("give one of --\(given.joined(separator: ", --"))") }
        guard let option = given.first, let text = arguments.text(option) else {
            if name != nil { throw UsageError("--name names a copy: give --as-of or --as-of-offsets too") }
            return nil
        }
        do {
            switch option {
            case "as-of": cut = .time(try Timestamp(parsing: text))
            case "as-of-offsets": cut = .offsets(try LogPositions(parsing: text))
            default: cut = .offsets(try LogPositions(parsing: try Self.contents(text)))
            }
            if let name { try CopyRun.check(name: name) }
        } catch let error as EngineError {
            throw UsageError("--\(option): \(error.message)")
        } catch is TimestampError {
            throw UsageError("--as-of needs a time as 2026-01-15T10:00:00Z, not \"\(text)\"")
        }
    }

    private static func contents(_ path: String) throws -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFailure("the file \(path) can't be read")
        }
        return text
    }

    /// The name given, or one that says what it is.
    func copy(of view: String) -> BuildCopy {
        BuildCopy(name: name ?? "\(view)_\(point)", cut: cut)
    }

    private var point: String {
        switch cut {
        case .time(let time):
            time.description.lowercased().filter { $0.isLetter || $0.isNumber }
        case .offsets(let positions):
            "at_\(positions.offsets.values.reduce(0, +))"
        }
    }
}

extension ReplayCommand {
    struct Copied: Encodable {
        let view: String
        let copy: String
        let build: String
        let schema: String
        let records: Int
        let seconds: Double
        let resumed: Bool
        let parked: Int
        let positions: String

        init(_ summary: CopySummary) {
            view = summary.view
            copy = summary.name
            build = summary.build
            schema = summary.schema
            records = summary.records
            seconds = summary.seconds
            resumed = summary.wasResumed
            parked = summary.parked
            positions = summary.positions
        }
    }

    static func copy(_ cut: CopyOptions, _ options: ReplayOptions, _ engine: EngineRun) throws -> ExitStatusCode {
        try engine {
            Copied(
                try CopyRun.run(
                    cut.copy(of: engine.view.name), view: engine.view.name, of: engine.views,
                    configuration: engine.configuration,
                    topology: engine.view, options: options, stop: engine.stop, observer: engine.observer))
        } text: {
            [text($0)]
        }
    }

    private static func text(_ result: Copied) -> String {
        var text =
            "view \(result.view): copy \(result.copy) is in schema \(result.schema); \(result.records) records read "
        text += "in \(String(format: "%.1f", result.seconds)) s"
        if result.resumed { text += ", continued from an interrupted run" }
        if result.parked > 0 { text += "; \(result.parked) events parked" }
        return text + "; `tapefold views drop \(result.view) \(result.copy)` removes it"
    }
}
