/// What is still to happen, by when: a binary heap. Of two at one moment the one added first comes first.
struct SimulatedAgenda<Item> {
    private var heap: [(due: Int64, number: Int, item: Item)] = []
    private var added = 0

    var count: Int { heap.count }
    var firstDue: Int64? { heap.first?.due }

    mutating func add(_ item: Item, due: Int64) {
        added += 1
        heap.append((due, added, item))
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> Item? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, least) {
                least = child
            }
            if least == parent { return first.item }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (heap[left].due, heap[left].number) < (heap[right].due, heap[right].number)
    }
}
