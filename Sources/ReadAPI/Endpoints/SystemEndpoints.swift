import Domain
import HTTPServing

/// What operators and tools ask: liveness, readiness, metrics, the API's own description.
enum SystemEndpoints {
    static let routes: [Route] = [
        Route(
            "/livez", "getLiveness", access: .open, action: .immediate { _ in .json(200) { $0.field("status", "ok") } }),
        Route("/readyz", "getReadiness", access: .open, action: .immediate(readiness)),
        Route("/healthz", "getHealth", access: .open, action: .immediate(readiness)),
        Route("/metrics", "getMetrics", access: .open, produces: "text/plain", action: .immediate(metrics)),
        Route("/openapi.json", "getOpenAPI", access: .open, action: .immediate(document)),
    ]

    /// Ready means: the database can be asked. Views without a live build and lag are shown and do not count: restarting
    /// the API mends neither.
    private static func readiness(_ service: ReadService) -> HTTPResponse {
        switch service.database {
        case .ready(let live):
            return service.isStopping
                ? notReady("stopping", "the server is stopping") : ready(live)
        case .starting: return notReady("starting", "the database has not been asked yet")
        case .unreachable(let why): return notReady("unreachable", why)
        case .unprepared(let why): return notReady("unprepared", "no Tapefold schema, run tapefold db migrate: \(why)")
        }
    }

    private static func ready(_ live: LiveViews) -> HTTPResponse {
        .json(200) { body in
            body.field("status", "ready")
            body.key("checks")
            body.object { checks in
                checks.key("database")
                checks.object { $0.field("status", "ok") }
            }
            body.key("views")
            body.object { views in
                for name in ViewName.allCases {
                    views.key(text: name.rawValue)
                    views.object { view in
                        view.field("build", live[name]?.build)
                        view.field("status", live[name] == nil ? "no live build" : "live")
                    }
                }
            }
        }
    }

    private static func notReady(_ status: String, _ reason: String) -> HTTPResponse {
        var response = HTTPResponse.json(503) { body in
            body.field("status", "not ready")
            body.key("checks")
            body.object { checks in
                checks.key("database")
                checks.object { database in
                    database.field("status", status)
                    database.field("reason", reason)
                }
            }
        }
        response.headers.append(HTTPHeader("Retry-After", String(ReadAPILimits.retryAfterSeconds)))
        return response
    }

    private static func metrics(_ service: ReadService) -> HTTPResponse {
        HTTPResponse(
            contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(service.metricsText.utf8))
    }

    private static func document(_ service: ReadService) -> HTTPResponse {
        HTTPResponse(contentType: "application/json", body: OpenAPIDocument.bytes)
    }
}
