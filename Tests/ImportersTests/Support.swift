import Foundation
import Importers
import Testing

/// The shared data folder, or nil where this machine has none.
enum SharedData {
    static let root: String? = {
        let given = ProcessInfo.processInfo.environment["TAPEFOLD_SHARED"]
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let shared = given ?? package.deletingLastPathComponent().appendingPathComponent("shared").path
        let data = shared + "/data"
        return FileManager.default.fileExists(atPath: data) ? data : nil
    }()

    static var isThere: Bool { root != nil }
    static let comment: Comment = "needs the shared data folder (../shared/data or TAPEFOLD_SHARED), which is absent"

    static func path(_ relative: String) -> String { (root ?? "") + "/" + relative }

    static func files(_ folder: String, suffix: String = ".csv") -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []
        return names.filter { $0.hasSuffix(suffix) }.sorted().map { path(folder) + "/" + $0 }
    }
}

/// What an import of one file came to.
struct Imported {
    var rows = 0
    var events: [OutgoingEvent] = []
    var problems: [RowProblem] = []
    var rowsOutsideSessions = 0

    init(_ importer: consuming some RowImporter & ~Copyable) throws {
        while let item = try importer.next() {
            rows += 1
            switch item {
            case .events(let new): events += new
            case .problem(let problem): problems.append(problem)
            }
        }
        rowsOutsideSessions = importer.rowsOutsideSessions
    }
}

/// A CloudEvent, loosely read: importers are judged by what they wrote, not by our own decoder.
struct LooseEvent {
    let attributes: [String: Any]
    let data: [String: Any]

    init(_ value: [UInt8]) throws {
        let object = try JSONSerialization.jsonObject(with: Data(value))
        attributes = try #require(object as? [String: Any])
        data = try #require(attributes["data"] as? [String: Any])
    }

    func attribute(_ name: String) -> String? { attributes[name] as? String }
    func field(_ name: String) -> String? { data[name] as? String }
}
