import Engine
import Foundation
import Postgres
import Projections
import Supervision
import Testing

/// docs/views.md names every column that people can query, and none that is not there can hide behind one that is.
@Suite struct DocumentedColumnsTests {
    private static let document = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/views.md")

    /// By relation, what the page says from its name to the next relation or heading.
    private func sections() throws -> [String: String] {
        var sections: [String: String] = [:]
        var current: String?
        for line in try String(contentsOf: Self.document, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix("#") { current = nil }
            if let match = line.firstMatch(of: /^\*\*`api\.(\w+)`\*\*/) { current = String(match.1) }
            if let current { sections[current, default: ""] += line + "\n" }
        }
        return sections
    }

    @Test func everyColumnOfEveryRelationIsDocumented() throws {
        let connection = try PostgresConnection.connect(
            try PostgresConfiguration(url: TemporaryPostgres.shared().freshDatabase()))
        try Migrations.run(on: connection)
        for name in ViewRegistry.standard.names {
            _ = try BuildCatalog(connection).ensureLiveBuild(
                of: ViewRegistry.standard.fold(named: name).schema, lanes: 1,
                start: [LaneOffsets(lane: 0, next: [:])])
        }
        let columns = try connection.query(
            """
            SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'api' AND table_name <> 'carried_history' ORDER BY 1, 2
            """)
        let sections = try sections()
        var relations: Set<String> = []
        for row in 0..<columns.rowCount {
            let (relation, column) = (try columns.text(row, 0), try columns.text(row, 1))
            relations.insert(relation)
            var text = try #require(sections[relation], "docs/views.md does not tell of api.\(relation)")
            // "As api.x, and …": what it says of that relation holds here too.
            if let other = text.firstMatch(of: /as `api\.(\w+)`/) { text += sections[String(other.1)] ?? "" }
            let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }
            #expect(words.contains { $0 == column }, "docs/views.md: what is api.\(relation).\(column)?")
        }
        #expect(relations.count > 20)
        #expect(Set(sections.keys) == relations, "docs/views.md tells of relations that are not there")
    }
}
