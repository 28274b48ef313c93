import TestKit
import Testing

@testable import ReadAPI

/// Who takes how much of what waits.
@Suite struct QueryTurnsTests {
    private let slow: UInt64 = 1_000

    private func turns(parts: Int = 2, mostJobs: Int = 8) -> QueryTurns {
        QueryTurns(parts: parts, mostJobs: mostJobs, slowNanoseconds: slow)
    }

    @Test func whatWaitsIsSplitAmongThePartsThatAreFree() {
        var turns = turns()
        #expect(turns.next(jobs: 5, now: 10) == .take(3))
        // The last free one takes all, up to what a snapshot takes.
        #expect(turns.next(jobs: 2, now: 11) == .take(2))
        turns.ended(begun: 10)
        #expect(turns.next(jobs: 20, now: 12) == .take(8))
    }

    @Test func noMoreSnapshotsBeginThanThereAreParts() {
        var turns = turns()
        #expect(turns.next(jobs: 2, now: 10) == .take(1))
        #expect(turns.next(jobs: 1, now: 10) == .take(1))
        // One looks again when the first is slow; another would see the same.
        let lookout = turns.next(jobs: 7, now: 60)
        #expect(lookout == .waitNanoseconds(950))
        #expect(turns.next(jobs: 7, now: 60) == .wait)
        // Whoever is done goes on with all that came meanwhile.
        turns.ended(begun: 10)
        #expect(turns.next(jobs: 7, now: 70) == .take(7))
    }

    @Test func slowSnapshotsHoldNobodyUp() {
        var turns = turns()
        #expect(turns.next(jobs: 1, now: 0) == .take(1))
        #expect(turns.next(jobs: 1, now: 100) == .take(1))
        let lookout = turns.next(jobs: 3, now: 200)
        #expect(lookout == .waitNanoseconds(800))
        turns.wokeUp(from: lookout)
        #expect(turns.next(jobs: 3, now: 1_000) == .take(3))
        // Both parts have a quick one again.
        #expect(turns.next(jobs: 1, now: 1_001) == .waitNanoseconds(99))
    }

    @Test func aThreadIsCalledForWorkThatSomebodyCanDo() {
        var turns = turns()
        func isCalled(_ now: UInt64) -> Bool { turns.isCalled(now: now) }
        for _ in 0..<4 { #expect(turns.next(jobs: 0, now: 0) == .wait) }
        // Two parts: two are called, and no third while they are on their way.
        #expect(isCalled(1))
        #expect(isCalled(2))
        #expect(!isCalled(3))
        turns.wokeUp(from: .wait)
        #expect(turns.next(jobs: 3, now: 4) == .take(2))
        turns.wokeUp(from: .wait)
        #expect(turns.next(jobs: 1, now: 5) == .take(1))
        // Both busy: the next is called to look out, those after it are in good hands.
        #expect(isCalled(6))
        turns.wokeUp(from: .wait)
        let lookout = turns.next(jobs: 1, now: 7)
        #expect(lookout == .waitNanoseconds(997))
        #expect(!isCalled(8))
        // Once the first is slow, work is given out again.
        #expect(isCalled(1_004))
    }

    /// However threads and jobs come and go: no job is left behind while nobody is awake or on the look-out, and no more
    /// quick snapshots run than there are parts.
    @Test(arguments: 0..<50) func nothingIsLeftBehind(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let parts = Int(random.next() % 3) + 1
        var turns = turns(parts: parts)
        var (jobs, now) = (0, UInt64(0))
        var (running, called): ([UInt64], Int) = ([], 0)
        var sleeping: [QueryTurns.Step] = []
        func step() {
            switch turns.next(jobs: jobs, now: now) {
            case .take(let number):
                #expect(number >= 1 && number <= min(jobs, 8))
                #expect(running.count { now < $0 + slow } < parts)
                jobs -= number
                running.append(now)
                if jobs > 0, turns.isCalled(now: now) { called += 1 }
            case let step: sleeping.append(step)
            }
        }
        for _ in 0..<4 { step() }
        for _ in 0..<2_000 {
            now += random.next() % 300 + 1
            switch random.next() % 4 {
            case 0, 1:
                jobs += 1
                if turns.isCalled(now: now) { called += 1 }
            case 2 where !running.isEmpty:
                turns.ended(begun: running.remove(at: Int(random.next() % UInt64(running.count))))
                step()
            case 3 where called > 0 && !sleeping.isEmpty:
                called -= 1
                turns.wokeUp(from: sleeping.remove(at: Int(random.next() % UInt64(sleeping.count))))
                step()
            default: break
            }
            // A thread that looks out wakes by itself before it matters.
            let isLookedOut = sleeping.contains { if case .waitNanoseconds = $0 { true } else { false } }
            let isQuickOneRunning = running.contains { now < $0 + slow }
            #expect(jobs == 0 || called > 0 || isLookedOut || isQuickOneRunning || sleeping.isEmpty)
        }
    }
}
