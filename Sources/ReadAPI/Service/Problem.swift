import Engine
import HTTPServing

/// An error answer: RFC 9457 problem details. `detail` says what was wrong, where, and what to do.
struct Problem: Error, Sendable, Equatable {
    /// The last part of the problem's type, a stable name that clients may switch on.
    let kind: String
    let title: String
    let status: UInt32
    let detail: String
    /// Named members beside the standard ones, such as the field that was refused.
    var members: [JSONMember] = []
    var headers: [HTTPHeader] = []

    /// `type` is `urn:tapefold:problem:<kind>`.
    func response(for request: HTTPRequest?) -> HTTPResponse {
        var writer = JSONWriter()
        writer.object { body in
            body.field("type", "urn:tapefold:problem:\(kind)")
            body.field("title", title)
            body.key("status")
            body.integer(status)
            body.field("detail", detail)
            if let request {
                body.field("instance", request.path)
                body.field("requestId", request.identifier)
            }
            for member in members {
                body.key(text: member.name)
                member.value.write(to: &body)
            }
        }
        var response = HTTPResponse(status: status, contentType: "application/problem+json", body: writer.bytes)
        response.headers.append(contentsOf: headers)
        response.headers.append(HTTPHeader("Cache-Control", "no-store"))
        return response
    }
}

extension Problem {
    /// What the server turned away before any route saw it.
    init(_ refusal: HTTPRefusal) {
        switch refusal {
        case .targetTooLong(let bytes): self = .targetTooLong(bytes: bytes)
        case .tooManyHeaders(let count): self = .tooManyHeaders(count: count)
        case .bodyTooLarge: self = .bodyTooLarge
        case .stopping: self = .stopping
        }
    }

    /// A parameter that was refused: names the field, the value and the reason.
    static func invalidParameter(_ field: String, value: String, reason: String) -> Problem {
        let shown = value.count > 80 ? value.prefix(80) + "…" : value[...]
        return Problem(
            kind: "invalid-parameter", title: "Invalid parameter", status: 400,
            detail: "\(field): \"\(shown)\" \(reason)",
            members: [
                JSONMember("field", .string(field)), JSONMember("value", .string(String(shown))),
                JSONMember("reason", .string(reason)),
            ])
    }

    static func notFound(_ detail: String) -> Problem {
        Problem(kind: "not-found", title: "Not found", status: 404, detail: detail)
    }

    static func methodNotAllowed(_ method: String) -> Problem {
        Problem(
            kind: "method-not-allowed", title: "Method not allowed", status: 405,
            detail:
                "\(method) is not served here: the read API answers GET, HEAD and OPTIONS; changes are events on topics",
            headers: [HTTPHeader("Allow", "GET, HEAD, OPTIONS")])
    }

    static func unauthorized(_ error: TokenError) -> Problem {
        var challenge = "Bearer realm=\"tapefold\""
        if error != .missing {
            challenge += ", error=\"invalid_token\", error_description=\"\(error.headerSafeDescription)\""
        }
        return Problem(
            kind: "unauthorized", title: "Unauthorized", status: 401,
            detail:
                "\(error); get a token with: tapefold token --user <id>, and send it as Authorization: Bearer <token>",
            headers: [HTTPHeader("WWW-Authenticate", challenge)])
    }

    static func forbidden(_ detail: String) -> Problem {
        Problem(kind: "forbidden", title: "Forbidden", status: 403, detail: detail)
    }

    static let bodyTooLarge = Problem(
        kind: "content-too-large", title: "Content too large", status: 413,
        detail: "a request's body may have \(HTTPLimits.requestBodyBytes) bytes at most; queries need none")

    static func targetTooLong(bytes: Int) -> Problem {
        Problem(
            kind: "uri-too-long", title: "URI too long", status: 414,
            detail: "path and query have \(bytes) bytes, \(HTTPLimits.requestTargetBytes) are taken; "
                + "ask for fewer symbols at a time")
    }

    static func tooManyHeaders(count: Int) -> Problem {
        Problem(
            kind: "too-many-headers", title: "Request header fields too large", status: 431,
            detail: "\(count) headers, \(HTTPLimits.requestHeaders) are taken")
    }

    static let overloaded = unavailable(
        "overloaded", "more than \(ReadAPILimits.queuedRequests) requests wait already; try again shortly")

    static let tooManyWaiting = unavailable(
        "overloaded", "\(ReadAPILimits.waitingRequests) requests wait with ?after= already; try again without it")

    static let stopping = unavailable("stopping", "the server is stopping; try again, another one may answer")

    static func databaseUnavailable(_ detail: String) -> Problem { unavailable("database-unavailable", detail) }

    static func viewUnavailable(_ view: ViewName) -> Problem {
        unavailable(
            "view-unavailable",
            "view \(view.rawValue) has no live build yet; start its worker (\(Processor.program(serving: view.rawValue))) and try again"
        )
    }

    static func timedOut(_ detail: String) -> Problem {
        Problem(kind: "timeout", title: "Gateway timeout", status: 504, detail: detail, headers: [retryAfter])
    }

    static func internalError(_ detail: String) -> Problem {
        Problem(kind: "internal", title: "Internal server error", status: 500, detail: detail)
    }

    private static func unavailable(_ kind: String, _ detail: String) -> Problem {
        Problem(kind: kind, title: "Service unavailable", status: 503, detail: detail, headers: [retryAfter])
    }

    private static let retryAfter = HTTPHeader("Retry-After", String(ReadAPILimits.retryAfterSeconds))
}
