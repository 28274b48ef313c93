import Foundation
import Testing

@testable import EmbeddedBroker

/// A broker that runs out of open files refuses what it cannot do, and starts again with what it has.
struct DescriptorTests {
    private func start(
        _ directory: TemporaryDirectory, openFiles: Int?
    ) async throws -> (BrokerProcess, WireClient) {
        let broker = try await BrokerProcess(directory: directory, openFiles: openFiles)
        return (broker, try WireClient(port: broker.port))
    }

    @Test func moreTopicsThanOpenFilesAreRefusedAndLeaveNothing() async throws {
        let directory = try TemporaryDirectory()
        var (broker, client) = try await start(directory, openFiles: 256)
        #expect(try client.createTopic("kept", partitions: 40) == 0)
        #expect(try client.createTopic("large", partitions: 200) == ErrorCode.kafkaStorageError.rawValue)
        #expect(broker.log.contains("raise the limit (ulimit -n"))
        var made = 0
        while try client.createTopic("small\(made)", partitions: 10) == 0 { made += 1 }
        #expect(made > 0)
        #expect(try client.produce("kept", BatchBuilder()) == (0, 0))
        #expect(try await broker.stop() == 0)
        (broker, client) = try await start(directory, openFiles: 256)
        #expect(try client.fetch("kept", offset: 0).highWatermark == 1)
        #expect(try await broker.stop() == 0)
        (broker, client) = try await start(directory, openFiles: nil)
        for refused in ["large", "small\(made)"] {
            #expect(try client.produce(refused, BatchBuilder()).error == ErrorCode.unknownTopicOrPartition.rawValue)
            #expect(try client.createTopic(refused) == 0)
        }
    }

    @Test func moreSegmentsThanOpenFilesAreRefusedAndReadingGoesOn() async throws {
        let directory = try TemporaryDirectory()
        var (broker, client) = try await start(directory, openFiles: 64)
        #expect(try client.createTopic("t", configs: [("segment.bytes", "4096")]) == 0)
        let batch = BatchBuilder(values: [String(repeating: "x", count: 3_500)])
        var acknowledged: Int64 = 0
        while acknowledged < 100, try client.produce("t", batch).error == 0 { acknowledged += 1 }
        #expect(acknowledged > 10 && acknowledged < 64)
        #expect(try client.produce("t", batch).error == ErrorCode.kafkaStorageError.rawValue)
        #expect(try client.fetch("t", offset: 0).highWatermark == acknowledged)
        #expect(try await broker.stop() == 0)
        (broker, client) = try await start(directory, openFiles: 64)
        #expect(try client.fetch("t", offset: acknowledged - 1).highWatermark == acknowledged)
        #expect(try await broker.stop() == 0)
        (broker, client) = try await start(directory, openFiles: nil)
        #expect(try client.produce("t", batch) == (0, acknowledged))
    }

    @Test func tooFewOpenFilesForWhatThereIsIsToldWithWhatToDo() async throws {
        let directory = try TemporaryDirectory()
        let (broker, client) = try await start(directory, openFiles: nil)
        #expect(try client.createTopic("t", partitions: 100) == 0)
        #expect(try await broker.stop() == 0)
        let again = try await BrokerProcess(directory: directory, openFiles: 64)
        try await waitFor("the broker to end") { !again.process.isRunning }
        #expect(again.process.terminationStatus == 1)
        #expect(again.log.contains("the process may have 64 files open: raise the limit (ulimit -n"))
    }
}
