import Domain
import Events
import Glibc
import Importers

/// Decoding with every check beside the bare extraction of the same fields, in turns.
enum DecodeStage {
    static func run(_ options: BenchOptions) -> [BenchFigure] {
        let values = SimulatedEvents.values(.trades, options, count: min(options.events, BenchLimits.memoryEvents))
        let decoder = EventDecoder()
        let bare = BareExtraction()
        var best = (ours: 0.0, floor: 0.0)
        var checksum: UInt64 = 0
        for _ in 0..<BenchLimits.rounds {
            best.floor = max(
                best.floor,
                rate(values.count) {
                    for value in values { value.withUnsafeBytes { checksum &+= bare.checksum($0) } }
                })
            best.ours = max(
                best.ours,
                rate(values.count) {
                    for value in values {
                        value.withUnsafeBytes { bytes in
                            if let event = try? decoder.decode(.tradeExecuted, value: bytes) {
                                checksum &+= UInt64(truncatingIfNeeded: event.envelope.time.microseconds)
                            }
                        }
                    }
                })
        }
        precondition(checksum != 0)
        return [
            BenchFigure("decode", best.ours, floor: ("bare simdjson shim", best.floor), ratioAtLeast: 0.5)
        ]
    }
}

/// Simulated events in memory.
enum SimulatedEvents {
    static func values(_ kind: SimulatorOptions.Kind, _ options: BenchOptions, count: Int) -> [[UInt8]] {
        var simulator = Simulator(
            SimulatorOptions(
                events: count, users: options.users, symbols: options.symbols, seed: options.seed, kind: kind))
        var values: [[UInt8]] = []
        values.reserveCapacity(count)
        simulator.run { (_, _, value) throws(Never) in values.append(Array(value)) }
        return values
    }
}

/// Things a second of the calling thread's own processor time: what others do on the machine does not count.
func rate(_ count: Int, _ work: () -> Void) -> Double {
    let begun = threadSeconds()
    work()
    return Double(count) / max(threadSeconds() - begun, 1e-9)
}

/// Processor time that the calling thread has used.
func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func seconds(since begun: ContinuousClock.Instant) -> Double {
    let passed = (ContinuousClock.now - begun).components
    return max(Double(passed.seconds) + Double(passed.attoseconds) / 1e18, 1e-9)
}
