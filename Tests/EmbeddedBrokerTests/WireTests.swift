import Testing

@testable import EmbeddedBroker

struct WireTests {
    @Test(arguments: [false, true])
    func primitivesComeBackAsWritten(flexible: Bool) throws {
        var writer = WireWriter(flexible: flexible)
        writer.int8(-8)
        writer.int16(.min)
        writer.int32(.max)
        writer.int64(-1)
        writer.bool(true)
        writer.string("Ünïcode")
        writer.string(nil)
        writer.string("")
        writer.byteArray([1, 2, 3])
        writer.array([1, 2, 3]) { $0.int32($1) }
        writer.nullArray()
        writer.tags()
        try writer.bytes.withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            reader.flexible = flexible
            #expect(try reader.int8("a") == -8)
            #expect(try reader.int16("a") == .min)
            #expect(try reader.int32("a") == .max)
            #expect(try reader.int64("a") == -1)
            #expect(try reader.bool("a"))
            #expect(try reader.string("a") == "Ünïcode")
            #expect(try reader.nullableString("a") == nil)
            #expect(try reader.string("a").isEmpty)
            #expect(try reader.byteArray("a") == [1, 2, 3])
            let read = { (reader: inout WireReader) throws(WireError) -> Int32 in try reader.int32("e") }
            #expect(try reader.array("a", read) == [1, 2, 3])
            #expect(try reader.nullableArray("a", read) == nil)
            try reader.tags()
            #expect(reader.remaining == 0)
        }
    }

    @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, UInt32.max])
    func unsignedVarints(value: UInt32) throws {
        var writer = WireWriter()
        writer.unsignedVarint(value)
        let read = try writer.bytes.withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            return try reader.unsignedVarint("v")
        }
        #expect(read == value)
    }

    @Test(arguments: [0, -1, 1, 63, -64, 64, Int64.max, Int64.min])
    func varlongs(value: Int64) throws {
        let read = try BatchBuilder.varlong(value).withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            return try reader.varlong("v")
        }
        #expect(read == value)
    }

    @Test func overlongVarintsAreRefused() {
        [UInt8](repeating: 0xFF, count: 12).withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            #expect(throws: WireError.self) { try reader.unsignedVarint("v") }
            reader = WireReader(buffer)
            #expect(throws: WireError.self) { try reader.varlong("v") }
        }
    }

    @Test func aLengthIsNotBelievedBeyondTheFrame() {
        var writer = WireWriter()
        writer.int32(.max)
        writer.bytes.withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            #expect(throws: WireError.truncated(field: "b")) { try reader.byteArray("b") }
        }
    }

    /// Every request of every version, cut at every byte and with random bytes: an error or a value, never a trap.
    @Test func decodersSurviveAnything() {
        var random = SystemRandomNumberGenerator()
        for api in ApiKey.allCases {
            for version in api.versions {
                for _ in 0..<150 {
                    let count = Int.random(in: 0...200, using: &random)
                    // Small values make plausible lengths, which get further in.
                    var bytes = (0..<count).map { _ in
                        Bool.random(using: &random) ? 0 : UInt8.random(in: 0...255, using: &random)
                    }
                    if count > 4 { bytes[Int.random(in: 0..<count, using: &random)] = 2 }
                    Self.decode(api, version, bytes)
                }
            }
        }
    }

    private static func decode(_ api: ApiKey, _ version: Int16, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            reader.flexible = version >= api.firstFlexibleVersion
            do {
                switch api {
                case .produce: _ = try ProduceRequest.decode(&reader, version: version)
                case .fetch: _ = try FetchRequest.decode(&reader, version: version)
                case .listOffsets: _ = try ListOffsetsRequest.decode(&reader, version: version)
                case .metadata: _ = try MetadataRequest.decode(&reader, version: version)
                case .offsetCommit: _ = try OffsetCommitRequest.decode(&reader, version: version)
                case .offsetFetch: _ = try OffsetFetchRequest.decode(&reader, version: version)
                case .findCoordinator: _ = try FindCoordinatorRequest.decode(&reader, version: version)
                case .joinGroup: _ = try JoinGroupRequest.decode(&reader, version: version)
                case .heartbeat: _ = try HeartbeatRequest.decode(&reader, version: version)
                case .leaveGroup: _ = try LeaveGroupRequest.decode(&reader, version: version)
                case .syncGroup: _ = try SyncGroupRequest.decode(&reader, version: version)
                case .createTopics: _ = try CreateTopicsRequest.decode(&reader, version: version)
                case .createPartitions: _ = try CreatePartitionsRequest.decode(&reader, version: version)
                case .initProducerId: _ = try InitProducerIdRequest.decode(&reader, version: version)
                case .offsetForLeaderEpoch: _ = try OffsetForLeaderEpochRequest.decode(&reader, version: version)
                case .describeConfigs: _ = try DescribeConfigsRequest.decode(&reader, version: version)
                case .describeGroups, .listGroups, .deleteGroups, .deleteTopics, .apiVersions, .describeCluster:
                    _ = try NameList.decode(&reader, "names")
                }
            } catch {
                // An error is an answer.
            }
        }
    }

    @Test func requestsComeBackAsWritten() throws {
        let frame = WireClient.frame(ApiKey.joinGroup.rawValue, 6, correlation: 7) { writer in
            writer.string("group")
            writer.int32(6_000)
            writer.int32(60_000)
            writer.string("member")
            writer.string("instance")
            writer.string("consumer")
            writer.array(["range"]) { writer, name in
                writer.string(name)
                writer.byteArray([1, 2])
                writer.tags()
            }
            writer.tags()
        }
        try frame.withUnsafeBytes { buffer in
            var reader = WireReader(buffer, from: 4)
            let header = try RequestHeader.decode(&reader)
            #expect(header == RequestHeader(key: 11, version: 6, correlationId: 7, clientId: "test"))
            let request = try JoinGroupRequest.decode(&reader, version: 6)
            #expect(reader.remaining == 0)
            #expect(
                request
                    == JoinGroupRequest(
                        group: "group", sessionTimeoutMilliseconds: 6_000, rebalanceTimeoutMilliseconds: 60_000,
                        memberId: "member", instanceId: "instance", protocolType: "consumer",
                        protocols: [JoinGroupRequest.GroupProtocol(name: "range", metadata: [1, 2])]))
        }
    }

    // MARK: Batches

    @Test func checksumIsTheKnownOne() {
        #expect(CRC32C.of(Array("123456789".utf8)) == 0xE306_9283)
    }

    @Test func aBatchHeadIsRead() throws {
        let builder = BatchBuilder(
            values: ["a", "b", "c"], producerId: 9, producerEpoch: 2, baseSequence: Int32.max - 1, baseTimestamp: 500)
        try builder.bytes.withUnsafeBytes { bytes in
            let header = try #require(RecordBatchHeader(bytes))
            #expect(header.totalBytes == bytes.count)
            #expect(header.isPlausible)
            #expect(header.checksumMatches(bytes))
            #expect(header.lastOffset == 2)
            #expect(header.maxTimestamp == 502)
            #expect(header.lastSequence == 0)
            #expect(header.firstRecord(in: bytes, atOrAfter: 501)?.offset == 1)
            #expect(header.firstRecord(in: bytes, atOrAfter: 503) == nil)
        }
    }

    @Test func anyFlippedBitUnderTheChecksumIsSeen() throws {
        let whole = BatchBuilder(values: ["abc"]).bytes
        for position in RecordBatchHeader.checksummedFrom..<whole.count {
            var bytes = whole
            bytes[position] ^= 0x10
            try bytes.withUnsafeBytes { buffer in
                let header = try #require(RecordBatchHeader(buffer))
                #expect(!header.checksumMatches(buffer))
            }
        }
    }
}
