import Foundation
import Kafka

/// A record's headers as `record_headers` keeps them: `[name, base64 or null]` each, in order, for names may repeat.
enum HeaderList {
    static func json(_ headers: [KafkaHeader]) -> String {
        guard !headers.isEmpty else { return "[]" }
        let list = headers.map { [$0.name, $0.value.map { Data($0).base64EncodedString() }] }
        guard let data = try? JSONEncoder().encode(list) else { return "[]" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Nil when the text was not written by ``json(_:)``.
    static func headers(_ json: String) -> [KafkaHeader]? {
        guard json != "[]" else { return [] }
        guard let list = try? JSONDecoder().decode([[String?]].self, from: Data(json.utf8)) else { return nil }
        var headers: [KafkaHeader] = []
        for pair in list {
            guard pair.count == 2, let name = pair[0] else { return nil }
            guard let text = pair[1] else {
                headers.append(KafkaHeader(name: name, value: nil))
                continue
            }
            guard let bytes = Data(base64Encoded: text) else { return nil }
            headers.append(KafkaHeader(name: name, value: Array(bytes)))
        }
        return headers
    }
}
