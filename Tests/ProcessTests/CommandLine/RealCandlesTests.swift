import CommandLineTool
import Domain
import Foundation
import FoundationNetworking
import Testing

extension ProcessTests {
    @Suite("Real minute bars", .serialized)
    struct RealCandlesTests {
        private static let names = ["ASIANPAINT", "AXISBANK", "HINDALCO", "INFY", "MARUTI"]
        private static let days = 18
        private static let halfHoursPerDay = 13

        @Test(
            "imported, their half hours read from the API equal the provider's",
            .enabled(if: SharedFiles.isPresent("nse-30minute-2016"), "needs ../shared/data"))
        func halfHours() async throws {
            let folder = try TemporaryFolder()
            let up = try UpProcess(folder.path)
            let run = try up.waitUntilReady()
            let files = Self.names.map { SharedFiles.path("nse-minute-2016/\($0).csv") }
            let imported = try CommandLineRun(["import", "nse-history"] + files + ["--data-dir", folder.path])
            try #require(imported.status == .done, "\(imported.errors)")
            try eventually("the market view to catch up") {
                try Self.lag(of: "market", in: folder.path) == 0
            }
            let issued = try CommandLineRun(["token", "--user", "u", "--data-dir", folder.path]).output
            let reader = CandleReader(api: run.api, token: issued.split(separator: "\n").last.map(String.init) ?? "")
            for name in Self.names {
                let candles = try await reader.halfHours(of: "NSE:\(name)")
                #expect(candles.count == Self.days * Self.halfHoursPerDay, "\(name)")
                try compare(name, candles)
            }
            up.process.send(signal: SIGTERM)
            #expect(up.process.wait(timeoutMilliseconds: 60_000) == .exited(0))
        }

        private struct Report: Decodable {
            struct View: Decodable {
                let view: String
                let lag: Int
            }
            let views: [View]
        }

        private static func lag(of view: String, in folder: String) throws -> Int? {
            let status = try CommandLineRun(["status", "--json", "--data-dir", folder]).output
            let report = try JSONDecoder().decode(Report.self, from: Data(status.utf8))
            return report.views.first { $0.view == view }?.lag
        }

        private func compare(_ name: String, _ candles: [Timestamp: CandleReader.Candle]) throws {
            var compared = 0
            for bar in try SharedFiles.rows("nse-30minute-2016/\(name).csv") {
                let start = try Timestamp(parsing: bar[1].replacing(" ", with: "T") + "+05:30")
                guard let candle = candles[start] else { continue }
                compared += 1
                #expect(try Price(parsing: candle.high) == Price(parsing: bar[3]), "\(name) \(start)")
                #expect(try Price(parsing: candle.low) == Price(parsing: bar[4]), "\(name) \(start)")
                #expect(try Price(parsing: candle.close) == Price(parsing: bar[5]), "\(name) \(start)")
                #expect(try Amount(parsing: candle.volume) == Amount(parsing: bar[6]), "\(name) \(start)")
            }
            #expect(compared == candles.count, "\(name)")
        }
    }
}

/// Reads candles page by page, as any client would.
private struct CandleReader {
    struct Candle: Decodable {
        let time: String
        let high: String
        let low: String
        let close: String
        let volume: String
    }

    private struct Page: Decodable {
        let items: [Candle]
        let nextCursor: String?
    }

    let api: String
    let token: String

    /// By start.
    func halfHours(of symbol: String) async throws -> [Timestamp: Candle] {
        var candles: [Timestamp: Candle] = [:]
        var cursor: String?
        repeat {
            let page = try await page(of: symbol, from: cursor)
            for candle in page.items { candles[try Timestamp(parsing: candle.time)] = candle }
            cursor = page.nextCursor
        } while cursor != nil
        return candles
    }

    private func page(of symbol: String, from cursor: String?) async throws -> Page {
        var address = try #require(URLComponents(string: "\(api)/v1/candles/\(symbol)"))
        address.queryItems = [URLQueryItem(name: "interval", value: "30m"), URLQueryItem(name: "limit", value: "100")]
        if let cursor { address.queryItems?.append(URLQueryItem(name: "cursor", value: cursor)) }
        var request = URLRequest(url: try #require(address.url))
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        let (data, response) = try await URLSession.shared.data(for: request)
        try #require((response as? HTTPURLResponse)?.statusCode == 200, "\(String(decoding: data, as: UTF8.self))")
        return try JSONDecoder().decode(Page.self, from: data)
    }
}
