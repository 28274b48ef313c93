import Domain

/// An optional decimal in eight bytes: the one 64-bit value that no ``Fixed8`` has stands for `nil`.
@frozen @usableFromInline
struct PackedFixed8: Sendable, Equatable {
    @usableFromInline let units: Int64

    @inlinable
    init(_ value: Fixed8?) { units = value?.units ?? .min }

    @inlinable var value: Fixed8? { units == .min ? nil : Fixed8(units: units) }
}
