import CXxhash

extension UnsafeRawBufferPointer {
    /// Whether both hold the same bytes. By `memcmp`: `elementsEqual` goes one by one.
    @inline(__always)
    func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard let left = baseAddress, let right = other.baseAddress else { return true }
        return tapefold_same_bytes(left, right, count)
    }
}

extension UnsafeRawBufferPointer {
    /// By `memcmp` too: every record with headers is asked.
    @inline(__always)
    func hasPrefix(_ text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount
            && text.matches(UnsafeRawBufferPointer(rebasing: prefix(text.utf8CodeUnitCount)))
    }
}

extension StaticString {
    @inline(__always)
    func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.hasSameBytes(as: UnsafeRawBufferPointer(start: utf8Start, count: utf8CodeUnitCount))
    }
}
