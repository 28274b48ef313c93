import Domain
import Engine
import Events
import Foundation

/// `tapefold dlq export|import`.
enum DlqDecisions {
    /// A decision as a line of JSON.
    struct Line: Codable {
        let view: String
        let topic: String
        let partition: Int
        let offset: Int64
        let code: String
        let reason: String
        let eventSource: String?
        let eventId: String?
        let recordHash: String?
        let decidedBy: String
        let decidedAt: String
        let note: String?

        init(_ decision: Decision) {
            view = decision.view
            topic = decision.place.topic
            partition = decision.place.partition
            offset = decision.place.offset
            code = decision.code
            reason = decision.reason
            eventSource = decision.eventSource
            eventId = decision.eventId
            recordHash = decision.recordHash?.description
            decidedBy = decision.author
            decidedAt = decision.time.description
            note = decision.note
        }

        func decision(_ views: ViewRegistry) throws -> Decision {
            guard views.names.contains(view) else { throw CommandFailure("there is no view \"\(view)\"") }
            guard partition >= 0, Int32(exactly: partition) != nil, offset >= 0 else {
                throw CommandFailure("partition and offset must not be negative")
            }
            let hash = recordHash.flatMap { ContentHash(hexadecimal: $0) }
            guard recordHash == nil || hash != nil else {
                throw CommandFailure("recordHash must be 32 hexadecimal digits")
            }
            return Decision(
                view: view, place: EventPlace(topic: topic, partition: partition, offset: offset), code: code,
                reason: reason, eventSource: eventSource, eventId: eventId, recordHash: hash, author: decidedBy,
                time: try Timestamp(parsing: decidedAt), note: note)
        }
    }

    static func runExport(_ invocation: Invocation) throws -> ExitStatusCode {
        let view = invocation.arguments.positionals.isEmpty ? nil : try ViewArgument.read(invocation)
        let decisions = try DecisionCatalog(try Connections(invocation).database()).list(view: view)
        let text = try decisions.map { try JSONText.line(Line($0)) + "\n" }.joined()
        guard let path = invocation.arguments.text("file") else {
            invocation.console.write(Array(text.utf8))
            return .done
        }
        do {
            try write(Data(text.utf8), to: path)
        } catch {
            throw CommandFailure(
                "cannot write \(path): \(error.localizedDescription)", remedy: "Check the directory and its free space."
            )
        }
        invocation.console.line("\(decisions.count) decisions in \(path)")
        return .done
    }

    /// A file is replaced whole; a device or a pipe is written to, not replaced by a file of its name.
    private static func write(_ data: Data, to path: String) throws {
        let target = URL(filePath: path).resolvingSymlinksInPath()
        let type = try? FileManager.default.attributesOfItem(atPath: target.path)[.type] as? FileAttributeType
        guard let type, type != .typeRegular else { return try data.write(to: target, options: .atomic) }
        try FileHandle(forWritingTo: target).write(contentsOf: data)
    }

    private struct Imported: Encodable {
        let added: Int
        let known: Int
        let contradicted: [String]
        let parked: Int
        let folded: [String: Int]
    }

    static func runImport(_ invocation: Invocation) throws -> ExitStatusCode {
        let decisions = try read(invocation)
        let catalog = DecisionCatalog(try Connections(invocation).database())
        let outcome = try catalog.add(decisions, by: DlqRequests.author)
        if invocation.wantsJSON {
            try invocation.console.json(
                Imported(
                    added: outcome.added, known: outcome.known, contradicted: outcome.contradicted.map(\.description),
                    parked: outcome.parked, folded: outcome.folded))
        } else {
            for line in text(outcome) { invocation.console.line(line) }
        }
        return outcome.contradicted.isEmpty ? .done : .failed
    }

    private static let remedy = "Each line must be as `tapefold dlq export` writes it."

    private static func read(_ invocation: Invocation) throws -> [Decision] {
        let path = invocation.arguments.text("file")
        var reader = try LineReader(path: path)
        var decisions: [Decision] = []
        while let next = try reader.next() {
            let place = "\(path ?? "standard input"):\(reader.number)"
            guard case .text(let line) = next else {
                throw CommandFailure("\(place): the line is too long; nothing was taken over", remedy: Self.remedy)
            }
            guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) else { continue }
            do {
                decisions.append(try JSONDecoder().decode(Line.self, from: Data(line)).decision(invocation.views))
            } catch {
                throw CommandFailure("\(place): \(reason(error)); nothing was taken over", remedy: Self.remedy)
            }
        }
        return decisions
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as CommandFailure: error.message
        case DecodingError.keyNotFound(let key, _): "\(key.stringValue) is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) has another type"
        case is DecodingError: "is no JSON object"
        default: "\(error)"
        }
    }

    private static func text(_ outcome: DecisionImport) -> [String] {
        var lines = ["\(outcome.added) decisions taken over, \(outcome.known) were known"]
        if outcome.parked > 0 { lines.append("\(outcome.parked) of the events are parked here: their lanes drop them") }
        for (view, count) in outcome.folded.sorted(by: { $0.key < $1.key }) {
            lines.append("\(count) of the events are folded in view \(view): `tapefold replay \(view)` leaves them out")
        }
        for place in outcome.contradicted {
            lines.append("\(place): another record was dropped at that place here; that decision stays")
        }
        return lines
    }
}
