import Foundation
import Glibc
import HTTPServing
import Testing

@testable import Telemetry

@Suite struct MetricsEndpointTests {
    private func answer(_ path: String, method: String = "GET", unreadiness: String? = nil) -> HTTPResponse {
        let source = MetricsEndpoint.Source(
            metrics: { $0.single("tapefold_test", .gauge, "One.", 1) }, unreadiness: { unreadiness })
        return MetricsEndpoint.answer(
            HTTPRequest(method: method, target: path, headers: [], identifier: "1"), source)
    }

    @Test func probesAnswer() {
        #expect(answer("/livez").status == 200)
        #expect(answer("/livez", unreadiness: "no lanes yet").status == 200)
        #expect(answer("/readyz").status == 200)
        let waiting = answer("/readyz", unreadiness: "no lanes yet")
        #expect(waiting.status == 503)
        #expect(String(decoding: waiting.body, as: UTF8.self) == "no lanes yet\n")
        #expect(answer("/elsewhere").status == 404)
        #expect(answer("/metrics", method: "POST").status == 405)
        #expect(answer("/metrics?x=1").header("Content-Type") == MetricsText.contentType)
    }

    @Test func itServesOnAFreePortAndWritesItDown() throws {
        let path = FileManager.default.temporaryDirectory.path + "/tapefold-port-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let endpoint = try MetricsEndpoint(
            MetricsSettings(port: 0, portFile: path),
            MetricsEndpoint.Source(metrics: { _ in }, unreadiness: { nil }))
        defer { endpoint.stop() }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(endpoint.port)\n")
        let body = try get("/metrics", port: endpoint.port)
        #expect(body.hasPrefix("HTTP/1.1 200 "))
        #expect(body.contains("process_resident_memory_bytes"))
        #expect(throws: SettingError.self) {
            try MetricsEndpoint(
                MetricsSettings(port: endpoint.port),
                MetricsEndpoint.Source(metrics: { _ in }, unreadiness: { nil }))
        }
    }

    private func get(_ path: String, port: UInt16) throws -> String {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        try #require(isConnected)
        let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        try #require(send(connection, request, request.count, 0) == request.count)
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4_096)
        while case let count = recv(connection, &piece, piece.count, 0), count > 0 { answer += piece.prefix(count) }
        return String(decoding: answer, as: UTF8.self)
    }

    @Test func settingsComeFromTheEnvironment() throws {
        #expect(try MetricsSettings.read { _ in nil } == nil)
        #expect(try MetricsSettings.read { $0 == MetricsSettings.portVariable ? "off" : nil } == nil)
        #expect(
            try MetricsSettings.read { $0 == MetricsSettings.portVariable ? "0" : nil } == MetricsSettings(port: 0))
        #expect(throws: SettingError.self) {
            try MetricsSettings.read { $0 == MetricsSettings.portVariable ? "many" : nil }
        }
    }
}
