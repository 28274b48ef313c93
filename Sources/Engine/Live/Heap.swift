import CMemory

/// How this program uses the C library's heap.
enum Heap {
    private static let keptMegabytes: Int32 = 256
    private static let stepMegabytes: Int32 = 16

    /// Batches come and go all the time: keeping what they free is cheaper than giving it back and asking again.
    static func keepFreedMemory() {
        tapefold_keep_freed_memory(keptMegabytes << 20, stepMegabytes << 20)
    }
}
