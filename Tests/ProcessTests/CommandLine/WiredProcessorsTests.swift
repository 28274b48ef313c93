import Engine
import Events
import Foundation
import Testing

@testable import CommandLineTool

/// What `up` starts, by the topology in force.
@Suite struct WiredProcessorsTests {
    private func topology(without names: Set<String>) throws -> Topology {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../topology/topology.json")
        var json = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        for list in ["views", "reactors"] {
            let all = try #require(json[list] as? [[String: Any]])
            json[list] = all.filter { !names.contains($0["name"] as? String ?? "") }
        }
        return try Topology.parse(try JSONSerialization.data(withJSONObject: json), place: "the test")
    }

    @Test func allOfThem() throws {
        let wired = try WiredProcessors(Processor.standard, in: topology(without: []))
        #expect(wired.processors.map(\.name) == Processor.standard.map(\.name) && wired.leftOut.isEmpty)
    }

    @Test func oneWithoutWorkIsNamed() throws {
        let wired = try WiredProcessors(Processor.standard, in: topology(without: ["cart", "rules"]))
        #expect(wired.leftOut == ["cart-processor"])
        #expect(wired.processors.count == Processor.standard.count - 1)
    }

    @Test func aPartOfItsViewsIsRefused() throws {
        let topology = try topology(without: ["instruments"])
        let failure = #expect(throws: CommandFailure.self) {
            _ = try WiredProcessors(Processor.standard, in: topology)
        }
        #expect(
            failure?.message.contains("instruments") == true && failure?.message.contains("market-processor") == true)
        #expect(failure?.remedy == "Add it as topology/topology.json has it.")
    }
}
