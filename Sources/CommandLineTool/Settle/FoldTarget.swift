import Engine

/// Where a view's topics ended at one moment: what had been sent by then is folded once the view has passed them, however
/// much comes behind.
struct FoldTarget: Equatable {
    struct Place: Hashable {
        let topic: String
        let partition: Int
    }

    private let ends: [Place: Int64]

    init(_ ends: [Place: Int64]) { self.ends = ends }

    init(of status: ViewStatus) {
        self.init(Dictionary(status.partitions.map { ($0.place, $0.end) }) { max($0, $1) })
    }

    /// How many records up to these ends are not folded yet.
    func lag(at offsets: [Place: Int64]) -> Int64 {
        ends.reduce(0) { $0 + max(0, $1.value - (offsets[$1.key] ?? 0)) }
    }

    func lag(of status: ViewStatus) -> Int64 {
        lag(at: Dictionary(status.partitions.map { ($0.place, $0.offset) }) { min($0, $1) })
    }
}

extension ViewStatus.Partition {
    fileprivate var place: FoldTarget.Place { FoldTarget.Place(topic: topic, partition: partition) }
}
