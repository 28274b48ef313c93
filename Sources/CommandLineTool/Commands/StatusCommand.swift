import Engine
import Foundation
import Kafka
import Postgres

/// `tapefold status`.
enum StatusCommand {
    static let command = Command(
        "status", "Show where each view stands: build, offsets, lag, owners, parked keys.",
        positionals: PositionalDefinition("VIEW", "Only these views.", count: 0...16),
        options: [.flag("watch", "Show it again every second until Ctrl-C."), .dataDirectory, .json],
        examples: ["tapefold status", "tapefold status --watch", "tapefold status positions --json"], run: run)

    struct Partition: Encodable {
        let topic: String
        let partition: Int
        let offset: Int64
        let end: Int64
        let lag: Int64
        let owner: String?
    }

    struct View: Encodable {
        let view: String
        let build: String
        let building: String?
        let lag: Int64
        /// Records folded a second since the last look; absent at the first.
        let rate: Int?
        let parkedEvents: Int
        let parkedKeys: Int
        let partitions: [Partition]
    }

    struct Result: Encodable {
        let views: [View]
    }

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let names = try names(invocation)
        let connections = Connections(invocation)
        let connection = try connections.database()
        let admin = try connections.admin()
        Interruption.shared.install()
        var before: [String: Int64] = [:]
        repeat {
            let views = try read(names, connection, admin, &before)
            if invocation.wantsJSON {
                try invocation.console.json(Result(views: views))
            } else {
                for line in text(views) { invocation.console.line(line) }
            }
            guard invocation.arguments.flag("watch") else { return .done }
            Interruption.shared.pause(milliseconds: CommandLineLimits.watchMilliseconds)
        } while !Interruption.shared.isRequested
        return Interruption.shared.exitCode
    }

    private static func names(_ invocation: Invocation) throws -> [String] {
        let views = invocation.views.names
        for name in invocation.arguments.positionals where !views.contains(name) {
            throw UsageError("there is no view \"\(name)\"; views: \(views.joined(separator: ", "))")
        }
        return invocation.arguments.positionals.isEmpty ? views : invocation.arguments.positionals
    }

    private static func read(
        _ names: [String], _ connection: PostgresConnection, _ admin: KafkaAdmin, _ before: inout [String: Int64]
    ) throws -> [View] {
        var views: [View] = []
        for name in names {
            guard let status = try ViewStatus.read(name, on: connection, admin: admin) else { continue }
            let folded = status.partitions.reduce(Int64(0)) { $0 + $1.offset }
            let rate = before[name].map { Int(folded - $0) }
            before[name] = folded
            views.append(view(status, rate))
        }
        return views
    }

    private static func view(_ status: ViewStatus, _ rate: Int?) -> View {
        let owners = Dictionary(uniqueKeysWithValues: status.lanes.map { ($0.lane, $0.owner) })
        return View(
            view: status.view, build: status.build, building: status.building, lag: status.lag, rate: rate,
            parkedEvents: status.lanes.reduce(0) { $0 + $1.parkedEvents },
            parkedKeys: status.lanes.reduce(0) { $0 + $1.parkedKeys },
            partitions: status.partitions.map {
                Partition(
                    topic: $0.topic, partition: $0.partition, offset: $0.offset, end: $0.end, lag: $0.lag,
                    owner: owners[$0.partition] ?? nil)
            })
    }

    private static func text(_ views: [View]) -> [String] {
        guard !views.isEmpty else { return ["no view has a live build yet; start its processor"] }
        var lines: [String] = []
        for view in views {
            var head = "\(view.view)  build \(view.build)  lag \(view.lag)"
            if let rate = view.rate { head += "  \(rate)/s" }
            if let building = view.building { head += "  building \(building)" }
            if view.parkedEvents > 0 { head += "  parked \(view.parkedEvents) events of \(view.parkedKeys) keys" }
            lines.append(head)
            for part in view.partitions {
                lines.append(
                    "  \(part.topic)/\(part.partition)  offset \(part.offset)  end \(part.end)  lag \(part.lag)  "
                        + "owner \(part.owner ?? "none")")
            }
        }
        return lines
    }
}
