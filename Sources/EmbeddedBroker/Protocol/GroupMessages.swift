struct JoinGroupRequest: Equatable {
    struct GroupProtocol: Equatable {
        var name: String
        var metadata: [UInt8]
    }
    var group: String
    var sessionTimeoutMilliseconds: Int32
    var rebalanceTimeoutMilliseconds: Int32
    var memberId: String
    var instanceId: String?
    var protocolType: String
    var protocols: [GroupProtocol]

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> JoinGroupRequest {
        let group = try reader.string("group")
        let session = try reader.int32("session timeout")
        let rebalance = version >= 1 ? try reader.int32("rebalance timeout") : session
        let memberId = try reader.string("member id")
        let instanceId = version >= 5 ? try reader.nullableString("instance id") : nil
        let type = try reader.string("protocol type")
        let protocols = try reader.array("protocols") { (reader: inout WireReader) throws(WireError) -> GroupProtocol in
            let value = GroupProtocol(name: try reader.string("protocol"), metadata: try reader.byteArray("metadata"))
            try reader.tags()
            return value
        }
        if version >= 8 { _ = try reader.nullableString("reason") }
        try reader.tags()
        return JoinGroupRequest(
            group: group, sessionTimeoutMilliseconds: session, rebalanceTimeoutMilliseconds: rebalance,
            memberId: memberId, instanceId: instanceId, protocolType: type, protocols: protocols)
    }
}

struct JoinGroupResponse: Equatable {
    struct Member: Equatable {
        var id: String
        var instanceId: String?
        var metadata: [UInt8]
    }
    var error: ErrorCode
    var generation: Int32 = -1
    var protocolType: String?
    var protocolName: String?
    var leader = ""
    var memberId = ""
    var members: [Member] = []

    func encode(_ writer: inout WireWriter, version: Int16) {
        if version >= 2 { writer.int32(0) }
        writer.error(error)
        writer.int32(generation)
        if version >= 7 { writer.string(protocolType) }
        writer.string(version >= 7 ? protocolName : protocolName ?? "")
        writer.string(leader)
        writer.string(memberId)
        writer.array(members) { writer, member in
            writer.string(member.id)
            if version >= 5 { writer.string(member.instanceId) }
            writer.byteArray(member.metadata)
            writer.tags()
        }
        writer.tags()
    }
}

struct SyncGroupRequest: Equatable {
    struct Assignment: Equatable {
        var memberId: String
        var bytes: [UInt8]
    }
    var group: String
    var generation: Int32
    var memberId: String
    var instanceId: String?
    var protocolType: String?
    var protocolName: String?
    var assignments: [Assignment]

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> SyncGroupRequest {
        var request = SyncGroupRequest(
            group: try reader.string("group"), generation: try reader.int32("generation"),
            memberId: try reader.string("member id"), instanceId: nil, assignments: [])
        if version >= 3 { request.instanceId = try reader.nullableString("instance id") }
        if version >= 5 {
            request.protocolType = try reader.nullableString("protocol type")
            request.protocolName = try reader.nullableString("protocol name")
        }
        request.assignments = try reader.array("assignments") {
            (reader: inout WireReader) throws(WireError) -> Assignment in
            let value = Assignment(memberId: try reader.string("member id"), bytes: try reader.byteArray("assignment"))
            try reader.tags()
            return value
        }
        try reader.tags()
        return request
    }
}

struct SyncGroupResponse: Equatable {
    var error: ErrorCode
    var protocolType: String?
    var protocolName: String?
    var assignment: [UInt8] = []

    func encode(_ writer: inout WireWriter, version: Int16) {
        if version >= 1 { writer.int32(0) }
        writer.error(error)
        if version >= 5 {
            writer.string(protocolType)
            writer.string(protocolName)
        }
        writer.byteArray(assignment)
        writer.tags()
    }
}

struct HeartbeatRequest: Equatable {
    var group: String
    var generation: Int32
    var memberId: String
    var instanceId: String?

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> HeartbeatRequest {
        var request = HeartbeatRequest(
            group: try reader.string("group"), generation: try reader.int32("generation"),
            memberId: try reader.string("member id"), instanceId: nil)
        if version >= 3 { request.instanceId = try reader.nullableString("instance id") }
        try reader.tags()
        return request
    }
}

struct LeaveGroupRequest: Equatable {
    struct Member: Equatable {
        var id: String
        var instanceId: String?
    }
    var group: String
    var members: [Member]

    static func decode(_ reader: inout WireReader, version: Int16) throws(WireError) -> LeaveGroupRequest {
        let group = try reader.string("group")
        let members: [Member]
        if version <= 2 {
            members = [Member(id: try reader.string("member id"), instanceId: nil)]
        } else {
            members = try reader.array("members") { (reader: inout WireReader) throws(WireError) -> Member in
                let member = Member(
                    id: try reader.string("member id"), instanceId: try reader.nullableString("instance id"))
                if version >= 5 { _ = try reader.nullableString("reason") }
                try reader.tags()
                return member
            }
        }
        try reader.tags()
        return LeaveGroupRequest(group: group, members: members)
    }
}

struct LeaveGroupResponse: Equatable {
    struct Member: Equatable {
        var id: String
        var instanceId: String?
        var error: ErrorCode
    }
    var error: ErrorCode
    var members: [Member]

    func encode(_ writer: inout WireWriter, version: Int16) {
        if version >= 1 { writer.int32(0) }
        // Before version 3 the one member's error is the response's.
        let single = version <= 2 && error == .none ? members.first?.error ?? .none : error
        writer.error(single)
        if version >= 3 {
            writer.array(members) { writer, member in
                writer.string(member.id)
                writer.string(member.instanceId)
                writer.error(member.error)
                writer.tags()
            }
        }
        writer.tags()
    }
}

/// What an operator sees of a group.
struct GroupDescription: Equatable {
    struct Member: Equatable {
        var id: String
        var instanceId: String?
        var clientId: String
        var clientHost: String
        var metadata: [UInt8]
        var assignment: [UInt8]
    }
    var id: String
    var state: String
    var protocolType: String
    var protocolName: String
    var members: [Member]

    static func absent(_ id: String) -> GroupDescription {
        GroupDescription(id: id, state: "Dead", protocolType: "", protocolName: "", members: [])
    }

    static func encode(_ groups: [GroupDescription], _ writer: inout WireWriter, version: Int16) {
        if version >= 1 { writer.int32(0) }
        writer.array(groups) { writer, group in
            writer.error(.none)
            writer.string(group.id)
            writer.string(group.state)
            writer.string(group.protocolType)
            writer.string(group.protocolName)
            writer.array(group.members) { writer, member in
                writer.string(member.id)
                if version >= 4 { writer.string(member.instanceId) }
                writer.string(member.clientId)
                writer.string(member.clientHost)
                writer.byteArray(member.metadata)
                writer.byteArray(member.assignment)
                writer.tags()
            }
            if version >= 3 { writer.int32(MetadataResponse.operationsNotAsked) }
            writer.tags()
        }
        writer.tags()
    }

    static func encodeList(_ groups: [GroupDescription], _ writer: inout WireWriter, version: Int16) {
        if version >= 1 { writer.int32(0) }
        writer.error(.none)
        writer.array(groups) { writer, group in
            writer.string(group.id)
            writer.string(group.protocolType)
            if version >= 4 { writer.string(group.state) }
            writer.tags()
        }
        writer.tags()
    }
}
