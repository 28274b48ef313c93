import Domain
import Events
import Testing

@testable import Delivery

/// What is recorded of an attempt.
@Suite struct DeliveryDeskTests {
    private struct Refusing: DeliveryChannel {
        func deliver(_ message: OutgoingMessage) -> AttemptResult { .tryAgain(reason: "no answer", afterSeconds: nil) }
    }

    private let now = Timestamp(microseconds: 1_768_449_600_000_000)

    private func outcome(attempt: Int, isStopped: Bool) -> DeliveryDesk.Outcome {
        let desk = DeliveryDesk(DeliverySettings(), channels: [.email: Refusing()]) { isStopped }
        let due = DueNotification(
            notification: NotificationSend(
                notificationId: "n", userId: "u", channel: .email, category: "trade_alert", title: "t", body: "b",
                priority: .urgent),
            sentAt: now, notedAt: now, attempt: attempt)
        let preference = PreferenceChanged(userId: "u", category: "*", channels: [.email], email: "a@example.org")
        return desk.attempt(due, own: preference, general: nil, now: now)
    }

    @Test func theLastAttemptThatFailsIsTheEnd() {
        guard case .again = outcome(attempt: 1, isStopped: false) else {
            Issue.record("not tried again")
            return
        }
        guard case .failed(let reason) = outcome(attempt: DeliveryLimits.attempts, isStopped: false) else {
            Issue.record("tried for ever")
            return
        }
        #expect(reason.contains("no answer"))
    }

    /// A deploy must not use up a notification's attempts.
    @Test func whatTheStopCutsOffDoesNotCount() {
        #expect(outcome(attempt: DeliveryLimits.attempts, isStopped: true) == .postponed(until: now))
    }
}
