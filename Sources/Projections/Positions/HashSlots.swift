import CMemory

/// The bare slots of an open-addressing table: a power of two of them, zeroed at first, found by a hash's upper bits.
///
/// `Slot` must be made of bits alone, and all bits zero must mean an empty one.
struct HashSlots<Slot: BitwiseCopyable>: ~Copyable {
    let count: Int
    private let memory: UnsafeMutablePointer<Slot>
    /// 64 less the bits of an index.
    private let shift: UInt64

    init(count: Int) {
        precondition(count > 1 && count & (count - 1) == 0)
        self.count = count
        shift = UInt64(UInt64.bitWidth - count.trailingZeroBitCount)
        let bytes = count * MemoryLayout<Slot>.stride
        guard let raw = tapefold_table_allocate(bytes) else { preconditionFailure("no memory for \(bytes) bytes") }
        memory = raw.bindMemory(to: Slot.self, capacity: count)
    }

    deinit { tapefold_table_free(memory, byteCount) }

    var byteCount: Int { count * MemoryLayout<Slot>.stride }

    /// The caller keeps `index` below `count`: every index comes from ``start(_:)`` and ``next(_:)``.
    @inline(__always)
    subscript(index: Int) -> Slot {
        get { memory[index] }
        nonmutating set { memory[index] = newValue }
    }

    /// Where a look-up of `hash` begins.
    @inline(__always)
    func start(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> shift) }

    @inline(__always)
    func next(_ index: Int) -> Int { (index &+ 1) & (count &- 1) }

    @inline(__always)
    func prefetch(_ hash: UInt64) { tapefold_prefetch(memory + start(hash)) }
}
