import Synchronization

/// A count that one thread raises and others read.
public final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    public init() {}

    public func add(_ amount: Int) {
        if amount != 0 { value.add(amount, ordering: .relaxed) }
    }

    public var current: Int { value.load(ordering: .relaxed) }
}

/// A figure that goes up and down.
public final class Gauge: Sendable {
    private let value: Atomic<Int>

    public init(_ value: Int = 0) { self.value = Atomic(value) }

    public func set(_ new: Int) { value.store(new, ordering: .relaxed) }

    public func add(_ amount: Int) { value.add(amount, ordering: .relaxed) }

    public var current: Int { value.load(ordering: .relaxed) }
}
