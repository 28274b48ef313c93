import HTTPServing

/// One thing the API serves, at one path, for GET (and so HEAD).
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
    /// `operationId` in the OpenAPI document.
    let operation: String
    let access: Access
    let parameters: [RouteParameter]
    let action: RouteAction

    init(
        _ path: String, _ operation: String, access: Access, parameters: [RouteParameter] = [], action: RouteAction
    ) {
        self.path = PathTemplate(path)
        self.operation = operation
        self.access = access
        self.parameters = parameters
        self.action = action
    }
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
}

/// One checked request to one route.
struct Call: Sendable {
    let operation: String
    /// Whose rows are asked for; empty where the route has no user.
    let user: String
    let arguments: Arguments
    let defaultExchange: String
    /// Where the topics' logs end, by `topic/partition`, as far as that is known; only for routes of admins.
    var logEnds: [String: Int64] = [:]

    func exchange(of name: SymbolName) -> String { name.exchange ?? defaultExchange }
}
