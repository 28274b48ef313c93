import Foundation
import Testing

@testable import EmbeddedBroker

/// The broker as a process, spoken to in raw frames.
struct BrokerTests {
    private func start(_ arguments: [String] = []) async throws -> (BrokerProcess, WireClient) {
        let broker = try await BrokerProcess(directory: TemporaryDirectory(), arguments: arguments)
        let client = try WireClient(port: broker.port)
        client.broker = broker
        return (broker, client)
    }

    @Test func anUnknownVersionOfApiVersionsIsAnsweredInItsOldestForm() async throws {
        let (_, client) = try await start()
        try client.send(.apiVersions, 99) { _ in }
        let body = try client.receiveResponse().body
        try body.withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            #expect(try reader.int16("error") == ErrorCode.unsupportedVersion.rawValue)
            let ranges = try reader.array("apis") { (reader: inout WireReader) throws(WireError) -> [Int16] in
                [try reader.int16("key"), try reader.int16("min"), try reader.int16("max")]
            }
            #expect(ranges.contains([18, 0, 3]))
            #expect(reader.remaining == 0)
        }
    }

    @Test func producedIsFetchedByteForByte() async throws {
        let (broker, client) = try await start()
        #expect(try client.createTopic("t") == 0)
        let batch = BatchBuilder(values: ["one", "two"])
        #expect(try client.produce("t", batch) == (0, 0))
        #expect(try client.produce("t", batch, acks: 1) == (0, 2))
        let fetched = try client.fetch("t", offset: 0)
        #expect(fetched.error == 0)
        #expect(fetched.highWatermark == 4)
        let size = batch.bytes.count
        #expect(fetched.records.count == 2 * size)
        #expect(Array(fetched.records[21..<size]) == Array(batch.bytes[21...]))
        #expect(Array(fetched.records[(size + 21)...]) == Array(batch.bytes[21...]))
        #expect(try client.fetch("t", offset: 5).error == ErrorCode.offsetOutOfRange.rawValue)
        #expect(try client.fetch("absent", offset: 0).error == ErrorCode.unknownTopicOrPartition.rawValue)
        #expect(try await broker.stop() == 0)
    }

    @Test func withoutAcknowledgementNothingIsAnswered() async throws {
        let (_, client) = try await start()
        #expect(try client.createTopic("t") == 0)
        try client.send(.produce, 7, WireClient.produceBody("t", BatchBuilder().bytes, acks: 0))
        // The next answer is that of the next request.
        #expect(try client.produce("t", BatchBuilder()) == (0, 1))
    }

    @Test func corruptBatchesAreRefused() async throws {
        let (_, client) = try await start()
        #expect(try client.createTopic("t") == 0)
        var bytes = BatchBuilder(values: ["some text"]).bytes
        bytes[bytes.count - 4] ^= 0x20
        #expect(try client.produce("t", bytes).error == ErrorCode.corruptMessage.rawValue)
        #expect(try client.produce("t", BatchBuilder()) == (0, 0))
    }

    @Test func aLongPollIsAnsweredByTheNextRecord() async throws {
        let (_, client) = try await start()
        let other = try WireClient(port: try client.peerPort())
        #expect(try client.createTopic("t") == 0)
        try other.send(.fetch, 11, WireClient.fetchBody("t", offset: 0, wait: 15_000))
        let began = Date()
        #expect(try client.produce("t", BatchBuilder()) == (0, 0))
        #expect(try other.readFetched().highWatermark == 1)
        #expect(Date().timeIntervalSince(began) < 14, "it did not wait for its time to be up")
    }

    /// Else a consumer with a high minimum waits its whole time at the end of every segment.
    @Test func aLongPollForMoreThanASegmentHoldsIsAnsweredAtOnce() async throws {
        let (_, client) = try await start()
        #expect(try client.createTopic("t", configs: [("segment.bytes", "4096")]) == 0)
        let batch = BatchBuilder(values: [String(repeating: "x", count: 1_500)])
        for _ in 0..<4 { #expect(try client.produce("t", batch).error == 0) }
        let began = Date()
        #expect(try client.fetch("t", offset: 0, wait: 15_000, minBytes: 100_000).records.count > 2_000)
        #expect(try client.fetch("t", offset: 2, wait: 15_000, minBytes: 2_000, maxBytes: 1_000).records.count > 0)
        #expect(Date().timeIntervalSince(began) < 14, "it did not wait for its time to be up")
    }

    @Test func aLongPollDoesNotHoldUpWhatComesBehindIt() async throws {
        let (_, client) = try await start()
        #expect(try client.createTopic("t") == 0)
        let began = Date()
        try client.send(.fetch, 11, WireClient.fetchBody("t", offset: 0, wait: 15_000))
        try client.send(.produce, 7, WireClient.produceBody("t", BatchBuilder().bytes, acks: -1))
        _ = try client.readFetched()
        #expect(try client.readProduced() == (0, 0))
        #expect(Date().timeIntervalSince(began) < 14)
    }

    @Test(arguments: [SIGTERM, SIGKILL])
    func idempotenceHoldsAcrossARestart(signal: Int32) async throws {
        var (broker, client) = try await start()
        let directory = broker.directory
        #expect(try client.createTopic("t", configs: [("segment.bytes", "4096")]) == 0)
        func batch(_ sequence: Int32, epoch: Int16 = 0) -> BatchBuilder {
            BatchBuilder(
                values: [String(repeating: "x", count: 600)], producerId: 77, producerEpoch: epoch,
                baseSequence: sequence)
        }
        for sequence in 0..<20 { #expect(try client.produce("t", batch(Int32(sequence))) == (0, Int64(sequence))) }
        #expect(try await broker.stop(signal) == (signal == SIGTERM ? 0 : SIGKILL))
        broker = try await BrokerProcess(directory: directory)
        client = try WireClient(port: broker.port)
        for sequence in 15..<20 { #expect(try client.produce("t", batch(Int32(sequence))) == (0, Int64(sequence))) }
        #expect(try client.produce("t", batch(3)).error == ErrorCode.duplicateSequenceNumber.rawValue)
        #expect(try client.produce("t", batch(21)).error == ErrorCode.outOfOrderSequenceNumber.rawValue)
        #expect(try client.produce("t", batch(20)) == (0, 20))
        #expect(try client.produce("t", batch(0, epoch: 1)) == (0, 21))
        #expect(try client.produce("t", batch(21)).error == ErrorCode.invalidProducerEpoch.rawValue)
    }

    @Test func producerIdsAreNeverHandedOutTwice() async throws {
        var (broker, client) = try await start()
        let directory = broker.directory
        func allocate() throws -> Int64 {
            try client.call(.initProducerId, 0) { writer in
                writer.string(nil)
                writer.int32(1_000)
            } _: { reader in
                _ = try reader.int32("throttle")
                _ = try reader.int16("error")
                return try reader.int64("id")
            }
        }
        var seen = [try allocate(), try allocate()]
        try await broker.stop(SIGKILL)
        broker = try await BrokerProcess(directory: directory)
        client = try WireClient(port: broker.port)
        seen.append(try allocate())
        #expect(Set(seen).count == 3)
    }

    @Test func anAnsweredCommitSurvivesAKillAndStaleGenerationsAreRefused() async throws {
        var (broker, client) = try await start()
        let directory = broker.directory
        #expect(try client.createTopic("t") == 0)
        func commit(_ offset: Int64, generation: Int32 = -1, member: String = "") throws -> Int16 {
            try client.call(.offsetCommit, 5) { writer in
                writer.string("g")
                writer.int32(generation)
                writer.string(member)
                writer.array(["t"]) { writer, topic in
                    writer.string(topic)
                    writer.array([Int32(0)]) { writer, partition in
                        writer.int32(partition)
                        writer.int64(offset)
                        writer.string("note")
                    }
                }
            } _: { reader in
                _ = try reader.int32("throttle")
                return try reader.array("topics") { (reader: inout WireReader) throws(WireError) -> Int16 in
                    _ = try reader.string("topic")
                    return try reader.array("partitions") { (reader: inout WireReader) throws(WireError) -> Int16 in
                        _ = try reader.int32("index")
                        return try reader.int16("error")
                    }[0]
                }[0]
            }
        }
        func committed() throws -> Int64 {
            try client.call(.offsetFetch, 3) { writer in
                writer.string("g")
                writer.nullArray()
            } _: { reader in
                _ = try reader.int32("throttle")
                return try reader.array("topics") { (reader: inout WireReader) throws(WireError) -> Int64 in
                    _ = try reader.string("topic")
                    return try reader.array("partitions") { (reader: inout WireReader) throws(WireError) -> Int64 in
                        _ = try reader.int32("index")
                        let offset = try reader.int64("offset")
                        _ = try reader.nullableString("metadata")
                        _ = try reader.int16("error")
                        return offset
                    }[0]
                }.first ?? -1
            }
        }
        #expect(try commit(5) == 0)
        #expect(try commit(9) == 0)
        #expect(try commit(11, generation: 4, member: "zombie") == ErrorCode.illegalGeneration.rawValue)
        try await broker.stop(SIGKILL)
        broker = try await BrokerProcess(directory: directory)
        client = try WireClient(port: broker.port)
        #expect(try committed() == 9)
    }

    // MARK: Start and stop

    @Test func aSecondBrokerOnTheSameDataIsRefused() async throws {
        let (broker, _) = try await start()
        let second = try await BrokerProcess(directory: broker.directory)
        try await waitFor("the second broker to end") { !second.process.isRunning }
        #expect(second.process.terminationStatus == 1)
        #expect(second.log.contains("is in use by another broker (process \(broker.process.processIdentifier))"))
        #expect(broker.process.isRunning)
    }

    @Test func aTakenPortIsNamedWithWhatToDo() async throws {
        let (broker, _) = try await start()
        let second = try await BrokerProcess(directory: TemporaryDirectory(), port: broker.port)
        try await waitFor("the second broker to end") { !second.process.isRunning }
        #expect(second.process.terminationStatus == 1)
        #expect(second.log.contains("port \(broker.port) on 127.0.0.1 is taken"))
        #expect(second.log.contains("--port"))
    }

    @Test func damageInTheMiddleStopsTheStart() async throws {
        let (broker, client) = try await start()
        #expect(try client.createTopic("t") == 0)
        for _ in 0..<3 { #expect(try client.produce("t", BatchBuilder()).error == 0) }
        #expect(try await broker.stop() == 0)
        let file = broker.directory.path + "/data/topics/t/0/00000000000000000000.log"
        var bytes = try FileSystem.readAll(file)
        bytes[BatchBuilder().bytes.count + 65] ^= 0xFF
        try FileSystem.replace(file, with: bytes, durable: false)
        let again = try await BrokerProcess(directory: broker.directory)
        try await waitFor("the broker to end") { !again.process.isRunning }
        #expect(again.process.terminationStatus == 1)
        #expect(again.log.contains("\(file): damaged at position \(BatchBuilder().bytes.count)"))
    }

    @Test func aTornTailIsToldAndTheBrokerGoesOn() async throws {
        let (broker, client) = try await start()
        #expect(try client.createTopic("t") == 0)
        for _ in 0..<2 { #expect(try client.produce("t", BatchBuilder()).error == 0) }
        try await broker.stop(SIGKILL)
        let file = broker.directory.path + "/data/topics/t/0/00000000000000000000.log"
        let bytes = try FileSystem.readAll(file)
        try FileSystem.replace(file, with: bytes.dropLast(9), durable: false)
        let again = try await BrokerProcess(directory: broker.directory)
        let torn = BatchBuilder().bytes.count - 9
        #expect(again.log.contains("cut a torn tail of \(torn) bytes"))
        #expect(try WireClient(port: again.port).produce("t", BatchBuilder()) == (0, 1))
    }

    @Test func aMissingLastSegmentIsTold() async throws {
        let (broker, client) = try await start()
        #expect(try client.createTopic("t", configs: [("segment.bytes", "4096")]) == 0)
        let batch = BatchBuilder(values: [String(repeating: "x", count: 3_500)])
        for _ in 0..<3 { #expect(try client.produce("t", batch).error == 0) }
        #expect(try await broker.stop() == 0)
        let file = Segment.path(broker.directory.path + "/data/topics/t/0", 2, "log")
        try FileSystem.remove(file)
        let again = try await BrokerProcess(directory: broker.directory)
        #expect(again.log.contains("\(file) is missing: records that were acknowledged are lost"))
        #expect(try WireClient(port: again.port).produce("t", batch) == (0, 2))
        try await again.stop()
        #expect(try await !BrokerProcess(directory: broker.directory).log.contains("is missing"))
    }

    /// Sealed segments are trusted at start: what is wrong in them shows when it is read.
    @Test func damageInASealedSegmentIsAnErrorWhenItIsRead() async throws {
        let (broker, client) = try await start()
        #expect(try client.createTopic("t", configs: [("segment.bytes", "4096")]) == 0)
        let batch = BatchBuilder(values: [String(repeating: "x", count: 1_000)])
        for _ in 0..<10 { #expect(try client.produce("t", batch).error == 0) }
        #expect(try await broker.stop() == 0)
        let file = Segment.path(broker.directory.path + "/data/topics/t/0", 0, "log")
        var bytes = try FileSystem.readAll(file)
        bytes.replaceSubrange((batch.bytes.count + 8)..<(batch.bytes.count + 12), with: [0x7F, 0, 0, 0])
        try FileSystem.replace(file, with: bytes, durable: false)
        let again = try await BrokerProcess(directory: broker.directory)
        let reader = try WireClient(port: again.port)
        for offset: Int64 in [1, 2] {
            #expect(try reader.fetch("t", offset: offset).error == ErrorCode.kafkaStorageError.rawValue)
        }
        #expect(again.log.contains("\(file): damaged at position \(batch.bytes.count)"))
        #expect(try reader.fetch("t", offset: 5).error == 0)
    }

    @Test func theCommandLineIsReadAndRefused() {
        func read(_ arguments: String...) -> CommandLineReader.Result {
            CommandLineReader.read(arguments) { ["TAPEFOLD_DATA_DIR": "/env"][$0] }
        }
        var expected = BrokerOptions()
        expected.dataDirectory = "/env"
        #expect(read() == .run(expected))
        expected.dataDirectory = "/d"
        expected.port = 0
        expected.autoCreateTopics = true
        expected.defaultPartitions = 4
        expected.log.level = .debug
        #expect(
            read(
                "--data-dir", "/d", "--port=0", "--auto-create-topics", "--default-partitions", "4", "--log-level",
                "debug")
                == .run(expected))
        #expect(read("--help") == .help)
        for wrong in [
            ["--port", "70000"], ["--port"], ["--advertised-port", "0"], ["--colour", "red"], ["--log-level", "loud"],
            ["x"],
        ] {
            guard case .wrong = CommandLineReader.read(wrong, environment: { _ in nil }) else {
                Issue.record("\(wrong) was taken")
                continue
            }
        }
    }

    @Test func clientsAreToldTheAdvertisedAddress() async throws {
        let (_, client) = try await start(["--advertised-host", "proxy.example", "--advertised-port", "19092"])
        let told = try client.call(.metadata, 4) { writer in
            writer.array([String]()) { $0.string($1) }
            writer.bool(false)
        } _: { reader in
            _ = try reader.int32("throttle")
            return try reader.array("brokers") { (reader: inout WireReader) throws(WireError) -> String in
                _ = try reader.int32("id")
                let host = try reader.string("host")
                let port = try reader.int32("port")
                _ = try reader.nullableString("rack")
                return "\(host):\(port)"
            }
        }
        #expect(told == ["proxy.example:19092"])
    }

    @Test func retentionRunsByItself() async throws {
        let (_, client) = try await start()
        #expect(try client.createTopic("t", configs: [("segment.bytes", "4096"), ("retention.bytes", "5000")]) == 0)
        let batch = BatchBuilder(values: [String(repeating: "x", count: 1_000)])
        for _ in 0..<30 { #expect(try client.produce("t", batch).error == 0) }
        try await waitFor("the head of the log to go") {
            try client.fetch("t", offset: 0).error == ErrorCode.offsetOutOfRange.rawValue
        }
    }

    @Test func topicsAreMadeOnDemandOnlyWhenAsked() async throws {
        func ask(_ client: WireClient) throws -> Int16 {
            try client.call(.metadata, 4) { writer in
                writer.array(["wanted"]) { $0.string($1) }
                writer.bool(true)
            } _: { reader in
                _ = try reader.int32("throttle")
                _ = try reader.array("brokers") { (reader: inout WireReader) throws(WireError) -> Int32 in
                    let id = try reader.int32("id")
                    _ = try reader.string("host")
                    _ = try reader.int32("port")
                    _ = try reader.nullableString("rack")
                    return id
                }
                _ = try reader.nullableString("cluster")
                _ = try reader.int32("controller")
                _ = try reader.int32("topics")
                return try reader.int16("error")
            }
        }
        let (strict, client) = try await start()
        #expect(try ask(client) == ErrorCode.unknownTopicOrPartition.rawValue)
        try await strict.stop()
        let (_, other) = try await start(["--auto-create-topics", "--default-partitions", "3"])
        #expect(try ask(other) == 0)
        #expect(try other.produce("wanted", BatchBuilder()).error == 0)
    }
}
