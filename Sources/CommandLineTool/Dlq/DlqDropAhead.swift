import Domain
import Engine
import Events
import Foundation
import Kafka
import Postgres

/// `tapefold dlq drop VIEW --event …` of an event that the view has not folded or parked yet, as where a lane stopped.
struct DlqDropAhead {
    private let invocation: Invocation
    private let connections: Connections
    private let selection: DlqSelection

    init(_ invocation: Invocation, _ connections: Connections, _ selection: DlqSelection) {
        self.invocation = invocation
        self.connections = connections
        self.selection = selection
    }

    func run(_ place: EventPlace) throws -> ExitStatusCode {
        let catalog = DecisionCatalog(selection.catalog.connection)
        let topology = try connections.topology()
        guard let view = topology.view(named: selection.view),
            topology.inputs(of: view).contains(where: { $0.name == place.topic })
        else {
            throw CommandFailure(
                "view \(selection.view) does not read \(place.topic)",
                remedy: "`tapefold dlq list` shows what is parked.")
        }
        guard try !catalog.isFolded(place, by: selection.view) else {
            throw CommandFailure(
                "\(place) is not parked: view \(selection.view) has folded it, or it was dropped before",
                remedy:
                    "`tapefold dlq export \(selection.view)` shows what was dropped. Correct a folded execution by an "
                    + "event on trades.corrected.")
        }
        let decision = try decision(place, topology)
        if invocation.arguments.flag("dry-run") {
            invocation.console.line(
                "would drop \(place), event \(decision.eventId ?? "without an id"), before it is folded; nothing was done"
            )
            return .done
        }
        _ = try catalog.add([decision], by: DlqRequests.author)
        invocation.console.line("\(place) will be left out, event \(decision.eventId ?? "without an id")")
        return .done
    }

    private func decision(_ place: EventPlace, _ topology: Topology) throws -> Decision {
        let bytes = try record(at: place)
        var (id, source): (String?, String?)
        if let kind = topology.topic(named: place.topic)?.kind {
            do throws(EventRefusal) {
                let envelope = try bytes.decode(kind, by: EventDecoder()).envelope
                (id, source) = (envelope.id, envelope.source)
            } catch {
                (id, source) = (error.readable.eventId, error.readable.source)
            }
        }
        return Decision(
            view: selection.view, place: place, code: "not_folded", reason: "dropped before it was folded",
            eventSource: source, eventId: id,
            recordHash: (bytes.value ?? []).withUnsafeBytes { ContentHash(record: $0) }, author: DlqRequests.author,
            time: Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)),
            note: invocation.arguments.text("reason"))
    }

    private func record(at place: EventPlace) throws -> ParkedBytes {
        let partition = TopicPartition(topic: place.topic, partition: Int32(place.partition))
        let consumer = try KafkaConsumer(configuration: try connections.kafka(), groupId: nil)
        defer { consumer.close() }
        let bounds = try consumer.watermarks(partition)
        guard place.offset >= bounds.low, place.offset < bounds.high else {
            throw CommandFailure(
                "there is no record \(place): \(partition) has the offsets \(bounds.low) to \(bounds.high - 1)",
                remedy: "The log of the worker that stopped names the record.")
        }
        let queue = try consumer.laneQueue(for: [partition])
        try consumer.assign([TopicPartitionOffset(partition, offset: place.offset)])
        let deadline = ContinuousClock.now + .milliseconds(CommandLineLimits.connectTimeoutMilliseconds)
        while ContinuousClock.now < deadline {
            let batch = queue.consumeBatch(
                maximumMessages: 1, timeoutMilliseconds: CommandLineLimits.consumeWaitMilliseconds)
            if let failure = batch.partitionErrors.first { throw failure.error }
            guard batch.count > 0 else { continue }
            guard batch[0].offset == place.offset else { break }
            return ParkedBytes(batch[0])
        }
        throw CommandFailure(
            "\(place) could not be read",
            remedy: "It may be a transaction's marker; `tapefold consume` shows the records.")
    }
}
