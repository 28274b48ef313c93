/// `Accept`, as far as it decides whether there is an answer at all.
enum MediaRange {
    /// Whether the header takes the type: by name, by a wildcard, or by being absent; a weight of 0 refuses. Of several
    /// that fit, the most exact counts (RFC 9110 §12.5.1).
    static func accepts(_ header: String?, _ type: String) -> Bool {
        guard let header, header.contains(where: { $0 != " " }) else { return true }
        let family = type.prefix { $0 != "/" } + "/*"
        var best: (rank: Int, isTaken: Bool)?
        for part in header.split(separator: ",") {
            let pieces = part.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let range = pieces.first else { continue }
            let rank = range == type ? 3 : range == family ? 2 : range == "*/*" || range == "*" ? 1 : 0
            guard rank > 0, rank > best?.rank ?? 0 else { continue }
            let isRefused = pieces.dropFirst().contains { piece in
                piece.hasPrefix("q=") && piece.dropFirst(2).allSatisfy("0.".contains)
            }
            best = (rank, !isRefused)
        }
        return best?.isTaken ?? false
    }
}
