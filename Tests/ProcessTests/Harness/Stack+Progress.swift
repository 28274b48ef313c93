import Foundation
import Kafka
import Postgres

extension Stack {
    /// Checkpoints of a view's live build, by `topic/partition`.
    func checkpoints(_ view: String) throws -> [String: Int64] {
        let rows = try database().query(
            """
            SELECT c.topic, c.lane, c.next_offset FROM tapefold.checkpoint c
            JOIN tapefold.build b USING (view, build) WHERE b.view = $1 AND b.status = 'live'
            """, [.text(view)])
        var result: [String: Int64] = [:]
        for row in 0..<rows.rowCount {
            result["\(try rows.text(row, 0))/\(try rows.int32(row, 1))"] = try rows.int64(row, 2)
        }
        return result
    }

    /// The ends of a view's logs, by `topic/partition`.
    func ends(_ view: String) throws -> [String: Int64] {
        guard let definition = topology.view(named: view) else { return [:] }
        let admin = try admin()
        var result: [String: Int64] = [:]
        for topic in topology.inputs(of: definition) {
            for partition in 0..<topic.partitions {
                let place = TopicPartition(topic: topic.name, partition: Int32(partition))
                result["\(topic.name)/\(partition)"] = try admin.watermarks(place).high
            }
        }
        return result
    }

    func folded(_ view: String) throws -> Int64 { try checkpoints(view).values.reduce(0, +) }

    func waitUntilFolded(_ records: Int, _ view: String) throws {
        try eventually(
            "\(records) records folded into \(view)", within: ProcessTestLimits.waitSeconds(for: records)
        ) { try folded(view) >= records }
    }

    func isCaughtUp(_ view: String) throws -> Bool {
        let checkpoints = try checkpoints(view)
        return try !checkpoints.isEmpty && checkpoints == ends(view)
    }

    /// Waits until a view has folded all that is in its logs.
    func waitUntilCaughtUp(
        _ views: String..., within seconds: Double = ProcessTestLimits.waitSeconds * 2
    ) throws {
        for view in views {
            do {
                try eventually("\(view) to catch up", within: seconds) { try isCaughtUp(view) }
            } catch {
                let state = "checkpoints \(try checkpoints(view)), ends \(try ends(view))"
                let logs = workers.map { "\($0.logPath):\n\($0.log.suffix(1_500))" }.joined(separator: "\n")
                throw WaitTimedOut(what: "\(error): \(state)\n\(logs)", seconds: seconds)
            }
        }
    }

    /// The owner of each lane of a view's live build that has one.
    func owners(_ view: String) throws -> [Int: String] {
        let rows = try database().query(
            "SELECT lane, owner FROM tapefold.lane WHERE view = $1 AND live AND owner IS NOT NULL", [.text(view)])
        var owners: [Int: String] = [:]
        for row in 0..<rows.rowCount { owners[Int(try rows.int32(row, 0))] = try rows.text(row, 1) }
        return owners
    }
}

extension Stack.Worker {
    /// The lanes that this process owns.
    func lanes(_ stack: Stack) throws -> Set<Int> {
        Set(try stack.owners(view).filter { $0.value.contains(":\(process.pid):") }.keys)
    }
}
