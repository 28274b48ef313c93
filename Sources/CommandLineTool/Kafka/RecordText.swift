import Foundation
import Kafka

/// A record as `consume` prints it.
enum RecordText {
    /// `topic/partition@offset key value`.
    static func append(_ record: KafkaRecord, place: String, to output: inout [UInt8]) {
        output += place.utf8
        output.append(UInt8(ascii: " "))
        output += record.key.map(readable) ?? Array("-".utf8)
        output.append(UInt8(ascii: " "))
        output += record.value.map(readable) ?? Array("null".utf8)
        output.append(UInt8(ascii: "\n"))
    }

    /// One JSON object a line. A value that is JSON is put in as it is, so that numbers keep their digits; another is text.
    static func appendJSON(_ record: KafkaRecord, topic: String, to output: inout [UInt8]) {
        output += "{\"topic\":\(quoted(Array(topic.utf8))),\"partition\":\(record.partition)".utf8
        output += ",\"offset\":\(record.offset),\"timestamp\":".utf8
        output += (record.timestampMilliseconds.map { "\($0)" } ?? "null").utf8
        output += ",\"key\":\(record.key.map { quoted(Array($0)) } ?? "null"),\"headers\":{".utf8
        for (index, header) in record.headers.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output += "\(quoted(Array(header.name.utf8))):\(header.value.map(quoted) ?? "null")".utf8
        }
        output += "},\"value\":".utf8
        output += value(record.value)
        output += "}\n".utf8
    }

    private static func value(_ bytes: UnsafeRawBufferPointer?) -> [UInt8] {
        guard let bytes else { return Array("null".utf8) }
        let copy = Array(bytes)
        let isObject = copy.first == UInt8(ascii: "{") && !copy.contains(UInt8(ascii: "\n"))
        if isObject, (try? JSONSerialization.jsonObject(with: Data(copy))) != nil { return copy }
        return Array(quoted(copy).utf8)
    }

    /// Line breaks would break the one record a line.
    private static func readable(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        Array(String(decoding: bytes, as: UTF8.self).replacing("\n", with: "\\n").utf8)
    }

    private static func quoted(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        return (try? JSONText.line(text)) ?? "\"\""
    }
}
