import Events
import Testing

@testable import CommandLineTool

/// What `config check` says of clusters and databases as they may be.
@Suite struct PromiseTests {
    private func topic(_ settings: [String: String] = [:], partitions: Int = 4, replication: Int = 3)
        -> ClusterFacts.Topic
    {
        let sound = [
            "min.insync.replicas": "2", "unclean.leader.election.enable": "false", "cleanup.policy": "delete",
            "retention.ms": "-1", "retention.bytes": "-1", "max.message.bytes": "1048588",
        ]
        return ClusterFacts.Topic(
            partitions: partitions, replication: replication, settings: sound.merging(settings) { $1 })
    }

    private func checks(
        _ change: (inout ClusterFacts) -> Void = { _ in }
    ) throws -> [String: PromiseCheck] {
        let topology = try Topology.standard()
        var facts = ClusterFacts(brokers: [1: [:], 2: [:], 3: [:]], topics: [:])
        for creation in topology.creations { facts.topics[creation.name] = topic() }
        change(&facts)
        let found = KafkaPromises(topology: topology, facts: facts).checks()
        return Dictionary(uniqueKeysWithValues: found.map { ($0.check, $0) })
    }

    @Test func aSoundClusterPassesEverything() throws {
        let found = try checks()
        #expect(found.values.allSatisfy { $0.status == .ok }, "\(found)")
    }

    @Test(arguments: [
        ("min.insync.replicas", "min.insync.replicas", "1"),
        ("unclean leader election", "unclean.leader.election.enable", "true"),
        ("compaction", "cleanup.policy", "compact,delete"), ("retention", "retention.ms", "604800000"),
        ("retention", "retention.bytes", "1000"),
    ])
    func aSettingThatLosesEventsIsAnErrorWithARemedy(check: String, setting: String, value: String) throws {
        let found = try #require(try checks { $0.topics["trades.executed"] = topic([setting: value]) }[check])
        #expect(found.status == .error)
        #expect(found.detail.contains("trades.executed") && found.detail.contains("\(setting)=\(value)"), "\(found)")
        #expect(found.remedy.contains(setting))
    }

    @Test func aWindowMayBeKeptLongerAndNotShorter() throws {
        let week: Int64 = 7 * 86_400_000
        for (kept, status) in [(week, PromiseCheck.Status.ok), (2 * week, .ok), (week - 1, .error)] {
            let found = try checks { $0.topics["market.updates"] = topic(["retention.ms": "\(kept)"]) }
            #expect(found["retention"]?.status == status)
        }
    }

    @Test func missingUnequalAndThinTopicsAreErrors() throws {
        let found = try checks {
            $0.topics["orders.placed"] = nil
            $0.topics["trades.executed"] = topic(partitions: 8, replication: 1)
            $0.brokers[3] = nil
        }
        #expect(found["topics"]?.detail == "orders.placed is missing; trades.executed has 8 partitions, not 4")
        #expect(found["replication"]?.detail == "trades.executed has 1 copies")
        #expect(found["brokers"]?.status == .error)
    }

    @Test func theEmbeddedBrokerIsNamedAsOneNodeAndIsNoError() throws {
        let found = try checks {
            $0.brokers = [1: ["tapefold.embedded.broker": "true"]]
            for name in $0.topics.keys { $0.topics[name] = topic(["min.insync.replicas": "1"], replication: 1) }
        }
        #expect(found["brokers"]?.status == .warning)
        #expect(found.values.allSatisfy { $0.passed })
        #expect(found["replication"] == nil)
    }

    @Test func sessionsAndTopicCreationAreLookedAt() throws {
        let found = try checks {
            $0.brokers[2] = ["group.min.session.timeout.ms": "10000", "auto.create.topics.enable": "true"]
        }
        #expect(found["sessions"]?.status == .error)
        #expect(found["topic creation"]?.status == .warning)
    }

    private func database(
        _ settings: [String: String] = [:], version: Int = 150_004, isStandby: Bool = false, mayCreate: Bool = true
    ) throws -> [String: PromiseCheck] {
        let sound = [
            "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "max_connections": "200",
            "superuser_reserved_connections": "3", "server_encoding": "UTF8", "statement_timeout": "0",
            "idle_in_transaction_session_timeout": "0",
        ]
        let promises = DatabasePromises(
            settings: sound.merging(settings) { $1 },
            facts: .init(versionNumber: version, isStandby: isStandby, mayCreate: mayCreate),
            topology: try Topology.standard())
        return Dictionary(uniqueKeysWithValues: promises.checks().map { ($0.check, $0) })
    }

    @Test func aSoundDatabasePassesEverything() throws {
        let found = try database()
        #expect(found.values.allSatisfy { $0.status == .ok }, "\(found)")
    }

    @Test func whatADatabaseMustNotBe() throws {
        #expect(try database(["fsync": "off"])["fsync"]?.status == .error)
        #expect(try database(["full_page_writes": "off"])["full_page_writes"]?.status == .error)
        #expect(try database(["synchronous_commit": "off"])["synchronous_commit"]?.status == .warning)
        #expect(try database(["max_connections": "20"])["max_connections"]?.status == .error)
        // A connection a lane, three a view and five for the reader: enough but for a replay.
        let live = try Topology.standard().views.reduce(5) { $0 + $1.partitions + 3 }
        #expect(try database(["max_connections": "\(live + 5)"])["max_connections"]?.status == .warning)
        #expect(try database(["idle_in_transaction_session_timeout": "5000"])["time-outs"]?.status == .warning)
        #expect(try database(["server_encoding": "SQL_ASCII"])["encoding"]?.status == .error)
        #expect(try database(version: 130_012)["database version"]?.status == .error)
        #expect(try database(isStandby: true)["database role"]?.status == .error)
        #expect(try database(mayCreate: false)["database role"]?.status == .error)
    }

    @Test func aRateNeedsTwoReadingsAndForgetsWhatIsOld() {
        var window = RateWindow(spanMilliseconds: 10_000)
        #expect(window.perSecond == nil)
        window.note(100, at: 0)
        #expect(window.perSecond == nil)
        window.note(300, at: 2_000)
        #expect(window.perSecond == 100)
        for second in 3...30 { window.note(300, at: second * 1_000) }
        #expect(window.perSecond == 0)
        // A rebuild that was begun anew.
        window.note(10, at: 31_000)
        #expect(window.perSecond == nil)
    }

    @Test func pausingNamesWhatThereIs() throws {
        let unknown = try CommandLineRun(["pause", "posiitons"])
        #expect(unknown.status == .usage)
        #expect(unknown.errors.contains("there is no view \"posiitons\"; views: market, positions, orders, "))
        let lane = try CommandLineRun(["resume", "market", "--lane", "4"])
        #expect(lane.status == .usage)
        #expect(lane.errors.contains("view market has the lanes 0 to 3, not 4"))
    }
}
