import Glibc
import HTTPServing

/// Requests as they come, on an event loop.
extension ReadService {
    /// Before any of a body is read: how large it may be. Who may not send one is told now.
    func admit(_ request: HTTPRequest) -> HTTPAdmission {
        if request.path.hasPrefix("/v1/"), let seconds = limiters.address.secondsToWait(clientAddress(of: request)) {
            return .answer(refusal(.tooManyRequests("from this address", seconds: seconds), request, "unmatched"))
        }
        guard request.announcesBody else { return .body(bytes: 0) }
        guard let match = router.match(path: request.path), let route = match.resource.route(request.method),
            let body = route.body
        else { return .body(bytes: HTTPLimits.requestBodyBytes) }
        do throws(Problem) {
            _ = try identify(request, for: route)
            try checkContentType(of: request, body)
        } catch {
            return .answer(refusal(error, request, route.path.description))
        }
        return .body(bytes: body.maximumBytes)
    }

    func answer(_ request: HTTPRequest) -> HTTPAnswer {
        guard let match = router.match(path: request.path) else {
            return .now(refusal(Self.unknownPath(request), request, "unmatched"))
        }
        let name = match.resource.path.description
        guard request.method != "OPTIONS" else { return .now(finish(options(request, match.resource), request, name)) }
        do throws(Problem) {
            guard let route = match.resource.route(request.method) else {
                throw .methodNotAllowed(request.method, allowed: match.resource.methods)
            }
            return try answer(request, match, route)
        } catch {
            return .now(refusal(error, request, name))
        }
    }

    private func answer(_ request: HTTPRequest, _ match: Router.Match, _ route: Route) throws(Problem) -> HTTPAnswer {
        let name = route.path.description
        guard route.produces == "*/*" || MediaRange.accepts(request.header("accept"), route.produces) else {
            throw .notAcceptable(route.produces)
        }
        let claims = try identify(request, for: route)
        try limitRate(of: claims, on: route)
        let arguments = try router.arguments(of: match, route: route, request)
        if let body = route.body { try checkContentType(of: request, body) }
        let user = try user(claims, route, arguments)
        switch route.action {
        case .immediate(let action):
            return .now(finish(action(self), request, name))
        case .asset(let action):
            return .now(finish(action(arguments.text("name") ?? ""), request, name))
        case .stream(let transport):
            return try openStream(transport, request, name, arguments)
        case .read(let makePlan):
            var call = Call(
                operation: route.operation, user: user, arguments: arguments,
                defaultExchange: configuration.defaultExchange, analytics: configuration.analytics,
                fewExecutions: fewExecutions)
            if route.access == .admin { call.logEnds = streams.logEnds.current }
            let plan = try makePlan(call)
            let selection = try FieldCatalog.selection(arguments.fields, of: route.operation)
            // Prices are the same for everyone: who asks for the same at the same moment gets the same answer.
            let shareKey = route.access == .bearer ? "\(request.path)?\(request.query ?? "")" : nil
            let slowKey = shareKey == nil ? "\(route.operation) \(user)" : nil
            return .later { [self] reply in
                read(
                    ReadJob(
                        plan: plan, selection: selection, shareKey: shareKey, slowKey: slowKey, request: request,
                        route: name, waitMilliseconds: configuration.waitMilliseconds, reply: reply
                    ) { [self] in finish($0, $1, $2) })
            }
        case .work(let kind, let action):
            let call = WorkCall(
                request: request, claims: claims, user: user, arguments: arguments,
                address: clientAddress(of: request), microseconds: Self.now())
            return .later { [self] in work(kind, action, call, name, $0) }
        }
    }

    private func work(
        _ kind: WorkPool.Kind,
        _ action: @escaping @Sendable (WorkCall, ReadService, DatabaseSession) throws(Problem) -> HTTPResponse,
        _ call: WorkCall, _ name: String, _ reply: HTTPReply
    ) {
        let refuse: @Sendable (Problem) -> Void = { [self] in reply.send(refusal($0, call.request, name)) }
        work(
            kind,
            WorkPool.Job(
                run: { [self] session in
                    do throws(Problem) {
                        reply.send(finish(try action(call, self, session), call.request, name))
                    } catch {
                        refuse(error)
                    }
                }, refuse: refuse))
    }

    // MARK: Who asks

    func identify(_ request: HTTPRequest, for route: Route) throws(Problem) -> TokenClaims? {
        guard route.access != .open, route.access != .stream else { return nil }
        let claims: TokenClaims
        do throws(TokenError) {
            claims = try verifier.verify(authorization: request.header("authorization"), at: Int64(time(nil)))
        } catch {
            throw .unauthorized(error)
        }
        if route.access == .admin, !claims.isAdmin {
            throw .forbidden("\(route.path) is for role admin; the token of \(claims.subject) does not have it")
        }
        return claims
    }

    private func user(_ claims: TokenClaims?, _ route: Route, _ arguments: Arguments) throws(Problem) -> String {
        guard let claims, route.access == .user else { return claims?.subject ?? "" }
        guard let wanted = arguments.text("userId"), !wanted.hasBytes(of: claims.subject) else { return claims.subject }
        guard claims.isAdmin else { throw .otherUser(claims) }
        return wanted
    }

    private func limitRate(of claims: TokenClaims?, on route: Route) throws(Problem) {
        guard let claims else { return }
        if let seconds = limiters.user.secondsToWait(claims.subject) {
            throw .tooManyRequests("by this user", seconds: seconds)
        }
        guard route.method != .get, let seconds = limiters.commands.secondsToWait(claims.subject) else { return }
        throw .tooManyRequests("that change something by this user", seconds: seconds)
    }

    /// The last address on the way that is no proxy of ours.
    func clientAddress(of request: HTTPRequest) -> String {
        let proxies = configuration.trustedProxies
        guard proxies.contains(request.remoteAddress) else { return request.remoteAddress }
        // A proxy may add a line of its own behind those that the client sent: all lines are one list (RFC 9110, 5.3).
        let lines = request.headers.lazy.filter { $0.name == "x-forwarded-for" }.map(\.value).joined(separator: ",")
        let way = lines.split(separator: ",").map { IPAddressText.plain($0.filter { !$0.isWhitespace }) }
        return way.last { !$0.isEmpty && !proxies.contains($0) } ?? request.remoteAddress
    }

    // MARK: What is asked

    private func checkContentType(of request: HTTPRequest, _ body: RouteBody) throws(Problem) {
        if let coding = request.header("content-encoding"), coding.lowercased() != "identity" {
            throw .unsupportedMediaType(
                "Content-Encoding \(coding.prefix(40)) is not taken; send the body as it is", body.contentTypes)
        }
        if body.isOptional, !request.announcesBody { return }
        let given = request.header("content-type") ?? ""
        let type = given.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        guard body.contentTypes.contains(type) else {
            let shown = given.isEmpty ? "the request has no Content-Type" : "\(given.prefix(80)) is not taken here"
            throw .unsupportedMediaType(
                "\(shown); send \(body.contentTypes.joined(separator: " or "))", body.contentTypes)
        }
    }

    private static func unknownPath(_ request: HTTPRequest) -> Problem {
        .notFound("nothing is served at \(request.path.prefix(120)); /openapi.json lists what is")
    }

    private static func now() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
    }
}
