/// Did you mean…?
enum Suggestion {
    /// The candidate with the fewest edits to `word`, if that is few for a word of its length.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let limit = min(CommandLineLimits.suggestionDistance, max(1, word.count / 2))
        let ranked = candidates.map { (candidate: $0, distance: distance(word.lowercased(), $0.lowercased())) }
        let nearest = ranked.min { $0.distance < $1.distance }
        if let nearest, nearest.distance <= limit { return nearest.candidate }
        return word.count >= 3 ? candidates.first { $0.hasPrefix(word.lowercased()) } : nil
    }

    /// Insertions, deletions, substitutions and swaps of neighbours from one word to the other.
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let cost = left[row] == right[column] ? 0 : 1
                var best = min(last[column] + cost, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
