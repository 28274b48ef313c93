import Testing

@testable import EmbeddedBroker

/// Drives one group by hand, with a clock of the test's own.
private struct Driver {
    var group = ConsumerGroup(id: "g")
    var now: Int64 = 0
    var token: ReplyToken = 0
    var actions: [GroupAction] = []

    mutating func join(
        _ memberId: String = "", proposed: String = "new", instance: String? = nil, connection: UInt64 = 1,
        returns: Bool = false, protocols: [String] = ["range"], type: String = "consumer", metadata: [UInt8] = [1]
    ) -> ReplyToken {
        token += 1
        let request = JoinGroupRequest(
            group: "g", sessionTimeoutMilliseconds: 1_000, rebalanceTimeoutMilliseconds: 5_000, memberId: memberId,
            instanceId: instance, protocolType: type,
            protocols: protocols.map { JoinGroupRequest.GroupProtocol(name: $0, metadata: metadata) })
        let client = JoiningClient(
            token: token, connection: connection, clientId: "c", host: "h", proposedMemberId: proposed,
            mustReturnWithId: returns)
        actions += group.join(request, client, now: now)
        return token
    }

    mutating func sync(_ memberId: String, generation: Int32, _ assignments: [String: [UInt8]] = [:]) -> ReplyToken {
        token += 1
        let request = SyncGroupRequest(
            group: "g", generation: generation, memberId: memberId,
            assignments: assignments.map { SyncGroupRequest.Assignment(memberId: $0.key, bytes: $0.value) })
        actions += group.sync(request, token: token, now: now)
        return token
    }

    mutating func heartbeat(_ memberId: String, generation: Int32, instance: String? = nil) -> ErrorCode {
        group.heartbeat(
            HeartbeatRequest(group: "g", generation: generation, memberId: memberId, instanceId: instance), now: now)
    }

    mutating func commit(_ memberId: String, generation: Int32) -> ErrorCode {
        group.checkCommit(
            OffsetCommitRequest(group: "g", generation: generation, memberId: memberId, topics: []), now: now)
    }

    mutating func leave(_ memberId: String) -> ErrorCode? {
        let (answers, actions) = group.leave([LeaveGroupRequest.Member(id: memberId, instanceId: nil)], now: now)
        self.actions += actions
        return answers.first?.error
    }

    mutating func advance(_ milliseconds: Int64) {
        now += milliseconds
        actions += group.tick(now: now)
    }

    func joined(_ token: ReplyToken) -> JoinGroupResponse? {
        for case .joined(token, let response) in actions { return response }
        return nil
    }

    func synced(_ token: ReplyToken) -> SyncGroupResponse? {
        for case .synced(token, let response) in actions { return response }
        return nil
    }

    /// A stable group of two: a leads.
    static func pair() -> Driver {
        var driver = Driver()
        _ = driver.join(proposed: "a")
        let second = driver.join(proposed: "b")
        _ = driver.join("a")
        _ = driver.sync("a", generation: 2, ["a": [10], "b": [20]])
        _ = driver.sync("b", generation: 2)
        assert(driver.joined(second) != nil)
        return driver
    }
}

struct ConsumerGroupTests {
    @Test func theFirstMemberLeadsAtOnce() {
        var driver = Driver()
        let token = driver.join(proposed: "a")
        let answer = driver.joined(token)
        #expect(answer?.error == ErrorCode.none)
        #expect(answer?.generation == 1)
        #expect(answer?.leader == "a")
        #expect(answer?.members.map(\.id) == ["a"])
        #expect(driver.group.state == .completingRebalance)
        let sync = driver.sync("a", generation: 1, ["a": [7]])
        #expect(driver.synced(sync)?.assignment == [7])
        #expect(driver.group.state == .stable)
    }

    @Test func aNewClientMustReturnWithTheIdItWasGiven() {
        var driver = Driver()
        let first = driver.join(proposed: "a", returns: true)
        #expect(driver.joined(first)?.error == .memberIdRequired)
        #expect(driver.joined(first)?.memberId == "a")
        let second = driver.join("a", returns: true)
        #expect(driver.joined(second)?.error == ErrorCode.none)
        let stranger = driver.join("stranger", returns: true)
        #expect(driver.joined(stranger)?.error == .unknownMemberId)
    }

    @Test func anIdThatIsNeverUsedHoldsUpNobodyForLong() {
        var driver = Driver()
        _ = driver.join(proposed: "ghost", connection: 9, returns: true)
        let token = driver.join(proposed: "a")
        #expect(driver.joined(token) == nil, "the ghost may still come")
        driver.actions += driver.group.connectionLost(9, tokens: [], now: driver.now)
        #expect(driver.joined(token)?.error == ErrorCode.none)
        var other = Driver()
        _ = other.join(proposed: "ghost", returns: true)
        let waiting = other.join(proposed: "a")
        other.advance(1_000)
        #expect(other.joined(waiting)?.error == ErrorCode.none)
    }

    @Test func aSecondMemberWaitsForTheFirstToJoinAgain() {
        var driver = Driver()
        _ = driver.join(proposed: "a")
        _ = driver.sync("a", generation: 1, ["a": [1]])
        let second = driver.join(proposed: "b")
        #expect(driver.joined(second) == nil)
        #expect(driver.heartbeat("a", generation: 1) == .rebalanceInProgress)
        let again = driver.join("a")
        #expect(driver.joined(again)?.generation == 2)
        #expect(driver.joined(again)?.members.map(\.id) == ["a", "b"])
        #expect(driver.joined(second)?.leader == "a")
        #expect(driver.joined(second)?.members.isEmpty == true)
    }

    @Test func followersGetTheirShareWhenTheLeaderHasDecided() {
        var driver = Driver()
        _ = driver.join(proposed: "a")
        _ = driver.join(proposed: "b")
        _ = driver.join("a")
        let follower = driver.sync("b", generation: 2)
        #expect(driver.synced(follower) == nil)
        let leader = driver.sync("a", generation: 2, ["a": [1], "b": [2]])
        #expect(driver.synced(leader)?.assignment == [1])
        #expect(driver.synced(follower)?.assignment == [2])
    }

    @Test func staleGenerationsAndStrangersAreRefused() {
        var driver = Driver.pair()
        #expect(driver.heartbeat("a", generation: 2) == .none)
        #expect(driver.heartbeat("a", generation: 1) == .illegalGeneration)
        #expect(driver.heartbeat("x", generation: 2) == .unknownMemberId)
        #expect(driver.commit("b", generation: 2) == .none)
        #expect(driver.commit("b", generation: 1) == .illegalGeneration)
        #expect(driver.commit("x", generation: 2) == .unknownMemberId)
        #expect(driver.commit("", generation: -1) == .unknownMemberId, "the group has members")
        let sync = driver.sync("a", generation: 1)
        #expect(driver.synced(sync)?.error == .illegalGeneration)
    }

    @Test func aSilentMemberIsDroppedAndItsShareGoesToTheOther() {
        var driver = Driver.pair()
        driver.advance(900)
        #expect(driver.heartbeat("a", generation: 2) == .none)
        driver.advance(200)
        #expect(driver.group.members.keys.sorted() == ["a"])
        #expect(driver.heartbeat("a", generation: 2) == .rebalanceInProgress)
        let again = driver.join("a")
        #expect(driver.joined(again)?.members.map(\.id) == ["a"])
        #expect(driver.commit("b", generation: 2) == .unknownMemberId)
    }

    @Test func whoDoesNotJoinWithinTheRebalanceTimeoutIsDropped() {
        var driver = Driver.pair()
        let token = driver.join(proposed: "c")
        for _ in 0..<6 {
            driver.advance(900)
            // Alive, but it never joins.
            _ = driver.heartbeat("a", generation: 2)
            _ = driver.heartbeat("b", generation: 2)
        }
        #expect(driver.joined(token)?.members.map(\.id) == ["c"])
        #expect(driver.joined(token)?.leader == "c")
    }

    @Test func whoDoesNotSyncIsDropped() {
        var driver = Driver()
        _ = driver.join(proposed: "a")
        _ = driver.join(proposed: "b")
        _ = driver.join("a")
        let follower = driver.sync("b", generation: 2)
        for _ in 0..<6 {
            driver.advance(900)
            _ = driver.heartbeat("a", generation: 2)
        }
        #expect(driver.synced(follower)?.error == .rebalanceInProgress)
        #expect(driver.group.members["a"] == nil)
    }

    @Test func leavingRebalancesAndTheLastOneEmptiesTheGroup() {
        var driver = Driver.pair()
        #expect(driver.leave("b") == ErrorCode.none)
        #expect(driver.heartbeat("a", generation: 2) == .rebalanceInProgress)
        #expect(driver.leave("b") == .unknownMemberId)
        #expect(driver.leave("a") == ErrorCode.none)
        #expect(driver.group.state == .empty)
        #expect(driver.group.nextDeadline == .max)
        #expect(driver.commit("", generation: -1) == .none, "an empty group takes offsets from anybody")
    }

    @Test func aMemberThatVanishedWhileJoiningLivesOnItsSessionAlone() {
        var driver = Driver.pair()
        let token = driver.join("a")
        driver.actions += driver.group.connectionLost(1, tokens: [token], now: driver.now)
        _ = driver.heartbeat("b", generation: 2)
        driver.advance(900)
        let other = driver.join("b")
        #expect(driver.joined(other) == nil)
        driver.advance(200)
        #expect(driver.joined(other)?.members.map(\.id) == ["b"])
        #expect(driver.joined(token) == nil)
    }

    @Test func theAnswerToALostJoinIsGivenAgain() {
        var driver = Driver.pair()
        let again = driver.join("b")
        #expect(driver.joined(again)?.generation == 2)
        #expect(driver.group.state == .stable)
        let changed = driver.join("b", metadata: [9])
        #expect(driver.joined(changed) == nil)
        #expect(driver.group.state == .preparingRebalance)
    }

    @Test func protocolsMustAgree() {
        var driver = Driver()
        _ = driver.join(proposed: "a", protocols: ["range", "roundrobin"])
        let other = driver.join(proposed: "b", protocols: ["sticky"])
        #expect(driver.joined(other)?.error == .inconsistentGroupProtocol)
        let connect = driver.join(proposed: "c", type: "connect")
        #expect(driver.joined(connect)?.error == .inconsistentGroupProtocol)
        let none = driver.join(proposed: "d", protocols: [])
        #expect(driver.joined(none)?.error == .inconsistentGroupProtocol)
        _ = driver.join(proposed: "e", protocols: ["roundrobin"])
        let leader = driver.join("a", protocols: ["range", "roundrobin"])
        #expect(driver.joined(leader)?.protocolName == "roundrobin")
    }

    @Test func aStaticMemberTakesItsPlaceBackWithoutARebalance() {
        var driver = Driver()
        _ = driver.join(proposed: "a", instance: "one")
        _ = driver.sync("a", generation: 1, ["a": [1]])
        // What an assignor says in it changes with every start.
        let back = driver.join(proposed: "a2", instance: "one", metadata: [2])
        #expect(driver.joined(back)?.memberId == "a2")
        #expect(driver.joined(back)?.generation == 1)
        #expect(driver.joined(back)?.members.isEmpty == true)
        let sync = driver.sync("a2", generation: 1)
        #expect(driver.synced(sync)?.assignment == [1])
        #expect(driver.heartbeat("a", generation: 1, instance: "one") == .fencedInstanceId)
        let old = driver.join("a", instance: "one")
        #expect(driver.joined(old)?.error == .fencedInstanceId)
    }

    @Test func aStaticMemberThatChangesTheProtocolCausesARebalance() {
        var driver = Driver()
        _ = driver.join(proposed: "a", instance: "one", protocols: ["range", "sticky"])
        _ = driver.sync("a", generation: 1, ["a": [1]])
        let back = driver.join(proposed: "a2", instance: "one", protocols: ["sticky"])
        #expect(driver.joined(back)?.generation == 2)
        #expect(driver.joined(back)?.protocolName == "sticky")
    }

    @Test func anEmptyGroupKeepsItsType() {
        var driver = Driver.pair()
        driver.now += 10_000
        driver.actions += driver.group.tick(now: driver.now)
        #expect(driver.group.state == .empty)
        #expect(driver.group.description.protocolType == "consumer")
        let other = driver.join(proposed: "x", type: "connect")
        #expect(driver.joined(other)?.error == ErrorCode.none)
        #expect(driver.group.description.protocolType == "connect")
    }

    @Test func theCoordinatorKnowsTheNextDeadlineAndRefusesOddRequests() {
        var coordinator = GroupCoordinator()
        func request(_ group: String, session: Int32 = 1_000, member: String = "") -> JoinGroupRequest {
            JoinGroupRequest(
                group: group, sessionTimeoutMilliseconds: session, rebalanceTimeoutMilliseconds: 1_000,
                memberId: member,
                protocolType: "consumer", protocols: [JoinGroupRequest.GroupProtocol(name: "range", metadata: [])])
        }
        func client(_ token: ReplyToken) -> JoiningClient {
            JoiningClient(
                token: token, connection: 1, clientId: "", host: "", proposedMemberId: "m\(token)",
                mustReturnWithId: false)
        }
        func error(_ actions: [GroupAction]) -> ErrorCode? {
            for case .joined(_, let response) in actions { return response.error }
            return nil
        }
        #expect(error(coordinator.join(request(""), client(1), now: 0)) == .invalidGroupId)
        #expect(error(coordinator.join(request("g", session: 1), client(2), now: 0)) == .invalidSessionTimeout)
        #expect(error(coordinator.join(request("g", member: "x"), client(3), now: 0)) == .unknownMemberId)
        #expect(coordinator.nextDeadline == .max)
        #expect(error(coordinator.join(request("g"), client(4), now: 0)) == ErrorCode.none)
        #expect(coordinator.nextDeadline == 1_000)
        #expect(coordinator.delete("g") == .nonEmptyGroup)
        _ = coordinator.tick(now: 1_000)
        #expect(coordinator.descriptions.first?.state == "Empty")
        #expect(coordinator.delete("g") == .none)
        #expect(coordinator.delete("g") == .groupIdNotFound)
        var commit = OffsetCommitRequest(group: "g", generation: 3, memberId: "m", topics: [])
        #expect(coordinator.checkCommit(commit, now: 0) == .illegalGeneration, "of a generation before a restart")
        commit.generation = -1
        #expect(coordinator.checkCommit(commit, now: 0) == .none)
    }
}
