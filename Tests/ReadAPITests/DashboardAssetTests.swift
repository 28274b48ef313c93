import Foundation
import Testing

@testable import ReadAPI

/// The dashboard's files as they are served.
@Suite struct DashboardAssetTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/ReadAPI/Dashboard/Assets")

    @Test func theCompiledFilesAreThoseOfTheFolder() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(names) == Set(DashboardAssets.files.keys), "run scripts/embed-dashboard.sh")
        for name in names {
            let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
            // A literal's last line end is its delimiter's.
            #expect(
                text.trimmingCharacters(in: .newlines)
                    == DashboardAssets.files[name]?.trimmingCharacters(in: .newlines),
                "\(name): run scripts/embed-dashboard.sh")
        }
    }

    @Test func everythingComesFromHere() throws {
        for (name, text) in DashboardAssets.files where name != "icon.svg" {
            for address in text.split(separator: "\"").flatMap({ $0.split(separator: "'") })
            where address.hasPrefix("http://") || address.hasPrefix("https://") {
                // The namespace of SVG is a name, not an address.
                #expect(address == "http://www.w3.org/2000/svg", "\(name) asks for \(address)")
            }
        }
    }

    @Test func filesAreServedWithTheirTypeAndPolicy() throws {
        let api = try TestAPI(database: try FixtureDatabase.live().url)
        let page = try api.get("/", as: nil)
        #expect(page.status == 200)
        #expect(page.header("content-type") == "text/html; charset=utf-8")
        #expect(page.header("content-security-policy")?.contains("default-src 'none'") == true)
        #expect(page.header("x-content-type-options") == "nosniff")
        let script = try api.get("/assets/app.js", as: nil, headers: [("Accept", "*/*")])
        #expect(script.header("content-type") == "text/javascript; charset=utf-8")
        let tag = try #require(script.header("etag"))
        #expect(try api.get("/assets/app.js", as: nil, headers: [("If-None-Match", tag)]).status == 304)
        #expect(try api.get("/assets/app.css", as: nil, headers: [("Accept", "text/css,*/*;q=0.1")]).status == 200)
        for name in ["nothing.js", "..%2findex.html", "index.html", "%2e%2e"] {
            #expect(try api.get("/assets/\(name)", as: nil).status == 404, "\(name)")
        }
    }

    @Test func whereTheViewsStandIsForAdmins() throws {
        let api = try TestAPI(database: try EngineSchemaTests.madeByTheEngine())
        #expect(try api.get("/v1/admin/views").status == 403)
        let items = try api.get("/v1/admin/views", roles: ["admin"]).items()
        #expect(items.compactMap { $0["view"]?.string } == ViewName.allCases.map(\.rawValue).sorted())
        let positions = try #require(items.first { $0["view"]?.string == "positions" })
        #expect(positions["foldedRecords"]?.integer == 8_000)
        #expect(positions["lag"] == .null)
        #expect(positions["lanes"]?.elements?.count == 4)
        #expect(positions["lanes"]?.elements?.first?["owner"] == .null)
    }
}
