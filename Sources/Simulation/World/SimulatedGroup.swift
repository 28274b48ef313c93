import Engine
import Kafka

/// A consumer group with the `range` assignor and eager rebalances: everybody gives back, then everybody is given.
final class SimulatedGroup {
    weak var world: World?
    private let view: ViewConfiguration
    private var members: [SimulatedWorker] = []
    /// Members that still have to give back.
    private var awaited: [SimulatedWorker] = []
    private var given: [ObjectIdentifier: [TopicPartition]] = [:]
    private var isRebalancing = false
    /// What members committed, as a broker keeps it.
    var told: [TopicPartition: Int64] = [:]

    init(_ view: ViewConfiguration) { self.view = view }

    func join(_ worker: SimulatedWorker) {
        guard !members.contains(where: { $0 === worker }) else { return }
        members.append(worker)
        rebalance()
    }

    func leave(_ worker: SimulatedWorker) {
        guard members.contains(where: { $0 === worker }) else { return }
        remove(worker)
        rebalance()
    }

    private func remove(_ worker: SimulatedWorker) {
        members.removeAll { $0 === worker }
        awaited.removeAll { $0 === worker }
        given[ObjectIdentifier(worker)] = nil
    }

    /// Members that have not asked for news for too long are out; they hear of it when they ask again.
    func expel(before time: Int) {
        let late = members.filter { $0.lastPoll < time }
        guard !late.isEmpty else { return }
        for worker in late {
            world?.note("\(worker.name) is out of the group")
            let parts = given[ObjectIdentifier(worker)] ?? []
            remove(worker)
            worker.inbox = [.lost(parts)]
        }
        rebalance()
    }

    func rebalance() {
        if !isRebalancing {
            isRebalancing = true
            awaited = members.filter { given[ObjectIdentifier($0)] != nil }
            for worker in awaited { worker.inbox.append(.revoked(given[ObjectIdentifier(worker)] ?? [])) }
        }
        distributeIfAllGaveBack()
    }

    /// The member consumes nothing any more.
    func gaveBack(_ worker: SimulatedWorker) {
        guard awaited.contains(where: { $0 === worker }) else { return }
        awaited.removeAll { $0 === worker }
        distributeIfAllGaveBack()
    }

    private func distributeIfAllGaveBack() {
        guard isRebalancing, awaited.isEmpty else { return }
        isRebalancing = false
        given = [:]
        guard !members.isEmpty, let world else { return }
        let order = members.shuffled(using: &world.random)
        let (share, rest) = view.lanes.quotientAndRemainder(dividingBy: order.count)
        var lane = 0
        for (index, worker) in order.enumerated() {
            let lanes = lane..<lane + share + (index < rest ? 1 : 0)
            lane = lanes.upperBound
            let parts = lanes.flatMap { lane in
                view.topics.map { TopicPartition(topic: $0, partition: Int32(lane)) }
            }
            given[ObjectIdentifier(worker)] = parts
            worker.inbox.append(.assigned(parts))
        }
    }
}
