import Engine
import Events
import Foundation
import Kafka

/// `tapefold dlq show`.
enum DlqShow {
    private struct Header: Encodable {
        let name: String
        let value: String?
    }

    private struct Record: Encodable {
        let key: String?
        /// Nil for a null value, and where it is no UTF-8.
        let value: String?
        let valueBase64: String?
        let valueBytes: Int
        let headers: [Header]
        let time: String?
    }

    private struct Result: Encodable {
        let view: String
        let item: DlqItem
        let record: Record
        /// The event's own id and source, where they can be read.
        let id: String?
        let source: String?
        /// What decoding it again says; nil when it can be decoded.
        let refusal: String?
        /// The event that it waits for.
        let behind: String?
        let remedy: String
    }

    static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let view = try ViewArgument.read(invocation)
        let place = try DlqSelection.place(invocation.arguments.positionals[1])
        let connections = Connections(invocation)
        let catalog = ParkingCatalog(view: view, on: try connections.database())
        var filter = ParkedFilter()
        filter.place = place
        filter.isFirstOnly = false
        guard let event = try catalog.list(filter).first, let bytes = try catalog.bytes(of: place) else {
            throw CommandFailure(
                "\(place) is not parked in view \(view)",
                remedy:
                    "`tapefold dlq list \(view) --all` shows what is; what was dropped, `tapefold dlq export \(view)`.")
        }
        let result = try describe(event, bytes, catalog, try connections.topology())
        if invocation.wantsJSON {
            try invocation.console.json(result)
        } else {
            for line in text(result) { invocation.console.line(line) }
        }
        return .done
    }

    private static func describe(
        _ event: ParkedEvent, _ bytes: ParkedBytes, _ catalog: ParkingCatalog, _ topology: Topology
    ) throws -> Result {
        var (id, source, refusal): (String?, String?, String?)
        if let kind = topology.topic(named: event.place.topic)?.kind {
            do throws(EventRefusal) {
                let decoded = try bytes.decode(kind, by: EventDecoder())
                (id, source) = (decoded.envelope.id, decoded.envelope.source)
            } catch {
                (id, source, refusal) = (error.readable.eventId, error.readable.source, error.description)
            }
        }
        return Result(
            view: catalog.view, item: DlqItem(event), record: record(bytes), id: id, source: source, refusal: refusal,
            behind: try catalog.first(before: event)?.place.description,
            remedy: ParkingRemedy.text(code: event.code, view: catalog.view, place: event.place))
    }

    private static func record(_ bytes: ParkedBytes) -> Record {
        let value = bytes.value.flatMap { String(validating: $0, as: UTF8.self) }
        return Record(
            key: bytes.key.map { String(decoding: $0, as: UTF8.self) }, value: value,
            valueBase64: value == nil ? bytes.value.map { Data($0).base64EncodedString() } : nil,
            valueBytes: bytes.value?.count ?? 0,
            headers: bytes.headers.map { header in
                Header(name: header.name, value: header.value.map { String(decoding: $0, as: UTF8.self) })
            }, time: bytes.time?.description)
    }

    private static func text(_ result: Result) -> [String] {
        let item = result.item
        var lines = [
            "event     \(item.event)", "view      \(result.view)", "key       \(item.key ?? "none could be read")",
            "code      \(item.code)", "reason    \(item.reason)",
        ]
        if let refusal = result.refusal, refusal != item.reason { lines.append("decoding  \(refusal)") }
        lines.append("remedy    \(result.remedy)")
        lines.append("parked    \(item.parkedAt)")
        lines.append("copied    \(item.copiedAt ?? "not yet")")
        if let behind = result.behind { lines.append("behind    \(behind)") }
        lines.append("waiting   \(item.waiting) later events of its key")
        if let id = result.id { lines.append("id        \(id) of \(result.source ?? "an unknown source")") }
        if let time = item.eventTime { lines.append("time      \(time)") }
        if let time = result.record.time { lines.append("written   \(time)") }
        lines.append("record    key \(result.record.key ?? "null"), \(result.record.valueBytes) bytes")
        for header in result.record.headers { lines.append("  \(header.name): \(header.value ?? "null")") }
        lines.append(result.record.value ?? result.record.valueBase64.map { "base64 \($0)" } ?? "null")
        return lines
    }
}
