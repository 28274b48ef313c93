import Domain
import Events

/// What is to be done with a notification whose turn it is.
enum DeliveryDecision: Sendable, Equatable {
    case send(recipient: String)
    case postpone(until: Timestamp)
    case fail(reason: String)
}

/// Decides by the notification, its user's preferences and the time: a pure function.
struct DeliveryRules: Sendable {
    /// How much older than its sighting a notification may be: an import of old ones, or a worker that was away for
    /// long, must not send yesterday's news.
    var maximumAgeHours: Int

    /// - Parameters:
    ///   - own: of the notification's category.
    ///   - general: of ``PreferenceChanged/everyCategory``; it says what `own` leaves open.
    func decide(
        _ due: DueNotification, own: PreferenceChanged?, general: PreferenceChanged?, now: Timestamp
    ) -> DeliveryDecision {
        if due.isDeleted { return .fail(reason: "deleted before it was sent") }
        let notification = due.notification
        let (channel, category) = (notification.channel, notification.category)
        if let expiry = notification.expiresAt, expiry <= now { return .fail(reason: "expired at \(expiry)") }
        let dueSince = max(due.sentAt, notification.scheduledFor ?? due.sentAt)
        let hours = (due.notedAt.microseconds - dueSince.microseconds) / (3_600 * Timestamp.microsecondsPerSecond)
        if hours >= Int64(maximumAgeHours) {
            return .fail(reason: "expired: it was due \(hours) hours before it could be sent")
        }
        if let scheduled = notification.scheduledFor, scheduled > now { return .postpone(until: scheduled) }
        if let channels = (own ?? general)?.channels, !channels.contains(channel) {
            return .fail(reason: "the user's preferences leave out \(channel.rawValue) for \(category)")
        }
        if notification.priority.mayWait, let hours = quietHours(own, general) {
            if hours.areWholeDay { return .fail(reason: "the user's quiet hours are the whole day") }
            if let end = hours.end(at: now) { return .postpone(until: end) }
        }
        switch channel {
        case .email: return recipient(own?.email ?? general?.email, "an email address")
        case .webhook: return recipient(own?.webhookUrl ?? general?.webhookUrl, "a webhook URL")
        case .inApp, .sms, .push: return .send(recipient: "")
        }
    }

    private func quietHours(_ own: PreferenceChanged?, _ general: PreferenceChanged?) -> QuietHours? {
        for preference in [own, general].compactMap({ $0 }) {
            let zone = preference.timeZone.flatMap(LocalZone.init) ?? .indian
            if let hours = QuietHours(from: preference.quietFrom, to: preference.quietTo, zone: zone) { return hours }
        }
        return nil
    }

    private func recipient(_ address: String?, _ what: String) -> DeliveryDecision {
        guard let address else {
            return .fail(reason: "nobody told \(what) of this user: send preferences.changed with one")
        }
        return .send(recipient: address)
    }
}

extension NotificationPriority {
    /// Whether quiet hours hold it back.
    fileprivate var mayWait: Bool {
        switch self {
        case .low, .medium: true
        case .high, .urgent: false
        }
    }
}
