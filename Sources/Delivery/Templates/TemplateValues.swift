import Events
import Foundation

/// What templates may name: the notification's fields, and its data's texts, numbers and flags.
enum TemplateValues {
    /// Numbers as decimals, read from their text.
    private enum Value: Decodable {
        case text(String)
        case number(Decimal)
        case flag(Bool)
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? container.decode(Decimal.self) {
                self = .number(number)
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .other
            }
        }

        var text: String? {
            switch self {
            case .text(let text): text
            case .number(let number): number.description
            case .flag(let flag): flag ? "true" : "false"
            case .other: nil
            }
        }
    }

    static func of(_ notification: NotificationSend) -> [String: String] {
        var values: [String: String] = [:]
        if let data = notification.data,
            let read = try? JSONDecoder().decode([String: Value].self, from: Data(data.utf8))
        {
            values = read.compactMapValues(\.text)
        }
        // The notification's own fields come first: data can't stand in for them.
        values["title"] = notification.title
        values["body"] = notification.body
        values["category"] = notification.category
        values["userId"] = notification.userId
        values["notificationId"] = notification.notificationId
        values["actionUrl"] = notification.actionUrl
        return values
    }
}
