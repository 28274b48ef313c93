/// Names one request whose answer comes later.
typealias ReplyToken = UInt64

/// What the network side is to do after the group machine has moved.
enum GroupAction: Equatable {
    case joined(ReplyToken, JoinGroupResponse)
    case synced(ReplyToken, SyncGroupResponse)
    case note(String)
}

/// One member of a group, as it last presented itself.
struct GroupMember: Equatable {
    var id: String
    var instanceId: String?
    var clientId: String
    var clientHost: String
    var sessionTimeout: Int64
    var rebalanceTimeout: Int64
    var protocols: [JoinGroupRequest.GroupProtocol]
    var assignment: [UInt8] = []
    /// Joined earlier sorts first; the leader is the earliest.
    var seniority: UInt64
    /// Set while the member waits for the answer to a JoinGroup.
    var joinToken: ReplyToken?
    /// Set while the member waits for the answer to a SyncGroup.
    var syncToken: ReplyToken?
    /// When the session ends unless the member is heard of; a waiting member's session does not end.
    var sessionDeadline: Int64

    var isWaiting: Bool { joinToken != nil || syncToken != nil }

    func metadata(for name: String) -> [UInt8] { protocols.first { $0.name == name }?.metadata ?? [] }
}

/// Who asks to join, beside what the request says.
struct JoiningClient: Equatable {
    var token: ReplyToken
    /// The connection the request came by; a member id handed out dies with it until it is used.
    var connection: UInt64
    var clientId: String
    var host: String
    /// A fresh id, used when the client has none.
    var proposedMemberId: String
    /// Later versions of JoinGroup first hand out the id and expect a second request with it.
    var mustReturnWithId: Bool
}

/// Kafka's classic group protocol for one group: a state machine without I/O or clock. Every method is given the time
/// and returns what is to be answered.
struct ConsumerGroup {
    enum State: String {
        case empty = "Empty"
        case preparingRebalance = "PreparingRebalance"
        case completingRebalance = "CompletingRebalance"
        case stable = "Stable"
    }

    let id: String
    private(set) var state = State.empty
    private(set) var generation: Int32 = 0
    private(set) var protocolType: String?
    private(set) var protocolName: String?
    private(set) var leader: String?
    private(set) var members: [String: GroupMember] = [:]
    /// Member ids handed out and not yet used, with the connection they went to and the time they lapse.
    private var pending: [String: (connection: UInt64, deadline: Int64)] = [:]
    /// Static members by instance id.
    private var instances: [String: String] = [:]
    private var rebalanceDeadline = Int64.max
    private var nextSeniority: UInt64 = 0

    init(id: String) { self.id = id }

    var isEmpty: Bool { members.isEmpty && pending.isEmpty }

    /// When `tick` next has something to do.
    var nextDeadline: Int64 {
        var deadline = state == .preparingRebalance || state == .completingRebalance ? rebalanceDeadline : .max
        for member in members.values where !member.isWaiting { deadline = min(deadline, member.sessionDeadline) }
        for entry in pending.values { deadline = min(deadline, entry.deadline) }
        return deadline
    }

    private var bySeniority: [GroupMember] { members.values.sorted { $0.seniority < $1.seniority } }

    // MARK: Join

    mutating func join(_ request: JoinGroupRequest, _ client: JoiningClient, now: Int64) -> [GroupAction] {
        func refuse(_ error: ErrorCode, memberId: String? = nil) -> [GroupAction] {
            [.joined(client.token, JoinGroupResponse(error: error, memberId: memberId ?? request.memberId))]
        }
        guard !request.protocols.isEmpty, !request.protocolType.isEmpty, accepts(request) else {
            return refuse(.inconsistentGroupProtocol)
        }
        if let instance = request.instanceId {
            if let current = instances[instance] {
                if request.memberId.isEmpty { return replaceStatic(current, request, client, now: now) }
                if current != request.memberId { return refuse(.fencedInstanceId) }
            } else if !request.memberId.isEmpty {
                return refuse(.unknownMemberId)
            }
        }
        if members[request.memberId] != nil { return rejoin(request, client, now: now) }
        if request.memberId.isEmpty {
            guard members.count + pending.count < EmbeddedBrokerLimits.maximumGroupMembers else {
                return refuse(.groupMaxSizeReached)
            }
            if client.mustReturnWithId && request.instanceId == nil {
                let deadline = now + Int64(request.sessionTimeoutMilliseconds)
                pending[client.proposedMemberId] = (client.connection, deadline)
                return refuse(.memberIdRequired, memberId: client.proposedMemberId)
            }
            return add(client.proposedMemberId, request, client, now: now)
        }
        guard pending.removeValue(forKey: request.memberId) != nil else { return refuse(.unknownMemberId) }
        return add(request.memberId, request, client, now: now)
    }

    /// Whether some protocol is known to the newcomer and to all others.
    private func accepts(_ request: JoinGroupRequest) -> Bool {
        let others = members.values.filter { $0.id != request.memberId }
        guard !others.isEmpty else { return true }
        guard protocolType == request.protocolType else { return false }
        return request.protocols.contains { offered in
            others.allSatisfy { member in member.protocols.contains { $0.name == offered.name } }
        }
    }

    private mutating func add(
        _ memberId: String, _ request: JoinGroupRequest, _ client: JoiningClient, now: Int64
    ) -> [GroupAction] {
        if members.isEmpty { protocolType = request.protocolType }
        members[memberId] = GroupMember(
            id: memberId, instanceId: request.instanceId, clientId: client.clientId, clientHost: client.host,
            sessionTimeout: Int64(request.sessionTimeoutMilliseconds),
            rebalanceTimeout: Self.rebalanceTimeout(request), protocols: request.protocols, seniority: nextSeniority,
            joinToken: client.token, syncToken: nil, sessionDeadline: now + Int64(request.sessionTimeoutMilliseconds))
        nextSeniority += 1
        if let instance = request.instanceId { instances[instance] = memberId }
        return prepareRebalance(now: now, because: "\(memberId) joined")
    }

    private static func rebalanceTimeout(_ request: JoinGroupRequest) -> Int64 {
        let asked =
            request.rebalanceTimeoutMilliseconds > 0
            ? request.rebalanceTimeoutMilliseconds : request.sessionTimeoutMilliseconds
        return min(Int64(asked), Int64(EmbeddedBrokerLimits.maximumRebalanceTimeoutMilliseconds))
    }

    private mutating func rejoin(
        _ request: JoinGroupRequest, _ client: JoiningClient, now: Int64
    ) -> [GroupAction] {
        guard var member = members[request.memberId] else { return [] }
        var actions: [GroupAction] = []
        if let older = member.joinToken {
            actions.append(.joined(older, JoinGroupResponse(error: .rebalanceInProgress, memberId: member.id)))
        }
        let isUnchanged = member.protocols == request.protocols
        member.protocols = request.protocols
        member.sessionTimeout = Int64(request.sessionTimeoutMilliseconds)
        member.rebalanceTimeout = Self.rebalanceTimeout(request)
        member.sessionDeadline = now + member.sessionTimeout
        let resumes = state == .completingRebalance || (state == .stable && member.id != leader)
        if resumes && isUnchanged {
            // The answer to the earlier join was lost: nothing has changed for anybody.
            member.joinToken = nil
            members[member.id] = member
            return actions + [.joined(client.token, joinAnswer(member))]
        }
        member.joinToken = client.token
        members[member.id] = member
        return actions + prepareRebalance(now: now, because: "\(member.id) joined again")
    }

    /// A static member came back without its member id (a restart): it takes its predecessor's place and assignment.
    private mutating func replaceStatic(
        _ currentId: String, _ request: JoinGroupRequest, _ client: JoiningClient, now: Int64
    ) -> [GroupAction] {
        guard var member = members.removeValue(forKey: currentId), let instance = request.instanceId else { return [] }
        var actions: [GroupAction] = []
        if let token = member.joinToken {
            actions.append(.joined(token, JoinGroupResponse(error: .fencedInstanceId, memberId: currentId)))
        }
        if let token = member.syncToken { actions.append(.synced(token, SyncGroupResponse(error: .fencedInstanceId))) }
        member.id = client.proposedMemberId
        member.clientId = client.clientId
        member.clientHost = client.host
        member.protocols = request.protocols
        member.sessionTimeout = Int64(request.sessionTimeoutMilliseconds)
        member.rebalanceTimeout = Self.rebalanceTimeout(request)
        member.sessionDeadline = now + member.sessionTimeout
        member.joinToken = nil
        member.syncToken = nil
        instances[instance] = member.id
        let formerLeader = leader
        if leader == currentId { leader = member.id }
        members[member.id] = member
        // As in Kafka the protocol counts, not what the member says in it: assignors such as cooperative-sticky say
        // something else with every start.
        if state == .stable, chooseProtocol() == protocolName {
            // Told of the former leader, a returned leader does not assign anew.
            var answer = joinAnswer(member)
            answer.leader = formerLeader ?? ""
            answer.members = []
            return actions + [.joined(client.token, answer)]
        }
        members[member.id]?.joinToken = client.token
        return actions + prepareRebalance(now: now, because: "static member \(instance) came back")
    }

    private func joinAnswer(_ member: GroupMember) -> JoinGroupResponse {
        let name = protocolName ?? ""
        let all =
            member.id != leader
            ? []
            : bySeniority.map {
                JoinGroupResponse.Member(id: $0.id, instanceId: $0.instanceId, metadata: $0.metadata(for: name))
            }
        return JoinGroupResponse(
            error: .none, generation: generation, protocolType: protocolType, protocolName: name,
            leader: leader ?? "", memberId: member.id, members: all)
    }

    // MARK: Rebalance

    private mutating func prepareRebalance(now: Int64, because reason: String) -> [GroupAction] {
        var actions: [GroupAction] = []
        if state != .preparingRebalance {
            actions.append(.note("group=\(id) generation=\(generation) rebalances: \(reason)"))
            for member in bySeniority {
                members[member.id]?.assignment = []
                guard let token = member.syncToken else { continue }
                members[member.id]?.syncToken = nil
                members[member.id]?.sessionDeadline = now + member.sessionTimeout
                actions.append(.synced(token, SyncGroupResponse(error: .rebalanceInProgress)))
            }
            state = .preparingRebalance
            rebalanceDeadline = now + (members.values.map(\.rebalanceTimeout).max() ?? 0)
        }
        return actions + completeJoin(now: now)
    }

    /// Ends the join phase once everybody has joined, or its time is up.
    private mutating func completeJoin(now: Int64) -> [GroupAction] {
        guard state == .preparingRebalance else { return [] }
        let late = now >= rebalanceDeadline
        if !late {
            guard pending.isEmpty, members.values.allSatisfy({ $0.joinToken != nil }) else { return [] }
        }
        var actions: [GroupAction] = []
        for member in bySeniority where member.joinToken == nil && member.instanceId == nil {
            members[member.id] = nil
            actions.append(.note("group=\(id) dropped \(member.id): it did not join within its rebalance time-out"))
        }
        generation = generation == .max ? 1 : generation + 1
        guard !members.isEmpty else {
            becomeEmpty()
            return actions
        }
        let joined = bySeniority.filter { $0.joinToken != nil }
        guard let senior = joined.first else {
            // Only static members that are away: their sessions decide.
            rebalanceDeadline = now + (members.values.map(\.rebalanceTimeout).max() ?? 0)
            return actions
        }
        if !joined.contains(where: { $0.id == leader }) { leader = senior.id }
        protocolName = chooseProtocol()
        state = .completingRebalance
        rebalanceDeadline = now + (members.values.map(\.rebalanceTimeout).max() ?? 0)
        actions.append(.note("group=\(id) generation=\(generation) members=\(members.count) leader=\(leader ?? "")"))
        for member in joined {
            guard let token = member.joinToken else { continue }
            members[member.id]?.joinToken = nil
            members[member.id]?.sessionDeadline = now + member.sessionTimeout
            actions.append(.joined(token, joinAnswer(member)))
        }
        return actions
    }

    /// The protocol that most members prefer among those all of them know.
    private func chooseProtocol() -> String {
        let ordered = bySeniority
        let common = (ordered.first?.protocols ?? []).map(\.name).filter { name in
            ordered.allSatisfy { member in member.protocols.contains { $0.name == name } }
        }
        var votes: [String: Int] = [:]
        for member in ordered {
            if let vote = member.protocols.first(where: { common.contains($0.name) }) {
                votes[vote.name, default: 0] += 1
            }
        }
        return common.max { (votes[$0] ?? 0) < (votes[$1] ?? 0) } ?? ""
    }

    private mutating func becomeEmpty() {
        state = .empty
        protocolName = nil
        leader = nil
        rebalanceDeadline = .max
    }

    // MARK: Sync

    mutating func sync(_ request: SyncGroupRequest, token: ReplyToken, now: Int64) -> [GroupAction] {
        func refuse(_ error: ErrorCode) -> [GroupAction] { [.synced(token, SyncGroupResponse(error: error))] }
        if let error = check(request.memberId, request.instanceId, generation: request.generation) {
            return refuse(error)
        }
        if let type = request.protocolType, type != protocolType { return refuse(.inconsistentGroupProtocol) }
        if let name = request.protocolName, name != protocolName { return refuse(.inconsistentGroupProtocol) }
        touch(request.memberId, now: now)
        switch state {
        case .empty: return refuse(.unknownMemberId)
        case .preparingRebalance: return refuse(.rebalanceInProgress)
        case .stable: return [.synced(token, syncAnswer(members[request.memberId]))]
        case .completingRebalance: break
        }
        var actions: [GroupAction] = []
        if let older = members[request.memberId]?.syncToken {
            actions.append(.synced(older, SyncGroupResponse(error: .rebalanceInProgress)))
        }
        members[request.memberId]?.syncToken = token
        guard request.memberId == leader else { return actions }
        for assignment in request.assignments { members[assignment.memberId]?.assignment = assignment.bytes }
        state = .stable
        rebalanceDeadline = .max
        for member in bySeniority {
            guard let waiting = member.syncToken else { continue }
            members[member.id]?.syncToken = nil
            members[member.id]?.sessionDeadline = now + member.sessionTimeout
            actions.append(.synced(waiting, syncAnswer(member)))
        }
        return actions
    }

    private func syncAnswer(_ member: GroupMember?) -> SyncGroupResponse {
        SyncGroupResponse(
            error: .none, protocolType: protocolType, protocolName: protocolName, assignment: member?.assignment ?? [])
    }

    // MARK: Heartbeat, leave, commit

    /// Nil when the member is in the group at this generation; a negative generation is not compared.
    private func check(_ memberId: String, _ instanceId: String?, generation asked: Int32) -> ErrorCode? {
        if let instanceId, let current = instances[instanceId], current != memberId { return .fencedInstanceId }
        guard members[memberId] != nil else { return .unknownMemberId }
        return asked == generation ? nil : .illegalGeneration
    }

    private mutating func touch(_ memberId: String, now: Int64) {
        guard let timeout = members[memberId]?.sessionTimeout else { return }
        members[memberId]?.sessionDeadline = now + timeout
    }

    mutating func heartbeat(_ request: HeartbeatRequest, now: Int64) -> ErrorCode {
        if let error = check(request.memberId, request.instanceId, generation: request.generation) { return error }
        touch(request.memberId, now: now)
        return state == .preparingRebalance ? .rebalanceInProgress : .none
    }

    mutating func leave(
        _ leaving: [LeaveGroupRequest.Member], now: Int64
    ) -> (members: [LeaveGroupResponse.Member], actions: [GroupAction]) {
        var answers: [LeaveGroupResponse.Member] = []
        var actions: [GroupAction] = []
        for member in leaving {
            var answer = LeaveGroupResponse.Member(id: member.id, instanceId: member.instanceId, error: .none)
            let known = member.instanceId.flatMap { instances[$0] }
            if let known, !member.id.isEmpty, known != member.id {
                answer.error = .fencedInstanceId
            } else if pending.removeValue(forKey: member.id) != nil {
                actions += completeJoin(now: now)
            } else if members[known ?? member.id] != nil {
                actions += remove(known ?? member.id, now: now, because: "left")
            } else {
                answer.error = .unknownMemberId
            }
            answers.append(answer)
        }
        return (answers, actions)
    }

    private mutating func remove(_ memberId: String, now: Int64, because reason: String) -> [GroupAction] {
        guard let member = members.removeValue(forKey: memberId) else { return [] }
        var actions: [GroupAction] = []
        if let instance = member.instanceId, instances[instance] == memberId { instances[instance] = nil }
        if let token = member.joinToken {
            actions.append(.joined(token, JoinGroupResponse(error: .unknownMemberId, memberId: memberId)))
        }
        if let token = member.syncToken { actions.append(.synced(token, SyncGroupResponse(error: .unknownMemberId))) }
        if leader == memberId { leader = nil }
        switch state {
        case .stable, .completingRebalance: actions += prepareRebalance(now: now, because: "\(memberId) \(reason)")
        case .preparingRebalance: actions += completeJoin(now: now)
        case .empty: break
        }
        return actions
    }

    /// Whether a commit by this member may be taken, with its session renewed.
    mutating func checkCommit(_ request: OffsetCommitRequest, now: Int64) -> ErrorCode {
        if request.generation < 0 && request.memberId.isEmpty { return members.isEmpty ? .none : .unknownMemberId }
        if let error = check(request.memberId, request.instanceId, generation: request.generation) { return error }
        touch(request.memberId, now: now)
        return state == .completingRebalance ? .rebalanceInProgress : .none
    }

    // MARK: Time and connections

    mutating func tick(now: Int64) -> [GroupAction] {
        var actions: [GroupAction] = []
        for (memberId, entry) in pending where entry.deadline <= now { pending[memberId] = nil }
        for member in bySeniority where !member.isWaiting && member.sessionDeadline <= now {
            actions += remove(member.id, now: now, because: "was silent for \(member.sessionTimeout) ms")
        }
        actions += completeJoin(now: now)
        if state == .completingRebalance, now >= rebalanceDeadline {
            for member in bySeniority where member.syncToken == nil {
                actions += remove(member.id, now: now, because: "did not sync within its rebalance time-out")
            }
        }
        return actions
    }

    /// A connection is gone: its unused member ids lapse, and members that waited on it live on their session alone.
    mutating func connectionLost(_ connection: UInt64, tokens: Set<ReplyToken>, now: Int64) -> [GroupAction] {
        for (memberId, entry) in pending where entry.connection == connection { pending[memberId] = nil }
        for member in members.values {
            if let token = member.joinToken, tokens.contains(token) {
                members[member.id]?.joinToken = nil
                touch(member.id, now: now)
            }
            if let token = member.syncToken, tokens.contains(token) {
                members[member.id]?.syncToken = nil
                touch(member.id, now: now)
            }
        }
        return completeJoin(now: now)
    }

    var description: GroupDescription {
        let name = protocolName ?? ""
        return GroupDescription(
            id: id, state: state.rawValue, protocolType: protocolType ?? "", protocolName: name,
            members: bySeniority.map {
                GroupDescription.Member(
                    id: $0.id, instanceId: $0.instanceId, clientId: $0.clientId, clientHost: $0.clientHost,
                    metadata: $0.metadata(for: name), assignment: $0.assignment)
            })
    }
}
