import Testing

/// Tests with real processes, one after the other: they need the whole machine.
@Suite(.serialized)
struct ProcessTests {}
