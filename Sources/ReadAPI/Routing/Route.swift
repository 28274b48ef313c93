import HTTPServing

/// What a client may ask of a path. HEAD goes with GET.
enum HTTPMethod: String, Sendable, CaseIterable {
    case get = "GET"
    case post = "POST"

    /// Its name in the OpenAPI document.
    var documented: String { rawValue.lowercased() }
}

/// One thing the API serves, at one path, for one method.
struct Route: Sendable {
    enum Access: Sendable {
        /// Anybody.
        case open
        /// A valid token; the same answer for everyone who has one.
        case bearer
        /// A valid token; a user's own rows, or another's (`userId`) for an admin.
        case user
        /// A valid token with role admin.
        case admin
        /// A valid token in the header, or a one-use ticket in the query: browsers set no headers on a stream.
        case stream
    }

    let path: PathTemplate
    let method: HTTPMethod
    /// `operationId` in the OpenAPI document.
    let operation: String
    let access: Access
    let parameters: [RouteParameter]
    /// What the request must bring along; nil for requests without a body.
    let body: RouteBody?
    /// The media type of its answers.
    let produces: String
    let action: RouteAction

    init(
        _ path: String, _ operation: String, method: HTTPMethod = .get, access: Access,
        parameters: [RouteParameter] = [], body: RouteBody? = nil, produces: String = "application/json",
        action: RouteAction
    ) {
        self.path = PathTemplate(path)
        self.method = method
        self.operation = operation
        self.access = access
        self.body = body
        self.produces = produces
        self.action = action
        // Every answer that is read from views can be cut down to some of its fields.
        self.parameters = if case .read = action { parameters + [CommonParameters.fields] } else { parameters }
    }
}

/// The body that a route takes.
struct RouteBody: Sendable {
    let contentTypes: [String]
    let maximumBytes: Int
    /// Without one, nothing is missing.
    var isOptional = false

    static let json = RouteBody(contentTypes: ["application/json"], maximumBytes: HTTPLimits.requestBodyBytes)
    static let optionalJSON = RouteBody(
        contentTypes: ["application/json"], maximumBytes: HTTPLimits.requestBodyBytes, isOptional: true)
}

enum RouteAction: Sendable {
    /// Answered from memory on the event loop.
    case immediate(@Sendable (ReadService) -> HTTPResponse)
    /// Asks the database. Makes the plan only; a query thread runs it.
    case read(@Sendable (Call) throws(Problem) -> ReadPlan)
    /// A file by its name, from memory.
    case asset(@Sendable (String) -> HTTPResponse)
    /// Becomes a stream: the socket leaves the HTTP server.
    case stream(StreamTransport)
    /// Writes, or takes long: runs on a thread of the pool, with a session of its own.
    case work(WorkPool.Kind, @Sendable (WorkCall, ReadService, DatabaseSession) throws(Problem) -> HTTPResponse)
}

/// One checked request to one route.
struct Call: Sendable {
    let operation: String
    /// Whose rows are asked for; empty where the route has no user.
    let user: String
    let arguments: Arguments
    let defaultExchange: String
    let analytics: AnalyticsSettings
    let fewExecutions: FewExecutions
    /// Where the topics' logs end, by `topic/partition`, as far as that is known; only for routes of admins.
    var logEnds: [String: Int64] = [:]

    /// The list asked for: another order is another list, whose cursors do not fit this one.
    var list: String { arguments.text("sort").map { "\(operation) \($0)" } ?? operation }

    func exchange(of name: SymbolName) -> String { name.exchange ?? defaultExchange }
}

/// One checked request to a route that works: body and all.
struct WorkCall: Sendable {
    let request: HTTPRequest
    /// Nil where the route is open.
    let claims: TokenClaims?
    /// Whom the request is for: the bearer, or for an admin the parameter `userId`.
    let user: String
    let arguments: Arguments
    /// The client's address, proxies of ours left out.
    let address: String
    /// When it came, in microseconds since the Unix epoch.
    let microseconds: Int64

    var second: Int64 { microseconds / 1_000_000 }
}
