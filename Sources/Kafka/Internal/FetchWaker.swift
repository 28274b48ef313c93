import CLibrdkafka
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Before `fetch.queue.backoff.ms` existed (librdkafka 2.2), a broker thread that found a queue full
/// looked at it again after up to a second, however soon the application had emptied it. This prods
/// it while a lane takes enough for its queue to have been full.
final class FetchWaker: Sendable {
    private let handle: KafkaHandle
    private let isNeeded: Bool
    private let messages = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)
    private let lastWake = Atomic<UInt64>(0)

    init(_ handle: KafkaHandle) {
        self.handle = handle
        isNeeded = rd_kafka_version() < 0x0202_0000
    }

    func took(_ count: Int, bytes size: Int) {
        guard isNeeded, count > 0 else { return }
        messages.add(count, ordering: .relaxed)
        bytes.add(size, ordering: .relaxed)
        guard isDue else { return }
        let now = Self.nowMilliseconds
        guard now - lastWake.load(ordering: .relaxed) >= UInt64(KafkaLimits.fetchWakeMilliseconds) else { return }
        wake(now)
    }

    func beforeWaiting() {
        guard isNeeded, isDue else { return }
        wake(Self.nowMilliseconds)
    }

    private var isDue: Bool {
        messages.load(ordering: .relaxed) >= KafkaLimits.fetchWakeMessages
            || bytes.load(ordering: .relaxed) >= KafkaLimits.fetchWakeBytes
    }

    private func wake(_ now: UInt64) {
        lastWake.store(now, ordering: .relaxed)
        messages.store(0, ordering: .relaxed)
        bytes.store(0, ordering: .relaxed)
        handle.wakeBrokerThreads()
    }

    private static var nowMilliseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
    }
}
