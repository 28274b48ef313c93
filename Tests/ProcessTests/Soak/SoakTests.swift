import Foundation
import Projections
import Testing

extension ProcessTests {
    /// Runs by `make soak` only.
    @Suite("Soak", .serialized, .enabled(if: SoakSettings.asked != nil, "runs by `make soak` only"))
    struct SoakTests {
        @Test("all processors, two copies of each, under steady traffic and steady faults")
        func soak() throws {
            let settings = try #require(SoakSettings.asked)
            let schedule = SoakSchedule(settings)
            var report = SoakReport(
                settings: settings, schedule: schedule.entries.map { "\($0.second) \($0.fault.text)" })
            print("soak of \(settings.minutes) min, seed \(settings.seed), faults by second:")
            print(report.schedule.joined(separator: "\n"))
            let rig = try SoakRig(settings)
            let tape = SoakTape(settings)
            let traffic = try SoakTraffic(tape, settings, to: rig.stack)
            let run = SoakRun(rig, schedule, settings)
            try run.throughFaults(&report)
            try run.untilCaughtUp(&report)
            report.eventsSent = try traffic.join()
            try run.untilLagIsZero(&report)
            try SoakJudgement(rig, tape).judge(&report)
            try report.print()
            try expectGood(report)
        }

        private func expectGood(_ report: SoakReport) throws {
            #expect(report.differences.isEmpty, "\(report.differences.joined(separator: "\n"))")
            #expect(report.acknowledgedAndLost == 0)
            #expect(report.recordsUnknown == 0)
            #expect(report.parked == 0, "\(report.parkedReasons.joined(separator: "\n"))")
            #expect(report.recordsOfViews > 0)
            #expect(report.complaints.isEmpty, "\(report.complaints.joined(separator: "\n"))")
            for (view, seconds) in report.caughtUpSeconds {
                #expect(seconds <= SoakSettings.lagBoundSeconds, "\(view)")
            }
            #expect(report.caughtUpSeconds.count == SoakSettings.views.count)
            #expect(report.lagZeroSeconds <= SoakSettings.lagBoundSeconds)
            let notifications = try #require(report.notifications)
            #expect(notifications.told > 0)
            #expect(notifications.missing == 0)
            #expect(notifications.doubled == 0)
            for program in report.memory {
                let bound =
                    Double(program.before) * SoakSettings.memoryGrowthRatio
                    + Double(SoakSettings.memoryGrowthMebibytes)
                #expect(Double(program.lastQuarter) <= bound, "\(program.name) grows")
                #expect(program.peak < SoakSettings.memoryBoundMebibytes, "\(program.name)")
            }
        }
    }
}

/// The part of a soak with faults in it.
private final class SoakRun {
    private let rig: SoakRig
    private let schedule: SoakSchedule
    private let settings: SoakSettings
    private let begun = ContinuousClock.now
    private var samples = SoakSamples()
    private var nextSample = 0.0
    private var lastFault = ContinuousClock.now

    init(_ rig: SoakRig, _ schedule: SoakSchedule, _ settings: SoakSettings) {
        self.rig = rig
        self.schedule = schedule
        self.settings = settings
    }

    private func seconds(since start: ContinuousClock.Instant) -> Double {
        let elapsed = ContinuousClock.now - start
        return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    }

    func throughFaults(_ report: inout SoakReport) throws {
        for entry in schedule.entries {
            while seconds(since: begun) < entry.second { try tick() }
            try rig.perform(entry.fault)
            if let name = entry.fault.name { report.faults[name, default: 0] += 1 }
        }
        rig.heal()
        rig.thawAll()
        lastFault = .now
    }

    private func tick() throws {
        usleep(50_000)
        try rig.restartEnded()
        let now = seconds(since: begun)
        guard now >= nextSample else { return }
        nextSample = now + SoakSettings.sampleSeconds
        samples.take(rig.processes, at: now)
    }

    /// While the traffic goes on: from when on each view stays less than a second of it behind.
    func untilCaughtUp(_ report: inout SoakReport) throws {
        let end = settings.seconds
        while seconds(since: begun) < end {
            try tick()
            for view in SoakSettings.views {
                guard let lag = try? rig.stack.lag(view) else { continue }
                if lag >= settings.eventsPerSecond {
                    report.caughtUpSeconds[view] = nil
                } else if report.caughtUpSeconds[view] == nil {
                    report.caughtUpSeconds[view] = seconds(since: lastFault)
                }
            }
        }
        report.seconds = seconds(since: begun)
        report.memory = samples.programs(until: report.seconds)
    }

    func untilLagIsZero(_ report: inout SoakReport) throws {
        let stopped = ContinuousClock.now
        report.eventsPerSecond = Int(Double(report.eventsSent) / seconds(since: begun))
        for view in SoakSettings.views { try rig.stack.waitUntilCaughtUp(view) }
        // Ticks lead to firings, these to lines of carts; a checkout rearms rules and places orders.
        for view in ["rules", "cart", "rules", "cart", "orders"] { try rig.stack.waitUntilCaughtUp(view) }
        report.lagZeroSeconds = seconds(since: stopped)
    }
}

/// Compares what is there with what was sent.
private struct SoakJudgement {
    private let rig: SoakRig
    private let tape: SoakTape

    init(_ rig: SoakRig, _ tape: SoakTape) {
        self.rig = rig
        self.tape = tape
    }

    func judge(_ report: inout SoakReport) throws {
        let log = SoakLog(rig.stack)
        var audit = try SoakAudit(tape)
        var expected: Set<String> = []
        for lane in 0..<SoakLog.lanes {
            let events = try log.events(lane: lane) { audit.found($0, $1, isInPlace: $2) }
            let tables = OracleTables(try rig.stack.database())
            let part = (number: lane, count: SoakLog.lanes)
            report.differences += try tables.differences(events, lane: part)
            report.differences += try tables.analyticsDifferences(events, lane: part)
            report.differences += try tables.cashDifferences(events, lane: part)
            report.differences += try tables.cartDifferences(events, lane: part)
            expected.formUnion(SoakNotifications.expected(events))
        }
        report.rowsCompared = true
        report.acknowledgedAndLost = audit.lost
        report.recordsProducedAgain = audit.extra
        report.recordsUnknown = audit.unknown
        report.recordsOfViews = audit.ofViews
        report.recordsMisplaced = audit.misplaced
        report.parked = try rig.stack.count("SELECT count(*) FROM tapefold.parked_event")
        let reasons = try rig.stack.database().query(
            """
            SELECT concat_ws(' ', view, topic, code, reason, convert_from(record_value, 'UTF8'))
            FROM tapefold.parked_event ORDER BY park_order LIMIT \(ProcessTestLimits.differencesNamed)
            """)
        report.parkedReasons = try (0..<reasons.rowCount).map { try reasons.text($0, 0) }
        report.complaints = rig.allComplaints
        report.notifications = try SoakNotifications(log, expected: expected)
    }
}

extension Stack {
    /// Records in a view's logs that it has not folded yet.
    fileprivate func lag(_ view: String) throws -> Int {
        let folded = try checkpoints(view)
        return Int(try ends(view).reduce(0) { $0 + max($1.value - (folded[$1.key] ?? 0), 0) })
    }
}
