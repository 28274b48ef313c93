import Foundation

/// Something that was to happen did not.
struct WaitTimedOut: Error, CustomStringConvertible {
    let what: String
    let seconds: Double
    var description: String { "waited \(seconds) s in vain for \(what)" }
}

/// Asks `condition` until it answers, for as long as `seconds`; what it throws counts as no answer yet.
@discardableResult
func eventually<Value>(
    _ what: @autoclosure () -> String, within seconds: Double = ProcessTestLimits.waitSeconds,
    _ condition: () throws -> Value?
) throws -> Value {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var lastError: (any Error)?
    repeat {
        do {
            if let value = try condition() { return value }
            lastError = nil
        } catch {
            lastError = error
        }
        usleep(ProcessTestLimits.pollMicroseconds)
    } while ContinuousClock.now < deadline
    throw WaitTimedOut(what: what() + (lastError.map { " (\($0))" } ?? ""), seconds: seconds)
}

/// The same for a condition that is only true or false.
func eventually(
    _ what: @autoclosure () -> String, within seconds: Double = ProcessTestLimits.waitSeconds,
    that condition: () throws -> Bool
) throws {
    try eventually(what(), within: seconds) { try condition() ? () : nil }
}
