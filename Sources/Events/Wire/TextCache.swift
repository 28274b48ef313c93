/// What recent events said: a text that comes again costs a comparison and no new String.
///
/// It holds valid texts only, so that one found needs no check.
struct TextCache: ~Copyable {
    // Fields that seldom change from one event to the next.
    var exchange = ""
    var source = ""
    let words = WordTable()
    let details = DetailsTable()
}

/// Short texts, each in the one place that its bytes give it; a newer one takes the place of an older.
struct WordTable: ~Copyable {
    struct Slot {
        var key = ShortText.none
        var text = ""
    }

    /// 32 KB: a lookup should stay in the processor's nearest cache.
    private static let slotBits: UInt64 = 10
    private let slots: UnsafeMutablePointer<Slot>

    init() {
        slots = .allocate(capacity: 1 << Self.slotBits)
        slots.initialize(repeating: Slot(), count: 1 << Self.slotBits)
    }

    deinit {
        slots.deinitialize(count: 1 << Self.slotBits)
        slots.deallocate()
    }

    /// The place of `key`, whatever is in it now.
    @inline(__always)
    func slot(_ key: ShortText) -> UnsafeMutablePointer<Slot> {
        slots + Int(truncatingIfNeeded: key.spread &>> (64 &- Self.slotBits))
    }
}

/// Descriptive fields that many trades share, made once for all of them.
struct DetailsTable: ~Copyable {
    /// The labels that are kept here; details with more are made anew each time.
    struct Key: Equatable {
        var segment = ShortText.none
        var category = ShortText.none
        var strategy = ShortText.none
        var broker = ShortText.none

        @inline(__always)
        var spread: UInt64 {
            (category.spread ^ (strategy.spread &>> 3) ^ (segment.spread &>> 7) ^ (broker.spread &>> 11))
                &* 0x9E37_79B9_7F4A_7C15
        }
    }

    struct Slot {
        var key = Key()
        var details: EventDetails?
    }

    private static let slotBits: UInt64 = 7
    private let slots: UnsafeMutablePointer<Slot>

    init() {
        slots = .allocate(capacity: 1 << Self.slotBits)
        slots.initialize(repeating: Slot(), count: 1 << Self.slotBits)
    }

    deinit {
        slots.deinitialize(count: 1 << Self.slotBits)
        slots.deallocate()
    }

    @inline(__always)
    func slot(_ key: Key) -> UnsafeMutablePointer<Slot> {
        slots + Int(truncatingIfNeeded: key.spread &>> (64 &- Self.slotBits))
    }
}
