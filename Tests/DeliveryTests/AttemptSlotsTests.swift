import Dispatch
import Domain
import Events
import Testing

@testable import Delivery

/// Attempts side by side: none waits for another.
@Suite struct AttemptSlotsTests {
    private func claimed(_ user: String) -> DeliveryStore.Claimed {
        let time = Timestamp(microseconds: 1_768_449_600_000_000)
        let notification = NotificationSend(
            notificationId: "n", userId: user, channel: .webhook, category: "c", title: "t", body: "b",
            priority: .medium)
        return DeliveryStore.Claimed(
            due: DueNotification(notification: notification, sentAt: time, notedAt: time, attempt: 1), own: nil,
            general: nil, now: time)
    }

    @Test func oneThatHangsHoldsItsOwnSlotOnly() throws {
        let slots = AttemptSlots(count: 2)
        let release = DispatchSemaphore(value: 0)
        slots.begin(claimed("slow")) {
            release.wait()
            return .failed(reason: "late")
        }
        for _ in 0..<3 {
            slots.begin(claimed("quick")) { .delivered }
            #expect(slots.free == 0 && slots.users.sorted() == ["quick", "slow"])
            while slots.ended.isEmpty { slots.waitForEnd(milliseconds: 10_000) }
            let ended = try #require(slots.ended.first)
            #expect(ended.outcome == .delivered && ended.item.due.notification.userId == "quick")
            // Until it is written down it holds its slot: its user must not get another.
            #expect(slots.free == 0)
            slots.release(ended)
            #expect(slots.free == 1 && slots.users == ["slow"] && slots.ended.isEmpty)
        }
        release.signal()
        while slots.ended.isEmpty { slots.waitForEnd(milliseconds: 10_000) }
        #expect(slots.ended.map(\.outcome) == [.failed(reason: "late")])
    }

    @Test func anAttemptIsOverLongBeforeItsLease() {
        var settings = DeliverySettings()
        #expect(settings.attemptMilliseconds == 30_000)
        settings.leaseMilliseconds = 1_000
        #expect(settings.attemptMilliseconds == 500)
        settings.leaseMilliseconds = 3_600_000
        #expect(settings.attemptMilliseconds == 30_000)
    }
}
