/// A growing run of bytes for one thread. PostgreSQL's binary formats are big-endian, so are its integer writes.
public final class ByteBuffer {
    public private(set) var count = 0
    private var capacity: Int
    private var memory: UnsafeMutableRawPointer

    public init(capacity: Int = 256) {
        self.capacity = max(capacity, 64)
        memory = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { memory.deallocate() }

    /// The bytes written so far; valid until the next write.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

    /// Forgets the bytes from `length` on and keeps the memory.
    public func truncate(to length: Int = 0) { count = min(count, length) }

    @inline(__always)
    private func reserve(_ extra: Int) {
        if count + extra > capacity { grow(count + extra) }
    }

    @inline(never)
    private func grow(_ needed: Int) {
        let larger = max(needed, capacity * 2)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        moved.copyMemory(from: memory, byteCount: count)
        memory.deallocate()
        memory = moved
        capacity = larger
    }

    /// Where `extra` bytes may be written; ``take(upTo:)`` makes them count.
    func room(for extra: Int) -> UnsafeMutableRawPointer {
        reserve(extra)
        return memory + count
    }

    /// Where the room ends; valid until the next write.
    var capacityEnd: UnsafeMutableRawPointer { memory + capacity }

    /// Counts what was written to the room up to `end`.
    func take(upTo end: UnsafeMutableRawPointer) {
        let length = end - memory
        precondition(length >= count && length <= capacity)
        count = length
    }

    public func append<T: FixedWidthInteger>(_ value: T) {
        let size = MemoryLayout<T>.size
        reserve(size)
        memory.storeBytes(of: value.bigEndian, toByteOffset: count, as: T.self)
        count += size
    }

    public func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        (memory + count).copyMemory(from: start, byteCount: bytes.count)
        count += bytes.count
    }

    /// Overwrites the integer at `offset`, which must have been written before.
    public func patch<T: FixedWidthInteger>(_ value: T, at offset: Int) {
        precondition(offset >= 0 && offset + MemoryLayout<T>.size <= count)
        memory.storeBytes(of: value.bigEndian, toByteOffset: offset, as: T.self)
    }
}
