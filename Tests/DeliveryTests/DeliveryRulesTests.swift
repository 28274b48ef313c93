import Domain
import Events
import Testing

@testable import Delivery

/// What becomes of a notification, by its fields, its user's preferences and the time.
@Suite struct DeliveryRulesTests {
    private let rules = DeliveryRules(maximumAgeHours: 24)
    /// A Thursday, 09:30 in Kolkata.
    private let morning = Timestamp(microseconds: 1_768_449_600_000_000)

    private func at(hours: Int, minutes: Int = 0) -> Timestamp {
        morning.adding(microseconds: Int64(hours * 60 + minutes) * Timestamp.microsecondsPerMinute)
    }

    private func due(
        _ channel: NotificationChannel = .email, _ priority: NotificationPriority = .medium,
        scheduledFor: Timestamp? = nil, expiresAt: Timestamp? = nil, sentAt: Timestamp? = nil, notedAt: Timestamp? = nil
    ) -> DueNotification {
        DueNotification(
            notification: NotificationSend(
                notificationId: "n", userId: "u", channel: channel, category: "trade_alert", title: "t", body: "b",
                priority: priority, scheduledFor: scheduledFor, expiresAt: expiresAt),
            sentAt: sentAt ?? morning, notedAt: notedAt ?? morning, attempt: 1)
    }

    private func preference(
        _ channels: [NotificationChannel] = NotificationChannel.allCases, quiet: (String, String)? = nil,
        zone: String? = nil, email: String? = "a@example.org", url: String? = nil
    ) -> PreferenceChanged {
        PreferenceChanged(
            userId: "u", category: "*", channels: channels, quietFrom: quiet?.0, quietTo: quiet?.1, timeZone: zone,
            email: email, webhookUrl: url)
    }

    @Test func addressesComeFromTheCategoryThenFromAll() {
        let general = preference(email: "all@example.org")
        #expect(
            rules.decide(due(), own: preference(), general: general, now: morning) == .send(recipient: "a@example.org"))
        #expect(
            rules.decide(due(), own: preference(email: nil), general: general, now: morning)
                == .send(recipient: "all@example.org"))
        guard case .fail(let reason) = rules.decide(due(), own: nil, general: nil, now: morning) else {
            Issue.record("sent without an address")
            return
        }
        #expect(reason.contains("email address"))
        #expect(rules.decide(due(.sms), own: nil, general: nil, now: morning) == .send(recipient: ""))
    }

    @Test func aChannelThatIsLeftOutFails() {
        let decision = rules.decide(due(), own: preference([.webhook]), general: preference(), now: morning)
        #expect(decision == .fail(reason: "the user's preferences leave out email for trade_alert"))
    }

    @Test func theScheduleIsKeptAndAnExpiryEndsIt() {
        let later = at(hours: 2)
        #expect(
            rules.decide(due(scheduledFor: later), own: preference(), general: nil, now: morning)
                == .postpone(until: later))
        #expect(
            rules.decide(due(scheduledFor: later), own: preference(), general: nil, now: later)
                == .send(recipient: "a@example.org"))
        #expect(
            rules.decide(due(expiresAt: morning), own: preference(), general: nil, now: morning)
                == .fail(reason: "expired at \(morning)"))
    }

    @Test func yesterdaysNewsIsNotSent() {
        let old = due(sentAt: at(hours: -24))
        guard case .fail(let reason) = rules.decide(old, own: preference(), general: nil, now: morning) else {
            Issue.record("an old notification was sent")
            return
        }
        #expect(reason.hasPrefix("expired: it was due 24 hours"))
        let young = due(sentAt: at(hours: -23))
        #expect(rules.decide(young, own: preference(), general: nil, now: morning) == .send(recipient: "a@example.org"))
        // What was held back since it was noted is not old.
        let held = due(sentAt: morning, notedAt: morning)
        #expect(
            rules.decide(held, own: preference(), general: nil, now: at(hours: 60)) == .send(recipient: "a@example.org")
        )
    }

    @Test(arguments: [
        ("22:00", "07:00", 13), ("09:00", "10:00", 0), ("09:30", "09:31", 0), ("10:00", "11:00", 0),
        ("09:31", "09:30", 0),
    ])
    func quietHoursHoldBack(from: String, to: String, hours: Int) {
        // 22:30, or 09:30.
        let now = at(hours: hours)
        let preference = preference(quiet: (from, to))
        let decision = rules.decide(due(), own: preference, general: nil, now: now)
        switch (from, to) {
        case ("22:00", "07:00"): #expect(decision == .postpone(until: at(hours: 21, minutes: 30)))
        case ("09:00", "10:00"): #expect(decision == .postpone(until: at(hours: 0, minutes: 30)))
        case ("09:30", "09:31"): #expect(decision == .postpone(until: at(hours: 0, minutes: 1)))
        default: #expect(decision == .send(recipient: "a@example.org"))
        }
        for priority in [NotificationPriority.high, .urgent] {
            #expect(
                rules.decide(due(.email, priority), own: preference, general: nil, now: now)
                    == .send(recipient: "a@example.org"))
        }
    }

    @Test func whatItsUserDeletedIsNotSent() {
        var notification = due(.email, .urgent)
        notification.isDeleted = true
        #expect(
            rules.decide(notification, own: preference(), general: nil, now: morning)
                == .fail(reason: "deleted before it was sent"))
    }

    /// There is no end to wait for, so it must not wait for ever.
    @Test func quietHoursOfAWholeDayRefuse() {
        let always = preference(quiet: ("22:00", "22:00"))
        #expect(
            rules.decide(due(), own: always, general: nil, now: morning)
                == .fail(reason: "the user's quiet hours are the whole day"))
        #expect(
            rules.decide(due(.email, .urgent), own: always, general: nil, now: morning)
                == .send(recipient: "a@example.org"))
    }

    @Test func quietHoursGoByTheUsersZone() throws {
        // 09:30 in Kolkata is 04:00 in London in winter.
        let london = preference(quiet: ("22:00", "07:00"), zone: "Europe/London")
        #expect(rules.decide(due(), own: london, general: nil, now: morning) == .postpone(until: at(hours: 3)))
        let fixed = preference(quiet: ("22:00", "07:00"), zone: "-05:00")
        #expect(rules.decide(due(), own: fixed, general: nil, now: morning) == .postpone(until: at(hours: 8)))
        // In July London has summer time: 05:00 there.
        let july = Timestamp(try #require(CivilDate(year: 2026, month: 7, day: 15)), minutes: 240)
        let inJuly = due(sentAt: july, notedAt: july)
        #expect(
            rules.decide(inJuly, own: london, general: nil, now: july)
                == .postpone(until: july.adding(microseconds: 2 * 3_600_000_000)))
    }

    @Test func pausesDoubleUpToTheirLimit() {
        var random = SystemRandomNumberGenerator()
        let policy = RetryPolicy(firstPauseMilliseconds: 1_000, longestPauseMilliseconds: 60_000, attempts: 9)
        for attempt in 1...8 {
            let full = min(1_000 << (attempt - 1), 60_000)
            for _ in 0..<50 {
                let pause = policy.pauseMilliseconds(after: attempt, using: &random) ?? -1
                #expect((full / 2...full).contains(pause), "attempt \(attempt): \(pause)")
            }
        }
        #expect(policy.pauseMilliseconds(after: 9, using: &random) == nil)
        #expect(policy.pauseMilliseconds(after: 1, asked: 120, using: &random) == 120_000)
    }

    @Test func priorityRanksAreThoseOfTheView() {
        #expect(NotificationPriority.allCases.map(\.rank) == [0, 1, 2, 3])
    }
}
