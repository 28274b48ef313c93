extension LaneKeeper {
    /// Lets all lanes go once a topic has more partitions than the view was built from: events of a key may lie in a
    /// partition that nobody folds, so that going on with the others would show a part of the truth.
    ///
    /// - Parameter counts: by topic; a topic that is not known just now is left out.
    package func note(partitionCounts counts: [String: Int], now: Int) {
        let grown = view.topics.filter { counts[$0] ?? 0 > view.lanes }
        // Only a count tells that a topic is back at its old size, not that it was left out.
        if grown.isEmpty, view.topics.contains(where: { counts[$0] == nil }) { return }
        guard grown.isEmpty == isGrown else { return }
        isGrown = !grown.isEmpty
        // Back at the old count: made anew, and given out by the group anew.
        guard isGrown else { return }
        let sizes = grown.map { "\($0): \(counts[$0] ?? 0)" }.joined(separator: ", ")
        Log.error("topic_grew", ["view": view.name, "partitions": sizes, "reason": unknownReason])
        refusal = unknownReason
        send(.refused, now)
    }
}
