/// An id in a key, compared byte by byte as PostgreSQL's COLLATE "C" and Kafka's partitioners do.
///
/// Swift's own `==` takes texts for equal that Unicode calls canonically equivalent, as "é" in one scalar and in two: with such
/// keys two users, orders or payments would be one in memory and two in the database.
@propertyWrapper
public struct ExactText: Hashable, Comparable, Sendable {
    public var wrappedValue: String

    @inlinable
    public init(wrappedValue: String) { self.wrappedValue = wrappedValue }

    @inlinable
    public init(_ text: String) { wrappedValue = text }

    @inlinable
    public static func == (left: ExactText, right: ExactText) -> Bool {
        left.wrappedValue.hasBytes(of: right.wrappedValue)
    }

    @inlinable
    public func hash(into hasher: inout Hasher) {
        var text = wrappedValue
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        // So that ("ab", "c") and ("a", "bc") are told apart, as texts themselves do.
        hasher.combine(0xFF as UInt8)
    }

    @inlinable
    public static func < (left: ExactText, right: ExactText) -> Bool {
        left.wrappedValue.utf8.lexicographicallyPrecedes(right.wrappedValue.utf8)
    }
}

extension String {
    /// Whether both have the same bytes in UTF-8, which is more than `==` asks.
    @inlinable
    public func hasBytes(of other: String) -> Bool {
        var (left, right) = (self, other)
        return left.withUTF8 { mine in
            right.withUTF8 { others in
                mine.count == others.count && Self.areSame(UnsafeRawBufferPointer(mine), UnsafeRawBufferPointer(others))
            }
        }
    }

    /// Eight at a time: `elementsEqual` goes one by one.
    /// - Precondition: both are of the same length.
    @inlinable
    static func areSame(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        var place = 0
        while place + 8 <= left.count {
            let (mine, other) = (
                left.loadUnaligned(fromByteOffset: place, as: UInt64.self),
                right.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            )
            guard mine == other else { return false }
            place += 8
        }
        while place < left.count {
            guard left[place] == right[place] else { return false }
            place += 1
        }
        return true
    }
}
