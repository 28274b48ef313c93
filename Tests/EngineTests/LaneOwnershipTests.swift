import Engine
import Testing

/// Every event that can come to a worker's lanes, in every phase that matters.
@Suite struct LaneOwnershipTests {
    private typealias Event = LaneOwnership.Event
    private typealias Action = LaneOwnership.Action
    private typealias Phase = LaneOwnership.Phase

    private static let retry = EngineLimits.retryMilliseconds
    private static let standby = EngineLimits.standbyMilliseconds
    private static let look = EngineLimits.maximumRetryMilliseconds
    private static let grace = EngineLimits.groupCommitMilliseconds

    /// When, what, and what must come of it.
    private typealias Line = (now: Int, event: Event, actions: [Action])

    private static let lines: [(name: String, lines: [Line], phases: [Int: Phase])] = [
        (
            "given lanes are claimed, then consumed",
            [(0, .given([2, 1]), []), (0, .time, [.claim([1, 2])]), (0, .claimed(faults: [:]), [.assign([1, 2])])],
            [1: .running, 2: .running]
        ),
        (
            "a busy lane is claimed again after a pause",
            [
                (0, .given([1]), []), (0, .time, [.claim([1])]), (0, .claimRefused, []), (1, .time, []),
                (retry, .time, [.claim([1])]),
            ], [1: .wanted]
        ),
        (
            "lanes of another fold's build are asked for now and then",
            [
                (0, .given([1]), []), (0, .time, [.claim([1])]), (0, .standBy, []), (standby - 1, .time, []),
                (standby, .time, [.claim([1])]), (standby, .claimed(faults: [:]), [.assign([1])]),
            ], [1: .running]
        ),
        (
            "a group that gives nothing asks for nothing",
            [(0, .given([]), []), (0, .time, []), (look, .time, [])], [:]
        ),
        (
            "revoked lanes are drained, told of and let go",
            started([1, 2]) + [(9, .revoked, [.drain([1, 2]), .commitToGroup(waiting: false), .release])], [:]
        ),
        (
            "lost lanes are drained and let go, and the group is told nothing",
            started([1]) + [(9, .lost, [.drain([1]), .release])], [:]
        ),
        (
            "lanes taken back while they were claimed stay away",
            [
                (0, .given([1]), []), (0, .time, [.claim([1])]),
                (0, .revoked, [.commitToGroup(waiting: false), .release]),
                (1, .claimed(faults: [:]), [.assign([])]), (look, .time, []),
            ], [:]
        ),
        (
            "lanes of a view that is refused are drained and not consumed, until the group gives anew",
            started([1, 2]) + [
                (9, .refused, [.drain([1, 2]), .commitToGroup(waiting: false), .assign([])]), (9, .refused, []),
                (look, .time, []), (look, .given([2]), []), (look, .time, [.claim([2])]),
            ], [2: .wanted]
        ),
        (
            "lanes that are refused while they are claimed stay away",
            [
                (0, .given([1]), []), (0, .time, [.claim([1])]),
                (0, .refused, [.commitToGroup(waiting: false), .assign([])]),
                (1, .claimed(faults: [:]), [.assign([])]), (look, .time, []),
            ], [:]
        ),
        (
            "a second assignment drains the first",
            started([1, 2]) + [(9, .given([3]), [.drain([1, 2])]), (9, .time, [.claim([3])])], [3: .wanted]
        ),
        (
            "a lane that another worker took is claimed again only after the group had time to say so",
            started([1, 2]) + [
                (10, .ended(lane: 1, .lost(to: "other")), [.drain([1, 2])]), (10 + grace - 1, .time, []),
                (10 + grace, .time, [.claim([1, 2])]),
            ], [1: .wanted, 2: .wanted]
        ),
        (
            "a rewound or unreadable lane takes the others with it into a new assignment",
            started([1, 2]) + [
                (10, .ended(lane: 2, .rewind), [.drain([1, 2])]), (10, .ended(lane: 1, .unreadable("gone")), []),
                (10 + grace, .time, [.claim([1, 2])]),
            ], [1: .wanted, 2: .wanted]
        ),
        (
            "a failed lane stands still, the others go on",
            started([1, 2]) + [(10, .ended(lane: 1, .failed("why")), []), (look, .time, [])],
            [1: .failed("why"), 2: .running]
        ),
        (
            "a failed lane is tried again with the next claim",
            started([1, 2]) + [
                (10, .ended(lane: 1, .failed("why")), []), (10, .ended(lane: 2, .rewind), [.drain([2])]),
                (10 + grace, .time, [.claim([1, 2])]),
            ], [1: .wanted, 2: .wanted]
        ),
        (
            "a lane without its next record is not consumed, and looked at now and then",
            [
                (0, .given([1, 2]), []), (0, .time, [.claim([1, 2])]),
                (0, .claimed(faults: [1: "retention"]), [.assign([2])]), (look - 1, .time, []),
                (look, .time, [.look([1])]), (look, .looked(faults: [1: "retention"]), []), (look + 1, .time, []),
                (2 * look, .time, [.look([1])]), (2 * look, .looked(faults: [:]), [.drain([2])]),
                (2 * look, .time, [.claim([1, 2])]),
            ], [1: .wanted, 2: .wanted]
        ),
        (
            "a paused lane is drained and stays claimed",
            started([1, 2]) + [
                (5, .pauses([1]), [.drain([1, 2])]), (5, .pauses([1]), []), (5, .time, [.claim([1, 2])]),
                (6, .claimed(faults: [:]), [.assign([2])]), (look, .time, []),
            ],
            [1: .paused, 2: .running]
        ),
        (
            "a lane that is paused before its claim is claimed and not consumed",
            [
                (0, .pauses([1]), []), (0, .given([1, 2]), []), (0, .time, [.claim([1, 2])]),
                (0, .claimed(faults: [:]), [.assign([2])]),
            ], [1: .paused, 2: .running]
        ),
        (
            "a resumed lane is claimed with the others and consumed from its checkpoint",
            started([1, 2]) + [
                (5, .pauses([1]), [.drain([1, 2])]), (5, .time, [.claim([1, 2])]),
                (5, .claimed(faults: [:]), [.assign([2])]), (6, .pauses([]), [.drain([2])]),
                (6, .time, [.claim([1, 2])]),
                (6, .claimed(faults: [:]), [.assign([1, 2])]),
            ], [1: .running, 2: .running]
        ),
        (
            "an assignment that fails is tried again after a pause",
            [
                (0, .given([1]), []), (0, .time, [.claim([1])]), (0, .claimed(faults: [:]), [.assign([1])]),
                (0, .assignFailed, [.drain([1])]), (1, .time, []), (retry, .time, [.claim([1])]),
            ], [1: .wanted]
        ),
        (
            "a group that did not hear that lanes are given back is told again",
            started([1]) + [
                (9, .revoked, [.drain([1]), .commitToGroup(waiting: false), .release]), (9, .releaseFailed, []),
                (10, .time, []), (9 + retry, .time, [.release]), (look, .time, []),
            ], [:]
        ),
        (
            "what ended before it was drained changes nothing",
            started([1]) + [
                (9, .revoked, [.drain([1]), .commitToGroup(waiting: false), .release]),
                (9, .ended(lane: 1, .lost(to: "other")), []), (look, .time, []),
            ], [:]
        ),
        (
            "a stop drains and tells the group, once it waits for",
            started([1]) + [(9, .stop, [.drain([1]), .commitToGroup(waiting: true)])], [:]
        ),
    ]

    private static func started(_ lanes: Set<Int>) -> [Line] {
        [
            (0, .given(lanes), []), (0, .time, [.claim(lanes.sorted())]),
            (0, .claimed(faults: [:]), [.assign(lanes.sorted())]),
        ]
    }

    @Test(arguments: lines.indices) func table(index: Int) {
        let (name, lines, phases) = Self.lines[index]
        var ownership = LaneOwnership()
        for (number, line) in lines.enumerated() {
            #expect(ownership.handle(line.event, now: line.now) == line.actions, "\(name), line \(number)")
        }
        #expect(ownership.lanes == phases, "\(name)")
    }

    @Test func failuresAndWhatFollows() {
        let wait = EngineLimits.retryMilliseconds
        let cases: [(LaneFailure, LaneRetry.Step)] = [
            (.fenced, .claimAgain), (.moved, .claimAgain),
            (.database(.connectionLost("cut")), .claimAfter(milliseconds: wait)),
            (.database(.server(sqlState: "40P01", "deadlock")), .claimAfter(milliseconds: wait)),
            (.reroute("no answer"), .claimAfter(milliseconds: wait)), (.stored("bad row"), .end(.failed("bad row"))),
            (.parkingLotFull("full"), .claimAfter(milliseconds: EngineLimits.fullLotRetryMilliseconds)),
            (.log("gone"), .end(.failed("gone"))),
            (.stopped, .end(.stopped)),
        ]
        for (failure, step) in cases {
            var retry = LaneRetry()
            #expect(retry.after(failure) == step, "\(failure)")
        }
    }

    @Test func pausesGrowUpToTheirLimitAndStartAnewAfterASuccess() {
        var retry = LaneRetry()
        var waits: [Int] = []
        for _ in 0..<8 {
            guard case .claimAfter(let wait) = retry.after(.reroute("no answer")) else { continue }
            waits.append(wait)
        }
        #expect(waits == [200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000])
        retry.succeeded()
        #expect(retry.after(.reroute("no answer")) == .claimAfter(milliseconds: 200))
    }
}
