import Domain
import Events
import Foundation

/// Makes one attempt: decides, writes the texts and sends, by the channel that the notification names.
public struct DeliveryDesk: Sendable {
    /// What is to be recorded of an attempt.
    enum Outcome: Sendable, Equatable {
        case delivered
        case failed(reason: String)
        /// Not to be counted as an attempt.
        case postponed(until: Timestamp)
        case again(afterMilliseconds: Int, reason: String)
    }

    private let rules: DeliveryRules
    private let retries: RetryPolicy
    private let templates: TemplateSet
    private let channels: [NotificationChannel: any DeliveryChannel]
    private let isStopped: @Sendable () -> Bool

    /// - Parameter isStopped: true ends attempts that are under way; they do not count and are made again.
    public init(_ settings: DeliverySettings, isStopped: @escaping @Sendable () -> Bool) {
        self.init(settings, channels: Self.channels(settings, isStopped), isStopped: isStopped)
    }

    init(
        _ settings: DeliverySettings, channels: [NotificationChannel: any DeliveryChannel],
        isStopped: @escaping @Sendable () -> Bool = { false }
    ) {
        self.isStopped = isStopped
        rules = DeliveryRules(maximumAgeHours: settings.maximumAgeHours)
        retries = RetryPolicy(firstPauseMilliseconds: settings.firstPauseMilliseconds)
        templates = settings.templates
        self.channels = channels
    }

    private static func channels(
        _ settings: DeliverySettings, _ isStopped: @escaping @Sendable () -> Bool
    ) -> [NotificationChannel: any DeliveryChannel] {
        var channels: [NotificationChannel: any DeliveryChannel] = [:]
        for channel in NotificationChannel.allCases {
            channels[channel] = UnconfiguredChannel(reason: "no provider configured for \(channel.rawValue)")
        }
        if let mail = settings.mail {
            channels[.email] = MailChannel(
                settings: mail, attemptMilliseconds: settings.attemptMilliseconds, isStopped: isStopped)
        }
        if let webhook = settings.webhook {
            channels[.webhook] = WebhookChannel(
                settings: webhook, attemptMilliseconds: settings.attemptMilliseconds, isStopped: isStopped
            ) {
                Int64(Date().timeIntervalSince1970)
            }
        }
        return channels
    }

    func attempt(
        _ due: DueNotification, own: PreferenceChanged?, general: PreferenceChanged?, now: Timestamp
    ) -> Outcome {
        switch rules.decide(due, own: own, general: general, now: now) {
        case .fail(let reason): return .failed(reason: reason)
        case .postpone(let time): return .postponed(until: time)
        case .send(let recipient):
            guard let channel = channels[due.notification.channel] else {
                return .failed(reason: "no provider configured for \(due.notification.channel.rawValue)")
            }
            return outcome(channel.deliver(message(due, recipient)), after: due.attempt, now: now)
        }
    }

    private func outcome(_ result: AttemptResult, after attempt: Int, now: Timestamp) -> Outcome {
        switch result {
        case .delivered: return .delivered
        case .failed(let reason): return .failed(reason: Self.cut(reason))
        // Cut off by the stop, not by its receiver: a deploy must not use up an attempt.
        case .tryAgain where isStopped(): return .postponed(until: now)
        case .tryAgain(let reason, let wait):
            var random = SystemRandomNumberGenerator()
            guard let pause = retries.pauseMilliseconds(after: attempt, asked: wait, using: &random) else {
                return .failed(reason: Self.cut("given up after \(attempt) attempts; \(reason)"))
            }
            return .again(afterMilliseconds: pause, reason: Self.cut(reason))
        }
    }

    private static func cut(_ text: String) -> String {
        // What a server sent may hold anything; an event's reason takes no U+0000.
        String(text.filter { $0 != "\0" }.prefix(DeliveryLimits.reasonCharacters))
    }

    private func message(_ due: DueNotification, _ recipient: String) -> OutgoingMessage {
        let notification = due.notification
        return OutgoingMessage(
            userId: notification.userId, notificationId: notification.notificationId,
            idempotencyKey: IdempotencyKey.of(
                userId: notification.userId, notificationId: notification.notificationId),
            category: notification.category, priority: notification.priority, recipient: recipient,
            text: templates.template(notification.category, notification.channel).rendered(
                TemplateValues.of(notification)),
            data: notification.data, actionUrl: notification.actionUrl, sentAt: due.sentAt)
    }
}
