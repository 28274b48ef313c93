/// All groups of the broker: finds the group a request is about, and knows when the next one has something to do.
struct GroupCoordinator {
    private var groups: [String: ConsumerGroup] = [:]

    var count: Int { groups.count }
    /// When `tick` is to be called next; never later than the earliest deadline of any group.
    private(set) var nextDeadline = Int64.max

    var descriptions: [GroupDescription] { groups.values.map(\.description).sorted { $0.id < $1.id } }

    func description(of id: String) -> GroupDescription? { groups[id]?.description }

    mutating func join(_ request: JoinGroupRequest, _ client: JoiningClient, now: Int64) -> [GroupAction] {
        func refuse(_ error: ErrorCode) -> [GroupAction] {
            [.joined(client.token, JoinGroupResponse(error: error, memberId: request.memberId))]
        }
        guard !request.group.isEmpty else { return refuse(.invalidGroupId) }
        let limits = EmbeddedBrokerLimits.self
        let session = Int(request.sessionTimeoutMilliseconds)
        guard session >= limits.minimumSessionTimeoutMilliseconds, session <= limits.maximumSessionTimeoutMilliseconds
        else { return refuse(.invalidSessionTimeout) }
        guard request.protocols.count <= limits.maximumGroupProtocols,
            request.protocols.allSatisfy({ $0.metadata.count <= limits.maximumMemberMetadataBytes })
        else {
            return refuse(.invalidRequest)
        }
        if groups[request.group] == nil {
            guard request.memberId.isEmpty else { return refuse(.unknownMemberId) }
            guard makeRoom() else { return refuse(.coordinatorNotAvailable) }
            groups[request.group] = ConsumerGroup(id: request.group)
        }
        return change(request.group) { $0.join(request, client, now: now) }
    }

    mutating func sync(_ request: SyncGroupRequest, token: ReplyToken, now: Int64) -> [GroupAction] {
        guard groups[request.group] != nil else { return [.synced(token, SyncGroupResponse(error: .unknownMemberId))] }
        return change(request.group) { $0.sync(request, token: token, now: now) }
    }

    mutating func heartbeat(_ request: HeartbeatRequest, now: Int64) -> ErrorCode {
        groups[request.group]?.heartbeat(request, now: now) ?? .unknownMemberId
    }

    mutating func leave(_ request: LeaveGroupRequest, now: Int64) -> (LeaveGroupResponse, [GroupAction]) {
        guard groups[request.group] != nil else {
            let members = request.members.map {
                LeaveGroupResponse.Member(id: $0.id, instanceId: $0.instanceId, error: .unknownMemberId)
            }
            return (LeaveGroupResponse(error: .none, members: members), [])
        }
        var answers: [LeaveGroupResponse.Member] = []
        let actions = change(request.group) { group in
            let result = group.leave(request.members, now: now)
            answers = result.members
            return result.actions
        }
        return (LeaveGroupResponse(error: .none, members: answers), actions)
    }

    mutating func checkCommit(_ request: OffsetCommitRequest, now: Int64) -> ErrorCode {
        guard !request.group.isEmpty else { return .invalidGroupId }
        guard groups[request.group] != nil else {
            // Whoever claims a generation was in a group that a restart has ended: it has to join again.
            return request.generation < 0 ? .none : .illegalGeneration
        }
        return groups[request.group]?.checkCommit(request, now: now) ?? .none
    }

    /// Forgets a group without members.
    mutating func delete(_ id: String) -> ErrorCode {
        guard let group = groups[id] else { return .groupIdNotFound }
        guard group.isEmpty else { return .nonEmptyGroup }
        groups[id] = nil
        return .none
    }

    mutating func tick(now: Int64) -> [GroupAction] {
        guard now >= nextDeadline else { return [] }
        var actions: [GroupAction] = []
        nextDeadline = .max
        for id in groups.keys.sorted() {
            guard let deadline = groups[id]?.nextDeadline else { continue }
            if deadline > now {
                nextDeadline = min(nextDeadline, deadline)
            } else {
                actions += change(id) { $0.tick(now: now) }
            }
        }
        return actions
    }

    mutating func connectionLost(_ connection: UInt64, tokens: Set<ReplyToken>, now: Int64) -> [GroupAction] {
        var actions: [GroupAction] = []
        for id in groups.keys.sorted() {
            actions += change(id) { $0.connectionLost(connection, tokens: tokens, now: now) }
        }
        return actions
    }

    private mutating func change(_ id: String, _ body: (inout ConsumerGroup) -> [GroupAction]) -> [GroupAction] {
        guard var group = groups.removeValue(forKey: id) else { return [] }
        let actions = body(&group)
        nextDeadline = min(nextDeadline, group.nextDeadline)
        groups[id] = group
        return actions
    }

    /// Room for one more group, made by forgetting those that are empty.
    private mutating func makeRoom() -> Bool {
        if groups.count < EmbeddedBrokerLimits.maximumGroups { return true }
        groups = groups.filter { !$0.value.isEmpty }
        return groups.count < EmbeddedBrokerLimits.maximumGroups
    }
}
