import Domain
import Foundation

/// A message as mail: RFC 5322 with a plain part and, where there is one, an HTML part, all in base64.
enum MailText {
    private static let lineEnd = "\r\n"
    private static let base64LineCharacters = 76

    /// - Parameter domain: of the Message-ID, which names the notification and not the attempt.
    static func bytes(_ message: OutgoingMessage, from: String, domain: String) -> [UInt8] {
        let boundary = "=_\(message.idempotencyKey.prefix(32))"
        var lines = [
            "From: \(from)", "To: \(message.recipient)", "Subject: \(encodedWords(message.text.title))",
            "Date: \(date(message.sentAt))", "Message-ID: <\(message.idempotencyKey)@\(domain)>", "MIME-Version: 1.0",
            "Auto-Submitted: auto-generated", "X-Tapefold-Category: \(encodedWords(message.category))",
            "Content-Type: multipart/alternative; boundary=\"\(boundary)\"", "",
        ]
        let parts = [("text/plain", message.text.body)] + (message.text.html.map { [("text/html", $0)] } ?? [])
        for (type, text) in parts {
            lines += [
                "--\(boundary)", "Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: base64", "",
                folded(Data(text.utf8).base64EncodedString()),
            ]
        }
        lines += ["--\(boundary)--", ""]
        return Array(lines.joined(separator: lineEnd).utf8)
    }

    /// RFC 2047: plain where it can be, else words of at most 45 bytes that break between characters.
    static func encodedWords(_ text: String) -> String {
        let isPlain = text.utf8.count <= base64LineCharacters && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        guard !isPlain || text.contains("=?") else { return text }
        var words: [String] = []
        var word = ""
        for character in text {
            if word.utf8.count + character.utf8.count > 45 {
                words.append(word)
                word = ""
            }
            word.append(character)
        }
        if !word.isEmpty { words.append(word) }
        return words.map { "=?UTF-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\(lineEnd) ")
    }

    private static func folded(_ base64: String) -> String {
        var lines: [Substring] = []
        var rest = base64[...]
        while !rest.isEmpty {
            lines.append(rest.prefix(base64LineCharacters))
            rest = rest.dropFirst(base64LineCharacters)
        }
        return lines.joined(separator: lineEnd)
    }

    /// RFC 5322's, in UTC.
    static func date(_ time: Timestamp) -> String {
        let day = time.date()
        let (year, month, dayOfMonth) = day.components
        let seconds = (time.microseconds - Timestamp(day).microseconds) / Timestamp.microsecondsPerSecond
        // 1970-01-01 was a Thursday.
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][((Int(day.dayNumber) % 7) + 7) % 7]
        let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(weekday), \(dayOfMonth) \(name) \(year) \(clock.joined(separator: ":")) +0000"
    }
}
