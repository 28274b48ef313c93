import Domain
import Kafka

extension TradeScript.Event {
    /// The event's own time, as `time` says it.
    var timestamp: Timestamp {
        switch self {
        case .trade(let trade): Timestamp(microseconds: TradeScript.start + Int64(trade.number) * 1_000)
        case .correction(let correction):
            Timestamp(microseconds: TradeScript.start + Int64(correction.number) * 1_000 + 1)
        }
    }
}

extension TradeOracle {
    /// What the events of a script give that `isIn` chooses.
    init(_ script: TradeScript, where isIn: (TradeScript.Event) -> Bool = { _ in true }) {
        self.init()
        script.run { if isIn($0) { record($0) } }
    }

    /// What the first records of each partition give.
    init(_ log: ScriptedLog, before ends: [String: Int64]) {
        self.init()
        for (place, end) in ends {
            for event in (log.events[place] ?? []).prefix(Int(end)) { record(event) }
        }
    }
}
