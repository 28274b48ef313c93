/// Access to a record's headers, so that this module need not know Kafka.
public protocol EventHeaders: ~Copyable {
    /// Whether the record has none at all; then nothing is looked up.
    var isEmpty: Bool { get }
    /// The last value under exactly this name; valid until the record goes.
    func value(named name: StaticString) -> UnsafeRawBufferPointer?
}

/// A record without headers.
public struct NoEventHeaders: EventHeaders, Sendable {
    @inlinable public init() {}
    @inlinable public var isEmpty: Bool { true }
    @inlinable public func value(named name: StaticString) -> UnsafeRawBufferPointer? { nil }
}
