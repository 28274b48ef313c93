import Events
import Foundation

/// A setting that can't be used: what is wrong and what to do.
public struct DeliverySettingError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Templates by category and channel, read from a directory once:
///
///     trade_alert.email.txt    the first line `Subject: …`, an empty line, the body
///     trade_alert.email.html   for mail that shows HTML
///     default.email.txt        for categories without files of their own
public struct TemplateSet: Sendable {
    static let anyCategory = "default"

    private var templates: [String: Template] = [:]

    public init() {}

    public init(directory path: String) throws(DeliverySettingError) {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            throw DeliverySettingError("the template directory \(path) can't be read: check its name and permissions")
        }
        let texts = names.filter { $0.hasSuffix(".txt") }.sorted()
        guard texts.count <= DeliveryLimits.templates else {
            throw DeliverySettingError("\(path) holds \(texts.count) templates, more than \(DeliveryLimits.templates)")
        }
        for name in texts {
            let stem = String(name.dropLast(".txt".count))
            guard let channel = stem.split(separator: ".").last, NotificationChannel(rawValue: String(channel)) != nil
            else {
                throw DeliverySettingError(
                    "\(path)/\(name): no channel in its name; call it <category>.<channel>.txt, such as trade_alert.email.txt"
                )
            }
            let html = names.contains("\(stem).html") ? try Self.read("\(path)/\(stem).html") : nil
            templates[stem] = try Self.parse(try Self.read("\(path)/\(name)"), html: html, place: "\(path)/\(name)")
        }
    }

    func template(_ category: String, _ channel: NotificationChannel) -> Template {
        templates["\(category).\(channel.rawValue)"] ?? templates["\(Self.anyCategory).\(channel.rawValue)"]
            ?? .standard
    }

    static func parse(_ text: String, html: String?, place: String) throws(DeliverySettingError) -> Template {
        let mark = "Subject: "
        let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = lines.first, first.hasPrefix(mark), lines.count == 2 else {
            throw DeliverySettingError("\(place): its first line must be `Subject: …`, and the body follows")
        }
        return Template(title: String(first.dropFirst(mark.count)), body: String(lines[1]), html: html)
    }

    private static func read(_ path: String) throws(DeliverySettingError) -> String {
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else {
            throw DeliverySettingError("\(path) can't be read as UTF-8 text")
        }
        guard data.count <= DeliveryLimits.templateBytes else {
            throw DeliverySettingError("\(path) is longer than \(DeliveryLimits.templateBytes) bytes")
        }
        return text
    }
}
