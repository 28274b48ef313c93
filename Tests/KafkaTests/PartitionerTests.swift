import CLibrdkafka
import Kafka
import Testing

@Suite struct PartitionerTests {
    /// From the Java client's UtilsTest.
    @Test(arguments: [
        ("21", UInt32(bitPattern: -973_932_308)), ("foobar", UInt32(bitPattern: -790_332_482)),
        ("a-little-bit-long-string", UInt32(bitPattern: -985_981_536)),
        ("a-little-bit-longer-string", UInt32(bitPattern: -1_486_304_829)),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", UInt32(bitPattern: -58_897_971)),
        ("abc", 479_470_107),
    ])
    func murmurAgreesWithJava(_ text: String, _ expected: UInt32) {
        #expect(Array(text.utf8).withUnsafeBytes { Murmur2.hash($0) } == expected)
    }

    @Test func crcAgreesWithItsCheckValue() {
        #expect(Array("123456789".utf8).withUnsafeBytes { CRC32.hash($0) } == 0xcbf4_3926)
    }

    @Test func bothAgreeWithLibrdkafkaOnRandomKeys() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...40, using: &generator)
            let key = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let count = Int32.random(in: 1...64, using: &generator)
            key.withUnsafeBytes { bytes in
                let start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
                #expect(
                    KafkaPartitioner.murmur2.partition(forKey: bytes, count: count)
                        == rd_kafka_msg_partitioner_murmur2(nil, start, length, count, nil, nil))
                #expect(
                    KafkaPartitioner.crc32.partition(forKey: bytes, count: count)
                        == rd_kafka_msg_partitioner_consistent(nil, start, length, count, nil, nil))
            }
        }
    }

    @Test func keysThatMayLieAnywhere() {
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(KafkaPartitioner.murmur2.isFree(nil) && KafkaPartitioner.crc32.isFree(nil))
        #expect(!KafkaPartitioner.murmur2.isFree(empty) && KafkaPartitioner.crc32.isFree(empty))
    }
}
