import Domain

/// Realistic events without end or input: a pure function of its options, made to feed tests, demos and benchmarks.
/// Kind `days` is made by `SimulatedDays`; the others are plainer and cheaper:
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
    /// Of kind `days`.
    private var days: SimulatedDays?

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
        if options.kind == .days {
            guard let calendar = try? ExchangeCalendar.standard() else {
                preconditionFailure("the calendar that is built in, and that a test reads, cannot be read")
            }
            days = SimulatedDays(options, calendar)
        }
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
        try runTimed { (_, topic, key, value) throws(E) in try emit(topic, key, value) }
    }

    /// The same with the moment at which an event is sent: its own time, unless it comes late.
    public mutating func runTimed<E: Error>(
        _ emit: (_ now: Timestamp, _ topic: String, _ key: String, _ value: UnsafeRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        while sequence < options.events {
            sequence += 1
            let (topic, key) = makeNext()
            let (now, bytes) = (days?.now ?? clock.now, days?.line.bytes ?? line.bytes)
            if faults.isActive {
                let event = SimulatedEvent(topic: topic, key: key, value: bytes)
                for due in faults.pass(event, at: sequence) { try Self.emit(now, due.topic, due.key, due.value, emit) }
            } else {
                try Self.emit(now, topic, key, bytes, emit)
            }
        }
        let now = days?.now ?? clock.now
        for late in faults.rest() { try Self.emit(now, late.topic, late.key, late.value, emit) }
    }

    private mutating func makeNext() -> (topic: String, key: String) {
        if let made = days?.makeEvent(sequence) { return made }
        clock.advance(&random)
        line.clear()
        return makeEvent()
    }

    @inline(__always)
    private static func emit<E: Error>(
        _ now: Timestamp, _ topic: String, _ key: String, _ value: [UInt8],
        _ body: (Timestamp, String, String, UnsafeRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        let result = value.withUnsafeBytes { bytes -> Result<Void, E> in
            do throws(E) {
                return .success(try body(now, topic, key, bytes))
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
        case .mixed, .days: return random.chance(perMille: 500) ? makeTick() : makeOrderEvent()
        }
    }

    mutating func anyUser() -> String {
        users[random.below(users.count)]
    }
}
