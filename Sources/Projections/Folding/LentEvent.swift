/// An event where it lies in its batch.
///
/// A copy of an event counts each of its texts up and later down, which costs as much as hashing it. What can't be
/// copied is lent instead: take ``event`` from it only as an argument.
public struct LentEvent: ~Copyable {
    public let event: FoldEvent
}

extension ArraySlice<FoldEvent> {
    /// Calls `body` with each event and its index in turn.
    @inlinable
    public func lendEach<E: Error>(_ body: (borrowing LentEvent, Index) throws(E) -> Void) throws(E) {
        try withUnsafeBufferPointer { (events) throws(E) in
            // A struct of one field lies in memory as its field does.
            try UnsafeRawBufferPointer(events).withMemoryRebound(to: LentEvent.self) { (lent) throws(E) in
                for offset in lent.indices { try body(lent[offset], startIndex + offset) }
            }
        }
    }
}
