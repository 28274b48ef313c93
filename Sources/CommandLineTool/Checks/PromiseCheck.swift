/// One thing that Tapefold relies on, and whether it holds.
struct PromiseCheck: Encodable, Equatable {
    enum Status: String, Encodable {
        case ok
        /// Works, but an operator should know.
        case warning
        /// Events may be lost, doubled or refused.
        case error
    }

    var check: String
    var status: Status
    var detail: String
    /// What to do; empty where nothing has to be done.
    var remedy: String

    init(_ check: String, _ status: Status, _ detail: String, remedy: String = "") {
        self.check = check
        self.status = status
        self.detail = detail
        self.remedy = remedy
    }

    var passed: Bool { status != .error }

    private enum CodingKeys: String, CodingKey {
        case check, status, passed, detail, remedy
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(check, forKey: .check)
        try container.encode(status, forKey: .status)
        try container.encode(passed, forKey: .passed)
        try container.encode(detail, forKey: .detail)
        if !remedy.isEmpty { try container.encode(remedy, forKey: .remedy) }
    }

    var lines: [String] {
        let mark =
            switch status {
            case .ok: "ok     "
            case .warning: "warning"
            case .error: "ERROR  "
            }
        return ["\(mark) \(check): \(detail)"] + (remedy.isEmpty ? [] : ["        \(remedy)"])
    }

    /// What `body` finds, or its failure as an error.
    static func attempt(_ name: String, _ body: () throws -> String) -> PromiseCheck {
        do {
            return PromiseCheck(name, .ok, try body())
        } catch let failure as CommandFailure {
            return PromiseCheck(name, .error, failure.message, remedy: failure.remedy)
        } catch {
            return PromiseCheck(name, .error, CommandFailure.text(error))
        }
    }

    /// What `body` finds; when it can't look, that is one error.
    static func attempts(_ name: String, _ body: () throws -> [PromiseCheck]) -> [PromiseCheck] {
        do { return try body() } catch { return [PromiseCheck(name, .error, CommandFailure.text(error))] }
    }
}
