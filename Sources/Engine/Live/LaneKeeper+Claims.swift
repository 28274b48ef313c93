import Kafka

extension LaneKeeper {
    /// Claims every lane that the group gave, outside of any callback, and asks the log whether it has their next records.
    func claim(_ lanes: [Int]) -> LaneOwnership.Event {
        do throws(LaneFailure) {
            let store = try openStore()
            var taken: [Int: LaneClaim] = [:]
            for lane in lanes {
                let outcome = try store.claim(lane: lane, owner: owner, onlyIfOwned: false)
                guard case .claimed(let claim) = outcome else { return refused(outcome) }
                taken[lane] = claim
            }
            try heedGroup(taken.values.sorted { $0.lane < $1.lane }, store)
            let faults = try faults(of: taken.mapValues(\.next))
            claims = taken
            servingFold = nil
            return .claimed(faults: faults)
        } catch {
            Log.warning("claim_retry", ["view": view.name, "reason": error.reason])
            if error.isOfDatabase { store = nil }
            return .claimRefused
        }
    }

    /// The group is told where a lane is once its effects are out, so it is never ahead of the checkpoints but where the
    /// database was restored to an earlier time, or made anew. A reactor that decided again would decide otherwise: it
    /// sees those events, and says nothing.
    private func heedGroup(_ claims: [LaneClaim], _ store: any LaneStore) throws(LaneFailure) {
        guard view.isReactor else { return }
        let places = claims.flatMap { claim in
            view.topics.map { TopicPartition(topic: $0, partition: Int32(claim.lane)) }
        }
        let told: [TopicPartitionOffset]
        do throws(KafkaError) { told = try source.committed(places) } catch { throw .log(error.description) }
        for claim in claims {
            let ahead = claim.behind(told)
            guard !ahead.isEmpty else { continue }
            for (topic, offset) in ahead {
                decidedBefore[TopicPartition(topic: topic, partition: Int32(claim.lane))] = offset
            }
            try store.raiseEffectMarks(claim, to: ahead)
            let decided = ahead.sorted { $0.key < $1.key }.map { topic, end in
                "\(topic)/\(claim.lane)@\(claim.next[topic] ?? 0)..<\(end)"
            }
            Log.warning(
                "decided_before",
                [
                    "view": view.name, "lane": "\(claim.lane)", "events": decided.joined(separator: ","),
                    "reason":
                        "the database is older than what group \(view.groupId) was told, as after a restore: what "
                        + "these events led to was sent before and is not sent again",
                ])
        }
    }

    private func refused(_ outcome: LaneClaim.Outcome) -> LaneOwnership.Event {
        guard case .otherFold(let fold) = outcome else { return .claimRefused }
        if servingFold != fold {
            Log.info(
                "standing_by",
                ["view": view.name, "fold": "\(view.definition.foldNumber)", "live_fold": "\(fold)"])
        }
        servingFold = fold
        return .standBy
    }

    /// Whether the log has the next records of lanes that stand still for want of them, as after a replay.
    func look(_ lanes: [Int]) -> [Int: String]? {
        do throws(LaneFailure) {
            let offsets = try openStore().checkpoints().filter { lanes.contains($0.lane) }
            return try faults(of: Dictionary(uniqueKeysWithValues: offsets.map { ($0.lane, $0.next) }))
        } catch {
            Log.warning("stopped_lanes", ["view": view.name, "reason": error.reason])
            if error.isOfDatabase { store = nil }
            return nil
        }
    }

    private func openStore() throws(LaneFailure) -> any LaneStore {
        if let store, store.isAlive { return store }
        let made = try database.open(stop: stop)
        store = made
        return made
    }

    /// Why lanes can't go on from their offsets, where the log no longer, or not yet, has their next record.
    private func faults(of lanes: [Int: [String: Int64]]) throws(LaneFailure) -> [Int: String] {
        var faults: [Int: String] = [:]
        for (lane, offsets) in lanes.sorted(by: { $0.key < $1.key }) {
            for topic in view.topics where faults[lane] == nil {
                let place = TopicPartition(topic: topic, partition: Int32(lane))
                let bounds: KafkaWatermarks
                do throws(KafkaError) { bounds = try source.watermarks(place) } catch {
                    throw .log(error.description)
                }
                faults[lane] = fault(place, bounds, next: offsets[topic] ?? 0)
            }
        }
        return faults
    }

    private func fault(_ place: TopicPartition, _ bounds: KafkaWatermarks, next: Int64) -> String? {
        if bounds.low > next {
            return "\(place): retention removed offsets \(next)..<\(bounds.low) before view \(view.name) folded them; "
                + (view.isReactor
                    ? "start its processor again, which goes on with what is there"
                    : "rebuild it with `tapefold replay \(view.name)`")
        }
        if bounds.high < next {
            return "\(place) ends at \(bounds.high), but view \(view.name) has folded up to \(next): the topic was "
                + "created anew or its log was cut; rebuild the view with `tapefold replay \(view.name)`"
        }
        return nil
    }

    /// The lanes of which the group gave all partitions; says what is wrong with the others.
    func wholeLanes(_ partitions: [TopicPartition]) -> Set<Int> {
        let lanes = Dictionary(grouping: partitions) { Int($0.partition) }
        let whole = lanes.filter { Set($0.value.map(\.topic)) == Set(view.topics) }
        for (lane, parts) in lanes where whole[lane] == nil {
            Log.error("split_lane", ["view": view.name, "lane": "\(lane)", "reason": splitReason(parts)])
        }
        for lane in lanes.keys where lane >= view.lanes {
            Log.error("unknown_lane", ["view": view.name, "lane": "\(lane)", "reason": unknownReason])
        }
        // A changed count stops the view: its keys may lie on lanes that this worker does not know.
        let isKnown = !isGrown && lanes.keys.allSatisfy { $0 < view.lanes }
        refusal = isKnown ? nil : unknownReason
        let known = isKnown ? Set(whole.keys) : []
        Log.info("assigned", ["view": view.name, "lanes": "\(known.sorted())"])
        return known
    }

    private func splitReason(_ parts: [TopicPartition]) -> String {
        "the group gave only \(parts.map(\.topic).sorted()) of \(view.topics); every worker of the view must use "
            + "partition.assignment.strategy=range and the topics equal partition counts"
    }

    var unknownReason: String {
        "the topics have more partitions than the \(view.lanes) lanes that view \(view.name) was built from; what lies "
            + "there would not be folded: `tapefold topics repartition \(view.name)`, then `tapefold replay \(view.name)` "
            + "and start the workers with the new topology"
    }
}
