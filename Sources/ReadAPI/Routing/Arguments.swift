import Domain

/// An instrument as people name it.
struct SymbolName: Sendable, Hashable {
    /// Nil where the symbol came bare.
    let exchange: String?
    let symbol: String
}

/// A place in a topic: everything before `offset` has been folded.
struct LogPosition: Sendable, Hashable {
    let topic: String
    let partition: Int32
    let offset: Int64

    var description: String { "\(topic)/\(partition)@\(offset)" }
}

enum ArgumentValue: Sendable, Hashable {
    case text(String)
    case symbol(SymbolName)
    case symbols([SymbolName])
    case limit(Int)
    case time(Timestamp)
    case date(CivilDate)
    case cursor(String)
    case positions([LogPosition])
    case fields([String])
}

/// The checked values of a call's parameters.
struct Arguments: Sendable {
    private var values: [String: ArgumentValue] = [:]

    mutating func set(_ name: String, _ value: ArgumentValue) {
        values[name] = value
    }

    func contains(_ name: String) -> Bool { values[name] != nil }

    func text(_ name: String) -> String? {
        if case .text(let text) = values[name] { text } else { nil }
    }

    func symbol(_ name: String) -> SymbolName? {
        if case .symbol(let symbol) = values[name] { symbol } else { nil }
    }

    func symbols(_ name: String) -> [SymbolName]? {
        if case .symbols(let symbols) = values[name] { symbols } else { nil }
    }

    func time(_ name: String) -> Timestamp? {
        if case .time(let time) = values[name] { time } else { nil }
    }

    func date(_ name: String) -> CivilDate? {
        if case .date(let date) = values[name] { date } else { nil }
    }

    var cursor: String? {
        if case .cursor(let cursor) = values["cursor"] { cursor } else { nil }
    }

    var limit: Int {
        if case .limit(let limit) = values["limit"] { limit } else { ReadAPILimits.defaultPageRows }
    }

    var fields: [String]? {
        if case .fields(let names) = values["fields"] { names } else { nil }
    }

    var after: [LogPosition] {
        if case .positions(let positions) = values["after"] { positions } else { [] }
    }
}
