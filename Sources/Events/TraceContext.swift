/// The trace that an event belongs to, by W3C Trace Context: CloudEvents' attributes `traceparent` and `tracestate`, or
/// the record's headers of these names.
///
/// A class because nearly no event has one, and an envelope should not grow by it. What does not follow the
/// specification is left out and never refuses an event: a trace is not part of its facts.
public final class TraceContext: Sendable, Equatable {
    /// `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`.
    public let parent: String
    public let state: String?

    private static let parentBytes = 55
    private static let traceIdBytes = 3..<35

    /// nil where `parent` is not as the specification has it.
    public init?(parent: String, state: String? = nil) {
        var text = parent
        guard text.withUTF8({ Self.isParent(UnsafeRawBufferPointer($0)) }) else { return nil }
        self.parent = parent
        self.state = state.flatMap { Self.isState($0.utf8) ? $0 : nil }
    }

    init?(parent: UnsafeRawBufferPointer, state: UnsafeRawBufferPointer?) {
        guard Self.isParent(parent) else { return nil }
        self.parent = String(decoding: parent, as: UTF8.self)
        self.state = state.flatMap { Self.isState($0) ? String(decoding: $0, as: UTF8.self) : nil }
    }

    public var traceId: String {
        String(
            decoding: parent.utf8.dropFirst(Self.traceIdBytes.lowerBound).prefix(Self.traceIdBytes.count), as: UTF8.self
        )
    }

    public static func == (left: TraceContext, right: TraceContext) -> Bool {
        left.parent == right.parent && left.state == right.state
    }

    /// Later versions may be longer; the first four parts are the same in all, and version ff is none.
    private static func isParent(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let dash = UInt8(ascii: "-")
        guard bytes.count >= parentBytes, bytes.count <= EventsLimits.maximumTraceBytes else { return false }
        guard bytes.count == parentBytes || bytes[parentBytes] == dash, isPrintable(bytes) else { return false }
        for (index, byte) in bytes.prefix(parentBytes).enumerated() {
            let isRight = [2, 35, 52].contains(index) ? byte == dash : isHexadecimal(byte)
            guard isRight else { return false }
        }
        let isVersionKnown = bytes[0] != UInt8(ascii: "f") || bytes[1] != UInt8(ascii: "f")
        let zero = UInt8(ascii: "0")
        return isVersionKnown && bytes[traceIdBytes].contains { $0 != zero } && bytes[36..<52].contains { $0 != zero }
    }

    private static func isState(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.count <= EventsLimits.maximumTraceBytes && isPrintable(bytes)
    }

    private static func isPrintable(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || byte &- UInt8(ascii: "a") < 6
    }
}
