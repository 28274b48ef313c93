import Engine
import HTTPServing
import Postgres

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
    /// What lies behind it, for the log and never for the client.
    var cause: String?

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
        case .ambiguous(let header, let reason):
            self = .invalidParameter(header, value: "", reason: reason)
        case .bodyTooLarge(let limit): self = .bodyTooLarge(limit: limit)
        case .tooManyBodies: self = .tooManyBodies
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

    static func methodNotAllowed(_ method: String, allowed: [String]) -> Problem {
        let list = allowed.joined(separator: ", ")
        return Problem(
            kind: "method-not-allowed", title: "Method not allowed", status: 405,
            detail: "\(method.prefix(40)) is not served here; this path takes \(list)",
            headers: [HTTPHeader("Allow", list)])
    }

    static func notAcceptable(_ type: String) -> Problem {
        Problem(
            kind: "not-acceptable", title: "Not acceptable", status: 406,
            detail: "the request's Accept leaves out \(type), which is all there is here; add it, or leave Accept out")
    }

    static func unsupportedMediaType(_ detail: String, _ types: [String]) -> Problem {
        Problem(
            kind: "unsupported-media-type", title: "Unsupported media type", status: 415, detail: detail,
            headers: [HTTPHeader("Accept-Post", types.joined(separator: ", "))])
    }

    static func tooManyRequests(_ which: String, seconds: Int) -> Problem {
        Problem(
            kind: "too-many-requests", title: "Too many requests", status: 429,
            detail: "too many requests \(which); go on in \(seconds) s",
            headers: [HTTPHeader("Retry-After", String(seconds))])
    }

    static func otherUser(_ claims: TokenClaims) -> Problem {
        .forbidden(
            "userId: a token of \(claims.subject) is for the rows of \(claims.subject) only; role admin may name others"
        )
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

    static func bodyTooLarge(limit: Int) -> Problem {
        Problem(
            kind: "content-too-large", title: "Content too large", status: 413,
            detail: limit > 0 ? "a request's body may have \(limit) bytes at most here" : "this request takes no body")
    }

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

    static let overloaded = overloaded(waiting: ReadAPILimits.queuedRequests)

    static func overloaded(waiting: Int) -> Problem {
        unavailable("overloaded", "\(waiting) requests of this kind wait already; try again shortly")
    }

    static let waitedTooLong = unavailable(
        "overloaded",
        "nothing was done: the request waited \(ReadAPILimits.queuedWorkMilliseconds) ms for its turn; try again shortly"
    )

    static let tooManyWaiting = unavailable(
        "overloaded", "\(ReadAPILimits.waitingRequests) requests wait with ?after= already; try again without it")

    static let tooManyBodies = unavailable(
        "overloaded", "the server is receiving as many bodies as it can hold; try again shortly")

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

    static func unavailable(_ kind: String, _ detail: String) -> Problem {
        Problem(kind: kind, title: "Service unavailable", status: 503, detail: detail, headers: [retryAfter])
    }

    private static let retryAfter = HTTPHeader("Retry-After", String(ReadAPILimits.retryAfterSeconds))
}

extension Problem {
    /// Why the database did not do what a request needed.
    init(_ error: PostgresError) {
        switch error.sqlState {
        case nil where error.isConnectionLost:
            self = .databaseUnavailable("the database cannot be reached; try again")
        case PostgresError.lockNotAvailable, PostgresError.queryCanceled:
            self = .databaseUnavailable("the database did not answer in time; try again")
        case PostgresError.undefinedTable, "3F000", "42703":
            self = .databaseUnavailable("the database lacks tables of this version; run: tapefold db migrate")
        case "42501":
            self = .databaseUnavailable(
                "the API's database role may not write the tables of schema tapefold; docs/api.md lists the grants"
            )
        default:
            self =
                error.isConnectionLost
                ? .databaseUnavailable("the database cannot be reached; try again")
                : .internalError("the database refused; look for the request id in the log")
        }
        cause = "\(error)"
    }
}
