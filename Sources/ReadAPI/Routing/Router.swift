import HTTPServing

/// Finds the route of a path and a method and checks the parameters: pure, from the table alone.
struct Router: Sendable {
    /// The routes of one path.
    struct Resource: Sendable {
        let path: PathTemplate
        let routes: [Route]

        /// What `Allow` says.
        var methods: [String] {
            var names: [String] = []
            for route in routes { names += route.method == .get ? ["GET", "HEAD"] : [route.method.rawValue] }
            return names + ["OPTIONS"]
        }

        func route(_ method: String) -> Route? {
            let wanted = method == "HEAD" ? "GET" : method
            return routes.first { $0.method.rawValue == wanted }
        }
    }

    struct Match: Sendable {
        let resource: Resource
        let captured: [(name: String, raw: Substring)]
    }

    /// By how many segments a path has; paths with more literal segments come first: `/v1/trades/import` is no trade's id.
    private let resources: [[Resource]]

    init(routes: [Route]) {
        var order: [String] = []
        var groups: [String: [Route]] = [:]
        for route in routes {
            if groups[route.path.description] == nil { order.append(route.path.description) }
            groups[route.path.description, default: []].append(route)
        }
        let all = order.compactMap { path in groups[path].map { Resource(path: $0[0].path, routes: $0) } }
            .sorted { $0.path.literals > $1.path.literals }
        let most = all.map(\.path.segments.count).max() ?? 0
        resources = (0...most).map { count in all.filter { $0.path.segments.count == count } }
    }

    func match(path: String) -> Match? {
        let slash = UInt8(ascii: "/")
        guard path.utf8.first == slash else { return nil }
        let rest = path.utf8.dropFirst()
        let parts =
            rest.isEmpty ? [] : rest.split(separator: slash, omittingEmptySubsequences: false).map(Substring.init)
        guard parts.count < resources.count else { return nil }
        for resource in resources[parts.count] {
            if let captured = resource.path.match(parts) { return Match(resource: resource, captured: captured) }
        }
        return nil
    }

    /// The checked parameters of a request. Throws a 400 for what the route does not know, twice the same, or a bad value.
    func arguments(of match: Match, route: Route, _ request: HTTPRequest) throws(Problem) -> Arguments {
        var arguments = Arguments()
        for parameter in route.parameters where parameter.place == .header {
            guard let value = request.header(parameter.name.lowercased()) else { continue }
            arguments.set(parameter.name, try parameter.parse(value))
        }
        for (name, raw) in match.captured {
            guard let parameter = route.parameter(name, .path) else { continue }
            arguments.set(name, try parameter.parse(try decode(raw, of: name, plusIsSpace: false)))
        }
        for pair in (request.query ?? "").split(separator: "&", omittingEmptySubsequences: true) {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try decode(halves[0], of: "query", plusIsSpace: true)
            let value = try decode(halves.count > 1 ? halves[1] : "", of: name, plusIsSpace: true)
            guard let parameter = route.parameter(name, .query) else { throw unknown(name, on: route) }
            guard !arguments.contains(name) else {
                throw .invalidParameter(name, value: value, reason: "is given more than once")
            }
            arguments.set(name, try parameter.parse(value))
        }
        return arguments
    }

    private func decode(_ raw: Substring, of name: String, plusIsSpace: Bool) throws(Problem) -> String {
        guard let text = PercentEncoding.decode(raw, plusIsSpace: plusIsSpace) else {
            throw .invalidParameter(name, value: String(raw), reason: "is not percent-encoded UTF-8")
        }
        return text
    }

    private func unknown(_ name: String, on route: Route) -> Problem {
        let known = route.parameters.filter { $0.place == .query }.map(\.name)
        let list = known.isEmpty ? "it takes none" : "it takes \(known.joined(separator: ", "))"
        return Problem(
            kind: "unknown-parameter", title: "Unknown parameter", status: 400,
            detail: "\(route.path) has no query parameter \"\(name.prefix(80))\"; \(list)",
            members: [JSONMember("field", .string(String(name.prefix(80))))])
    }
}

extension Route {
    func parameter(_ name: String, _ place: RouteParameter.Place) -> RouteParameter? {
        parameters.first { $0.name == name && $0.place == place }
    }
}
