import Events

/// A parameter of a route: where it stands, what it may be.
struct RouteParameter: Sendable {
    enum Place: String, Sendable {
        case path, query, header
    }

    let name: String
    let place: Place
    let kind: ParameterKind

    static func path(_ name: String, _ kind: ParameterKind) -> RouteParameter {
        RouteParameter(name: name, place: .path, kind: kind)
    }

    /// Read by the route itself.
    static func header(_ name: String, _ kind: ParameterKind) -> RouteParameter {
        RouteParameter(name: name, place: .header, kind: kind)
    }

    static func query(_ name: String, _ kind: ParameterKind) -> RouteParameter {
        RouteParameter(name: name, place: .query, kind: kind)
    }
}

/// What a parameter's text may be.
enum ParameterKind: Sendable {
    /// Any text of 1 to `ReadAPILimits.parameterCharacters` characters; there is no NUL in what a client may send.
    case text
    /// Any text of 1 to `StreamLimits.positionBytes` bytes.
    case streamText
    /// `NSE:RELIANCE`, or bare for the default exchange.
    case symbol
    /// Symbols with commas between them.
    case symbols
    case choice([String], default: String?)
    /// Rows a page: 1 to `ReadAPILimits.pageRows`.
    case limit
    /// RFC 3339 with an offset.
    case time
    /// A day, `YYYY-MM-DD`.
    case date
    /// What an earlier page's `nextCursor` said.
    case cursor
    /// `topic/partition@offset` with commas between them.
    case positions
    /// An id as events have it.
    case identifier
    /// What tells a repeated command.
    case idempotencyKey
    /// Names of an answer's fields with commas between them.
    case fields
}

extension ParameterKind {
    /// The parameter's schema in the OpenAPI document; a test holds the document to it.
    var schema: JSONValue {
        func object(_ members: (String, JSONValue)...) -> JSONValue {
            .object(members.map { JSONMember($0.0, $0.1) })
        }
        let string = ("type", JSONValue.string("string"))
        let bounds = [
            ("minLength", JSONValue.number("1")), ("maxLength", .number(String(ReadAPILimits.parameterCharacters))),
        ]
        func pattern(_ text: String) -> (String, JSONValue) { ("pattern", .string(text)) }
        switch self {
        case .streamText:
            return object(
                string, bounds[0], ("maxLength", .number(String(StreamLimits.positionBytes))))
        case .text: return object(string, bounds[0], bounds[1], pattern(#"^[^\u0000]*$"#))
        case .symbol:
            return object(
                string, bounds[0], bounds[1], pattern(#"^[^:\u0000]+(:[^\u0000]+)?$"#),
                ("examples", .array([.string("NSE:RELIANCE")])))
        case .symbols:
            let one = #"[^:,\u0000]+(:[^,\u0000]+)?"#
            return object(
                string, pattern("^\(one)(,\(one))*$"), ("examples", .array([.string("NSE:RELIANCE,NSE:TCS")])))
        case .choice(let values, let fallback):
            var members = [
                JSONMember("type", .string("string")), JSONMember("enum", .array(values.map { .string($0) })),
            ]
            if let fallback { members.append(JSONMember("default", .string(fallback))) }
            return .object(members)
        case .limit:
            return object(
                ("type", .string("integer")), ("minimum", .number("1")),
                ("maximum", .number(String(ReadAPILimits.pageRows))),
                ("default", .number(String(ReadAPILimits.defaultPageRows))))
        case .time: return object(string, ("format", .string("date-time")))
        case .date: return object(string, ("format", .string("date")))
        case .cursor:
            return object(
                string, bounds[0], ("maxLength", .number(String(ReadAPILimits.cursorBytes))),
                pattern("^[A-Za-z0-9_-]+$"))
        case .positions:
            let one =
                "[A-Za-z0-9._-]{1,\(ReadAPILimits.topicBytes)}/[0-9]{1,\(ReadAPILimits.partitionDigits)}"
                + "@[0-9]{1,\(ReadAPILimits.offsetDigits)}"
            return object(
                string, pattern("^\(one)(,\(one))*$"), ("examples", .array([.string("trades.executed/0@1042")])))
        case .identifier:
            return object(
                string, bounds[0], ("maxLength", .number(String(EventsLimits.maximumIdentifierCharacters))),
                ("pattern", .string("^[^\\u0000-\\u001f]*$")))
        case .idempotencyKey:
            return object(
                string, bounds[0], ("maxLength", .number(String(ReadAPILimits.idempotencyKeyBytes))),
                ("pattern", .string("^[!-~]+$")))
        case .fields:
            return object(
                string, bounds[0], ("maxLength", .number(String(ReadAPILimits.fieldsBytes))),
                pattern("^[A-Za-z]+(,[A-Za-z]+)*$"))
        }
    }
}
