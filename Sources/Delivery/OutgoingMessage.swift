import Domain
import Events

/// A notification that waits to be sent.
public struct DueNotification: Sendable, Equatable {
    public var notification: NotificationSend
    public var sentAt: Timestamp
    /// When the worker saw it first.
    public var notedAt: Timestamp
    /// This attempt's number, from 1.
    public var attempt: Int
    /// Its user does not want it any more.
    public var isDeleted: Bool

    public init(
        notification: NotificationSend, sentAt: Timestamp, notedAt: Timestamp, attempt: Int, isDeleted: Bool = false
    ) {
        self.notification = notification
        self.sentAt = sentAt
        self.notedAt = notedAt
        self.attempt = attempt
        self.isDeleted = isDeleted
    }
}

/// What a channel sends: the texts written, the address known.
public struct OutgoingMessage: Sendable, Equatable {
    public var userId: String
    public var notificationId: String
    /// The same for every attempt, and for no other notification: receivers tell repetitions by it.
    public var idempotencyKey: String
    public var category: String
    public var priority: NotificationPriority
    /// An address or a URL; empty for channels without one.
    public var recipient: String
    public var text: RenderedText
    /// A JSON object.
    public var data: String?
    public var actionUrl: String?
    public var sentAt: Timestamp
}

/// What came of one attempt.
public enum AttemptResult: Sendable, Equatable {
    case delivered
    /// It may go better later; the receiver may have asked for a pause.
    case tryAgain(reason: String, afterSeconds: Int?)
    /// It never will.
    case failed(reason: String)
}

/// A way out. Blocks until there is an outcome; several threads may call it at once.
public protocol DeliveryChannel: Sendable {
    func deliver(_ message: OutgoingMessage) -> AttemptResult
}

/// A channel without a provider: SMS and push until there is one, mail and webhooks until they are set up.
struct UnconfiguredChannel: DeliveryChannel {
    let reason: String

    func deliver(_ message: OutgoingMessage) -> AttemptResult { .failed(reason: reason) }
}
