/// Which exchanges' silence was told of: a line when a feed falls silent, another when it is back, none in between.
struct FeedAlarm {
    enum Line: Equatable {
        case silent(FeedFigure)
        case back(FeedFigure)
    }

    private var silent: Set<String> = []

    mutating func note(_ figures: [FeedFigure]) -> [Line] {
        var lines: [Line] = []
        for figure in figures {
            if figure.isSilent, silent.insert(figure.exchange).inserted {
                lines.append(.silent(figure))
            } else if !figure.isSilent, silent.remove(figure.exchange) != nil, figure.silentSeconds != nil {
                lines.append(.back(figure))
            }
        }
        // An exchange that is watched no longer may fall silent anew one day.
        silent.formIntersection(figures.map(\.exchange))
        return lines
    }
}
