import Domain
import Events
import HTTPServing

/// One command from a checked request to Kafka's acknowledgement.
struct CommandRun {
    let call: WorkCall
    let service: ReadService
    let session: DatabaseSession

    /// Answers 202 with the event's id and the position at which views show it.
    func run(_ kind: CommandKind, operation: String) throws(Problem) -> HTTPResponse {
        let body = call.request.body.isEmpty ? [] : try call.object()
        let command = try Command(kind, call, body: body)
        let keys = keys(of: command)
        let hash = command.requestHash(operation)
        var eventId = try Self.eventId(command, hash, keys.first)
        var time = Timestamp(microseconds: call.microseconds)
        // Refused before a key is taken: who corrects a field may keep the key.
        _ = try event(command, id: eventId, time: time)
        let ledger = CommandLedger(session)
        if !keys.isEmpty {
            let first = CommandLedger.Entry(eventId: eventId, microseconds: time.microseconds, answer: nil)
            let entry = try ledger.claim(keys, user: command.user, hash: hash, first: first)
            if let answer = entry.answer { return try Self.answer(again: answer) }
            eventId = entry.eventId
            time = Timestamp(microseconds: entry.microseconds)
        }
        let event = try event(command, id: eventId, time: time)
        let positions = try service.commands.send(
            [
                CommandLog.Outgoing(
                    topic: kind.event.topic, key: event.payload.partitionKey, value: EventEncoder().structured(event),
                    trace: event.envelope.trace)
            ], repeating: keys.isEmpty && command.givenIdentity == nil ? .anotherEvent : .sameEvent)
        let answer = Self.answer(event, command, positions)
        if !keys.isEmpty {
            do throws(Problem) {
                try ledger.finish(keys, user: command.user, answer: String(decoding: answer.body, as: UTF8.self))
            } catch {
                service.configuration.log.warning(
                    "request \(call.request.identifier): the answer was not kept: \(error.cause ?? error.detail)")
            }
        }
        return answer
    }

    // MARK: Keys and ids

    private func keys(of command: Command) -> [CommandKey] {
        var keys: [CommandKey] = []
        if let key = call.arguments.text(CommandKey.headerName) { keys.append(.header(key)) }
        // Only these are told apart by their own id for ever; of the others the latest counts.
        let isForEver = command.kind.event.identity != .sourceAndId
        if isForEver, let field = command.kind.identity, let value = command.givenIdentity {
            keys.append(
                .identity(
                    topic: command.kind.event.topic, field: field, value: value,
                    isAnnouncement: command.isAnnouncement))
        }
        return keys
    }

    /// The same key, user and request give the same id; without a key each request has its own.
    private static func eventId(_ command: Command, _ hash: [UInt8], _ key: CommandKey?) throws(Problem) -> String {
        guard let key else { return "api-\(try SecretText.make().prefix(24))" }
        let seed = Array("\(command.user)\n\(key.stored)\n".utf8) + hash
        return "api-\(Base64URL.encode(SecretText.hash(seed).prefix(18)))"
    }

    // MARK: The event

    /// - Throws: a 422 with what the topic's own rules say.
    private func event(_ command: Command, id: String, time: Timestamp) throws(Problem) -> DecodedEvent {
        let trace = call.request.header("traceparent").flatMap {
            TraceContext(parent: $0, state: call.request.header("tracestate"))
        }
        let data = command.data(eventId: id)
        let envelope = Envelope(id: id, source: "/api", time: time, trace: trace)
        var event: DecodedEvent
        do throws(EventRefusal) {
            event = try data.withUnsafeBufferPointer { bytes throws(EventRefusal) in
                try EventDecoder().decodeData(
                    command.kind.event, value: UnsafeRawBufferPointer(bytes), envelope: envelope)
            }
        } catch {
            throw Problem(error)
        }
        event.envelope.subject = event.payload.partitionKey
        if case .tradeExecuted(let trade) = event.payload {
            // Nobody could take it back from the days of an account that has no further executions for centuries.
            guard trade.executedAt <= time.adding(microseconds: ReadAPILimits.executionAheadMicroseconds) else {
                throw .invalidField(
                    "executedAt", value: "\(trade.executedAt)",
                    reason: "lies more than a day ahead of this server's clock")
            }
            event.envelope.time = trade.executedAt
        }
        return event
    }

    // MARK: Answers

    private static func answer(
        _ event: DecodedEvent, _ command: Command, _ positions: [LogPosition]
    ) -> HTTPResponse {
        let place = positions.map(\.description).joined(separator: ",")
        var response = HTTPResponse.json(202) { body in
            body.field("eventId", event.envelope.id)
            body.field("topic", event.kind.topic)
            body.field("position", place.isEmpty ? nil : place)
            body.field("userId", command.user)
            if let name = command.kind.identity {
                body.field("id", command.members.first { $0.name == name }?.value.string ?? event.envelope.id)
            }
        }
        if !place.isEmpty { response.headers.append(HTTPHeader("Tapefold-Position", place)) }
        return response
    }

    private static func answer(again kept: String) throws(Problem) -> HTTPResponse {
        var response = HTTPResponse(status: 202, contentType: "application/json", body: Array(kept.utf8))
        if let place = (try? JSONValue(parsing: kept))?["position"]?.string {
            response.headers.append(HTTPHeader("Tapefold-Position", place))
        }
        response.headers.append(HTTPHeader("Idempotency-Replayed", "true"))
        return response
    }
}

extension Problem {
    /// What an event's own rules refused.
    init(_ refusal: EventRefusal) {
        let name = refusal.field.hasPrefix("data.") ? String(refusal.field.dropFirst(5)) : refusal.field
        self = .invalidField(
            name.isEmpty ? "body" : name, value: refusal.value, reason: "\(refusal.reason); \(refusal.remedy)")
    }
}
