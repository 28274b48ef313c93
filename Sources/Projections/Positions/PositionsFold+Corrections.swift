import Domain
import Events

extension PositionsFold {
    func fold(_ body: TradeCorrected, of event: FoldEvent) -> FoldOutcome {
        let correction = Correction(
            event.decoded, body: body, offset: event.offset, contentHash: hasher.hash(event.decoded.payload))
        if let known = corrections.known[correction.key] {
            if known == correction.contentHash { return .duplicate }
            return .refused(
                code: "conflicting_duplicate",
                reason: "event \(correction.key.eventId) of \(correction.key.source) came before with other data")
        }
        corrections.known[correction.key] = correction.contentHash
        if mode == .live, let trade = trades[correction.tradeKey] {
            corrections.noteChange(of: correction)
            apply(correction, to: trade)
        } else {
            corrections.wait(correction)
        }
        return .folded
    }

    /// Amends or voids an execution; its old and its new book are folded anew.
    func apply(_ correction: Correction, to entry: LedgerTrade) {
        if correction.isWaiting {
            correction.isWaiting = false
            corrections.noteChange(of: correction)
        }
        let before = entry.order
        days?.touch(entry.trade)
        let oldBook = book(entry, at: correction.time)
        requireRefold(oldBook, from: before)
        touch(oldBook, at: correction.time)
        correction.amend(entry)
        days?.touch(entry.trade)
        let newBook = book(entry, at: correction.time)
        requireRefold(newBook, from: entry.order)
        touch(newBook, at: correction.time)
        noteChange(of: entry)
    }

    func noteChange(of entry: LedgerTrade) {
        if entry.hasStoredClosures {
            entry.hasStoredClosures = false
            staleClosures.append(entry)
        }
        guard !entry.isChanged else { return }
        entry.isChanged = true
        changedTrades.append(entry)
    }
}
