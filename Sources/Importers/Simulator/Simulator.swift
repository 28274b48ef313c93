import Domain

/// Realistic events without end or input: a pure function of its options, made to feed tests, demos and benchmarks.
///
/// Users `user-000001`…, NSE's names then `SYM0001`…, prices that walk on ticks of 0.05 inside sessions, buys and sells
/// without regard to holdings (so shorts and flips occur), partial fills, fees, orders placed, opened, filled or cancelled.
public struct Simulator {
    let options: SimulatorOptions
    var random: RandomSource
    var clock: SimulatedClock
    var instruments: [SimulatedInstrument]
    var orders: [SimulatedOrder] = []
    var line = EventLine()
    /// The number of the event being made, from 1.
    var sequence = 0
    let idPrefix: [UInt8]
    private let users: [String]
    private var faults: SimulatedFaults

    /// - Precondition: `options.fault` is nil.
    public init(_ options: SimulatorOptions) {
        precondition(options.fault == nil, options.fault ?? "")
        self.options = options
        random = RandomSource(seed: options.seed)
        clock = SimulatedClock(options)
        var random = random
        instruments = (0..<options.symbols).map { SimulatedInstrument(index: $0, &random) }
        self.random = random
        users = (1...options.users).map(Self.userName)
        idPrefix = Array("sim-\(options.seed)-".utf8)
        faults = SimulatedFaults(options)
        line.reserve(1_024)
    }

    /// `user-000123`.
    public static func userName(_ number: Int) -> String {
        let digits = String(number)
        return "user-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    /// Makes all events and hands each to `emit` as topic, key and one line of JSON (without its line break), valid only
    /// inside the call. Events sent twice come on top of `options.events`.
    public mutating func run<E: Error>(
        _ emit: (_ topic: String, _ key: String, _ value: UnsafeRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        while sequence < options.events {
            sequence += 1
            clock.advance(&random)
            line.clear()
            let (topic, key) = makeEvent()
            if faults.isActive {
                let event = SimulatedEvent(topic: topic, key: key, value: line.bytes)
                for due in faults.pass(event, at: sequence) { try Self.emit(due, emit) }
            } else {
                try Self.emit(topic, key, line.bytes, emit)
            }
        }
        for late in faults.rest() { try Self.emit(late, emit) }
    }

    private static func emit<E: Error>(
        _ event: SimulatedEvent, _ body: (String, String, UnsafeRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        try emit(event.topic, event.key, event.value, body)
    }

    @inline(__always)
    private static func emit<E: Error>(
        _ topic: String, _ key: String, _ value: [UInt8],
        _ body: (String, String, UnsafeRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        let result = value.withUnsafeBytes { bytes -> Result<Void, E> in
            do throws(E) {
                return .success(try body(topic, key, bytes))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// Writes the next event into `line`.
    private mutating func makeEvent() -> (topic: String, key: String) {
        switch options.kind {
        case .trades: return makeLooseTrade()
        case .market: return makeTick()
        case .orders: return makeOrderEvent()
        case .mixed: return random.chance(perMille: 500) ? makeTick() : makeOrderEvent()
        }
    }

    mutating func anyUser() -> String {
        users[random.below(users.count)]
    }
}
