import Foundation
import Kafka

/// `tapefold consume <topic>`.
enum ConsumeCommand {
    static let command = Command(
        "consume", "Print a topic's records.",
        discussion: "Joins no group and commits nothing. Without --follow it ends where the topic ended when it began.",
        positionals: PositionalDefinition("topic", "The topic to read."),
        options: [
            OptionDefinition(
                "from", .text("beginning|end|OFFSET"), "Where to begin in each partition.", default: "beginning"),
            OptionDefinition("partition", .integer("N", 0...100_000), "Read this partition only."),
            OptionDefinition("max", .integer("N", 1...Int.max), "Stop after N records."),
            .flag("follow", "Go on with new records until interrupted."),
            .json, .dataDirectory,
        ],
        examples: [
            "tapefold consume trades.executed --max 5", "tapefold consume market.updates --from end --follow --json",
            "tapefold consume orders.placed --partition 2 --from 1000",
        ],
        run: run)

    private static func run(_ invocation: Invocation) throws -> ExitStatusCode {
        let name = invocation.arguments.positionals[0]
        let connections = Connections(invocation)
        let admin = try connections.admin()
        let topic = try connections.existingTopic(name, admin)
        let ranges = try ranges(of: topic, admin, invocation)
        Interruption.shared.install()
        let consumer = try KafkaConsumer(configuration: try connections.kafka(), groupId: nil)
        defer { consumer.close() }
        let queue = try consumer.laneQueue(for: ranges.map(\.start.topicPartition))
        try consumer.assign(ranges.map(\.start))
        var reading = Reading(ranges, follow: invocation.arguments.flag("follow"), invocation.arguments.integer("max"))
        while !reading.isDone, !Interruption.shared.isRequested, !invocation.console.isOutputLost {
            if case .error(let error)? = consumer.poll(timeoutMilliseconds: 0), !error.isRetriable { throw error }
            let batch = queue.consumeBatch(
                maximumMessages: CommandLineLimits.consumeBatchMessages,
                timeoutMilliseconds: CommandLineLimits.consumeWaitMilliseconds)
            if let failure = batch.partitionErrors.first { throw failure.error }
            reading.take(batch, invocation)
        }
        return Interruption.shared.isRequested ? Interruption.shared.exitCode : .done
    }

    private struct Range {
        let start: TopicPartitionOffset
        /// The topic's end when reading began.
        let end: Int64
    }

    private static func ranges(
        of topic: KafkaTopicDescription, _ admin: KafkaAdmin, _ invocation: Invocation
    ) throws -> [Range] {
        var partitions = Array(0..<Int32(topic.partitionCount))
        if let only = invocation.arguments.integer("partition") {
            guard only < topic.partitionCount else {
                throw UsageError("\(topic.name) has the partitions 0 to \(topic.partitionCount - 1), not \(only)")
            }
            partitions = [Int32(only)]
        }
        let from = invocation.arguments.text("from") ?? "beginning"
        guard ["beginning", "end"].contains(from) || Int64(from).map({ $0 >= 0 }) == true else {
            throw UsageError("--from must be beginning, end or an offset, not \"\(from)\"")
        }
        return try partitions.map { number in
            let partition = TopicPartition(topic: topic.name, partition: number)
            let bounds = try admin.watermarks(
                partition, timeoutMilliseconds: CommandLineLimits.connectTimeoutMilliseconds)
            let start = start(
                from, in: bounds.low...max(bounds.low, bounds.high), of: partition, console: invocation.console)
            return Range(start: TopicPartitionOffset(partition, offset: start), end: bounds.high)
        }
    }

    /// Where to begin; says so where that is not where it was asked for.
    private static func start(
        _ from: String, in log: ClosedRange<Int64>, of partition: TopicPartition, console: Console
    ) -> Int64 {
        guard let asked = Int64(from) else { return from == "end" ? log.upperBound : log.lowerBound }
        let start = min(max(asked, log.lowerBound), log.upperBound)
        if start != asked {
            console.note(
                "\(partition.topic)/\(partition.partition) has the offsets \(log.lowerBound) up to, not with, "
                    + "\(log.upperBound): reading begins at \(start), not at \(asked)")
        }
        return start
    }

    /// How far the reading has got.
    private struct Reading {
        private var open: [Int32: Int64]
        private let follow: Bool
        private var left: Int

        init(_ ranges: [Range], follow: Bool, _ maximum: Int?) {
            self.follow = follow
            left = maximum ?? Int.max
            let unread = ranges.filter { $0.start.offset < $0.end }
            open = Dictionary(uniqueKeysWithValues: unread.map { ($0.start.partition, $0.end) })
        }

        var isDone: Bool { left == 0 || (!follow && open.isEmpty) }

        mutating func take(_ batch: KafkaBatch, _ invocation: Invocation) {
            var output: [UInt8] = []
            for index in 0..<batch.count where left > 0 {
                let record = batch[index]
                guard follow || (open[record.partition].map { record.offset < $0 } ?? false) else { continue }
                let place = "\(batch.topicName(of: record))/\(record.partition)@\(record.offset)"
                if invocation.wantsJSON {
                    RecordText.appendJSON(record, topic: batch.topicName(of: record), to: &output)
                } else {
                    RecordText.append(record, place: place, to: &output)
                }
                left -= 1
            }
            for position in batch.positions {
                if let end = open[position.partition], position.nextOffset >= end { open[position.partition] = nil }
            }
            batch.release()
            if !output.isEmpty { invocation.console.write(output) }
        }
    }
}
