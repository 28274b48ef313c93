/// Lifts an event's data from one version to the next.
public struct Upcaster: Sendable {
    public let kind: EventKind
    public let fromVersion: Int
    let lift: @Sendable (inout VersionedData) throws -> Void

    /// - Parameter lift: changes the data's fields; what it throws refuses the event as `upcastFailed`.
    public init(
        kind: EventKind, fromVersion: Int, lift: @escaping @Sendable (inout VersionedData) throws -> Void
    ) {
        self.kind = kind
        self.fromVersion = fromVersion
        self.lift = lift
    }
}

/// The upcasters of all kinds. A kind's current version is one more than its last upcaster's.
public struct UpcasterRegistry: Sendable {
    private let upcasters: [EventKind: [Upcaster]]

    public static let standard = UpcasterRegistry(unchecked: [.instrumentUpdated: [.instrumentTypes]])

    private init(unchecked upcasters: [EventKind: [Upcaster]]) { self.upcasters = upcasters }

    /// - Throws: ``GapInVersions`` unless the versions of each kind run from 1 without a gap.
    public init(_ list: [Upcaster]) throws(GapInVersions) {
        let grouped = Dictionary(grouping: list, by: \.kind).mapValues { $0.sorted { $0.fromVersion < $1.fromVersion } }
        for (kind, upcasters) in grouped where upcasters.map(\.fromVersion) != Array(1...upcasters.count) {
            throw GapInVersions(kind: kind, versions: upcasters.map(\.fromVersion))
        }
        upcasters = grouped
    }

    public struct GapInVersions: Error, Equatable {
        public let kind: EventKind
        public let versions: [Int]
    }

    public func currentVersion(of kind: EventKind) -> Int { 1 + (upcasters[kind]?.count ?? 0) }

    func path(of kind: EventKind, from version: Int) -> ArraySlice<Upcaster> {
        upcasters[kind]?[(version - 1)...] ?? []
    }
}

/// The members of an old event's data, in order, each value as its JSON text.
public struct VersionedData: Sendable, Equatable {
    public struct Member: Sendable, Equatable {
        public var name: String
        public var json: String
    }

    public var members: [Member]

    public init(members: [Member]) { self.members = members }

    /// A member's JSON text: `"10.5"` with its quotes when it is text. Setting `nil` removes the member.
    public subscript(name: String) -> String? {
        get { members.first { $0.name == name }?.json }
        set {
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let json?): members[index].json = json
            case (let index?, nil): members.remove(at: index)
            case (nil, let json?): members.append(Member(name: name, json: json))
            case (nil, nil): break
            }
        }
    }

    /// Gives a member another name; nothing when there is none under the old one.
    public mutating func rename(_ old: String, to new: String) {
        guard let json = self[old] else { return }
        self[old] = nil
        self[new] = json
    }

    /// The object again, to be read by the current version's rules.
    func encoded() -> [UInt8] {
        var sink = JSONSink()
        sink.openObject()
        for member in members {
            sink.name(member.name)
            member.json.withRawUTF8 { sink.buffer.append($0) }
        }
        sink.closeObject()
        return Array(sink.buffer.bytes)
    }
}
