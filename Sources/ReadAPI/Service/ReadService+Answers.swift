import HTTPServing

/// What every answer has, on any thread.
extension ReadService {
    func options(_ request: HTTPRequest, _ resource: Router.Resource) -> HTTPResponse {
        let methods = resource.methods.joined(separator: ", ")
        var response = HTTPResponse(status: 204, headers: [HTTPHeader("Allow", methods)])
        if allowedOrigin(request) != nil {
            response.headers += [
                HTTPHeader("Access-Control-Allow-Methods", methods),
                HTTPHeader(
                    "Access-Control-Allow-Headers",
                    "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Request-Id, traceparent, tracestate"
                ),
                HTTPHeader("Access-Control-Max-Age", String(ReadAPILimits.corsMaximumAgeSeconds)),
            ]
        }
        return response
    }

    func refusal(_ problem: Problem, _ request: HTTPRequest, _ route: String) -> HTTPResponse {
        if let cause = problem.cause {
            configuration.log.warning("request \(request.identifier) to \(route): \(cause)")
        }
        return finish(problem.response(for: request), request, route)
    }

    private func allowedOrigin(_ request: HTTPRequest) -> String? {
        guard let origin = request.header("origin") else { return nil }
        return configuration.corsOrigins.contains { $0 == "*" || $0 == origin } ? origin : nil
    }

    /// Adds what every answer has: cross-origin headers, validator, compression.
    func finish(_ answer: HTTPResponse, _ request: HTTPRequest, _ route: String) -> HTTPResponse {
        var response = answer
        response.headers.reserveCapacity(response.headers.count + 4)
        response.route = route
        response.headers.append(HTTPHeader("X-Content-Type-Options", "nosniff"))
        let isRead = request.method == "GET" || request.method == "HEAD"
        if isRead, response.status == 200, !response.body.isEmpty { validate(&response, request) }
        if !isRead, response.header("Cache-Control") == nil {
            response.headers.append(HTTPHeader("Cache-Control", "no-store"))
        }
        compress(&response, request)
        if !configuration.corsOrigins.isEmpty {
            response.headers.append(HTTPHeader("Vary", "Origin"))
            if let origin = allowedOrigin(request) {
                response.headers += [
                    HTTPHeader("Access-Control-Allow-Origin", origin),
                    HTTPHeader("Access-Control-Expose-Headers", "Tapefold-Position, X-Request-Id, ETag, Retry-After"),
                ]
            }
        }
        configuration.log.debug(
            "\(request.identifier) \(request.method) \(request.path) \(response.status)\(Self.trace(of: request))")
        return response
    }

    private static func trace(of request: HTTPRequest) -> String {
        request.header("traceparent").map { " traceparent=\($0.prefix(60))" } ?? ""
    }

    private func validate(_ response: inout HTTPResponse, _ request: HTTPRequest) {
        guard let type = response.header("Content-Type"), Self.validated.contains(where: { type.hasPrefix($0) }) else {
            return
        }
        let tag = EntityTag.of(response.body)
        response.headers += [HTTPHeader("ETag", tag), HTTPHeader("Cache-Control", "private, no-cache")]
        if let wanted = request.header("if-none-match"), EntityTag.matches(tag, wanted) {
            response.status = 304
            response.body = []
            response.headers.removeAll { $0.name == "Content-Type" }
        }
    }

    /// JSON, and the dashboard's files.
    private static let validated = ["application/json", "text/html", "text/css", "text/javascript", "image/svg"]

    private func compress(_ response: inout HTTPResponse, _ request: HTTPRequest) {
        guard response.body.count >= ReadAPILimits.gzipMinimumBytes else { return }
        response.headers.append(HTTPHeader("Vary", "Accept-Encoding"))
        guard Gzip.isAccepted(by: request.header("accept-encoding")), let smaller = Gzip.compress(response.body) else {
            return
        }
        response.body = smaller
        response.headers.append(HTTPHeader("Content-Encoding", "gzip"))
    }
}
