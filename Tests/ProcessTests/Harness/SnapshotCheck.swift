import Testing

/// Looks whether readers saw a view as it was at its own position, and never an earlier one than before.
enum SnapshotCheck {
    static func run(_ snapshots: [SnapshotReader.Snapshot], _ log: ScriptedLog) throws {
        var oracle = DigestOracle()
        var reached: [String: Int] = [:]
        for (index, snapshot) in snapshots.enumerated() {
            for (place, next) in snapshot.next {
                let from = reached[place] ?? 0
                try #require(Int(next) >= from, "\(place) went back from \(from) to \(next) at snapshot \(index)")
                for event in (log.events[place] ?? [])[from..<Int(next)] { oracle.record(event) }
                reached[place] = Int(next)
            }
            let expected = try oracle.digest()
            try #require(
                snapshot.digest == expected,
                "snapshot \(index) of build \(snapshot.build) at \(snapshot.next): \(snapshot.digest), oracle: \(expected)"
            )
        }
    }
}
