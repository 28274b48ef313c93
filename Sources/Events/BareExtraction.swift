import CSimdjson

/// The bench's floor for decoding: simdjson on-demand reads the same fields of a structured trade, as its documentation
/// shows, and neither looks at the rest nor makes anything of them. One a thread.
public final class BareExtraction {
    private let reader: OpaquePointer

    /// Traps when there is no memory for its buffers.
    public init() {
        guard
            let reader = csimdjson_reader_create(
                UInt32(EventsLimits.maximumEventBytes), UInt32(EventsLimits.maximumNestingDepth),
                UInt32(EventsLimits.maximumUnknownNames))
        else { preconditionFailure("no memory for a JSON reader") }
        self.reader = reader
    }

    deinit { csimdjson_reader_destroy(reader) }

    /// A checksum of the fields, so that reading them is not optimised away; 0 on an error.
    @inline(__always)
    public func checksum(_ value: UnsafeRawBufferPointer) -> UInt64 {
        csimdjson_bare_extract(reader, value.baseAddress?.assumingMemoryBound(to: UInt8.self), value.count)
    }
}
