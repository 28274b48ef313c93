import HTTPServing

/// `/metrics`, `/livez` and `/readyz` of a process that serves nothing else over HTTP.
public final class MetricsEndpoint: Sendable {
    /// What a process says of itself, on any thread, without waiting for anything.
    public struct Source: Sendable {
        public let metrics: @Sendable (inout MetricsText) -> Void
        /// nil when ready, else why not.
        public let unreadiness: @Sendable () -> String?

        public init(
            metrics: @escaping @Sendable (inout MetricsText) -> Void,
            unreadiness: @escaping @Sendable () -> String?
        ) {
            self.metrics = metrics
            self.unreadiness = unreadiness
        }
    }

    public let port: UInt16
    private let server: HTTPServer

    public init(_ settings: MetricsSettings, _ source: Source) throws(SettingError) {
        var configuration = HTTPServer.Configuration(host: settings.host, port: settings.port)
        configuration.eventLoopThreads = TelemetryLimits.eventLoopThreads
        configuration.connections = TelemetryLimits.connections
        configuration.idleSeconds = TelemetryLimits.idleSeconds
        do throws(HTTPServerError) {
            server = try HTTPServer(configuration, observer: Unobserved()) { .now(Self.answer($0, source)) }
        } catch {
            throw SettingError(reason: "\(MetricsSettings.portVariable): \(error)")
        }
        port = server.port
        if let path = settings.portFile, let reason = PortFile.write(port, to: path) {
            throw SettingError(reason: "\(MetricsSettings.portFileVariable): cannot write \(path): \(reason)")
        }
    }

    public func stop() { server.stop(drainMilliseconds: TelemetryLimits.drainMilliseconds) }

    static func answer(_ request: HTTPRequest, _ source: Source) -> HTTPResponse {
        guard ["GET", "HEAD"].contains(request.method) else {
            var refusal = text(405, "only GET and HEAD are answered")
            refusal.headers.append(HTTPHeader("Allow", "GET, HEAD"))
            return refusal
        }
        switch request.path {
        case "/livez": return text(200, "ok")
        case "/readyz":
            if let reason = source.unreadiness() { return text(503, reason) }
            return text(200, "ready")
        case "/metrics":
            var metrics = MetricsText()
            source.metrics(&metrics)
            ProcessFigures.add(to: &metrics)
            return HTTPResponse(contentType: MetricsText.contentType, body: Array(metrics.text.utf8))
        default: return text(404, "there are /metrics, /livez and /readyz")
        }
    }

    private static func text(_ status: UInt32, _ text: String) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array((text + "\n").utf8))
    }
}

/// The endpoint's own requests are nobody's concern.
private struct Unobserved: HTTPObserver {
    func requestBegan() {}
    func requestEnded(route: String, method: String, status: UInt32, nanoseconds: UInt64) {}
    func connectionsChanged(by change: Int) {}
}
