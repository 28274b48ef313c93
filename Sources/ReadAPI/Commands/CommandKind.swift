import Events

/// What a command's route makes of a body: which event, whose, with which identity.
struct CommandKind: Sendable {
    let event: EventKind
    /// The field that names the thing, made where the client leaves it out.
    let identity: String?
    /// Where that field is part of the path, its parameter there.
    var pathParameter: String?
    /// Fields with a value that the route decides, and the client may not send.
    var fixed: [JSONMember] = []
    /// Fields with the value that they have when left out.
    var defaults: [JSONMember] = []
    /// What a body says that announces the thing: its outcome is another event with the same identity.
    var announcement: JSONMember?
    /// Fields that are not for people: a reactor or a connector sets them.
    var reserved: [String] = []

    /// What a client may send.
    var fields: [String] {
        event.fieldNames.filter { name in
            !reserved.contains(name) && !fixed.contains { $0.name == name }
                && !(pathParameter != nil && name == identity)
        }
    }

    static let placeOrder = CommandKind(event: .orderPlaced, identity: "orderId")
    static let cancelOrder = CommandKind(event: .orderCancelled, identity: "orderId", pathParameter: "id")
    static let changeCart = CommandKind(
        event: .cartChanged, identity: nil, reserved: ["auto", "ruleId", "definedBy", "rearmedBy"])
    static let changeRule = CommandKind(
        event: .ruleChanged, identity: "ruleId", defaults: [JSONMember("active", .bool(true))])
    static let changeAlert = CommandKind(
        event: .alertChanged, identity: "alertId", defaults: [JSONMember("active", .bool(true))])
    static let changeWatchlist = CommandKind(event: .watchlistChanged, identity: "listId")
    static let enterTrade = CommandKind(event: .tradeExecuted, identity: "tradeId")
    static let receivePayment = CommandKind(
        event: .paymentReceived, identity: "paymentId", announcement: JSONMember("status", .string("pending")))
    static let readNotification = notification("read")
    static let deleteNotification = notification("deleted")

    private static func notification(_ status: String) -> CommandKind {
        CommandKind(
            event: .notificationUpdated, identity: "notificationId", pathParameter: "id",
            fixed: [JSONMember("status", .string(status))], reserved: ["reason"])
    }
}

/// A command as the client means it: checked, not yet an event.
struct Command: Sendable {
    let kind: CommandKind
    let user: String
    /// All fields of the data but the identity, where the client left that out.
    let members: [JSONMember]
    /// The identity that the client gave.
    let givenIdentity: String?

    /// - Throws: a problem for a field that is not known, that belongs to the route, or that names another user.
    init(_ kind: CommandKind, _ call: WorkCall, body: [JSONMember]) throws(Problem) {
        let known = kind.fields
        for member in body where !known.contains(member.name) {
            throw .invalidField(
                member.name, value: nil, reason: "is not taken here; send any of \(known.joined(separator: ", "))")
        }
        if let empty = body.first(where: { $0.value == .null }) {
            throw .invalidField(empty.name, value: "null", reason: "says nothing; leave it out")
        }
        user = try Self.user(call, body)
        var members = body.filter { $0.name != "userId" }
        for member in kind.defaults where !members.contains(where: { $0.name == member.name }) {
            members.append(member)
        }
        if let parameter = kind.pathParameter, let name = kind.identity {
            members.append(JSONMember(name, .string(call.arguments.text(parameter) ?? "")))
        }
        self.kind = kind
        self.members = members + kind.fixed + [JSONMember("userId", .string(user))]
        givenIdentity = kind.identity.flatMap { name in members.first { $0.name == name }?.value.string }
    }

    private static func user(_ call: WorkCall, _ body: [JSONMember]) throws(Problem) -> String {
        guard let claims = call.claims else { throw .unauthorized(.missing) }
        guard let member = body.first(where: { $0.name == "userId" }) else { return claims.subject }
        guard let wanted = member.value.string else {
            throw .invalidField("userId", value: member.value.text, reason: "must be text")
        }
        guard wanted.hasBytes(of: claims.subject) || claims.isAdmin else { throw .otherUser(claims) }
        return wanted
    }

    /// Whether it only announces what it names.
    var isAnnouncement: Bool {
        guard let announcement = kind.announcement else { return false }
        return members.contains { $0.name == announcement.name && $0.value == announcement.value }
    }

    /// The whole data object, with the identity made from the event's id where the client gave none.
    func data(eventId: String) -> [UInt8] {
        var members = members
        if let name = kind.identity, !members.contains(where: { $0.name == name }) {
            members.append(JSONMember(name, .string(eventId)))
        }
        return Array(JSONValue.object(members).text.utf8)
    }

    /// What makes two requests the same: who, what, and every field in the order sent.
    func requestHash(_ operation: String) -> [UInt8] {
        SecretText.hash("\(operation)\n\(JSONValue.object(members).text)".utf8)
    }
}
