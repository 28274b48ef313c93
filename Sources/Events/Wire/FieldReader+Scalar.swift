import CSimdjson
import Domain

extension FieldReader {
    func flag(_ key: FieldKey) throws(EventRefusal) -> Bool {
        switch Int(fields[key.index].kind) {
        case CSIMDJSON_TRUE: return true
        case CSIMDJSON_FALSE: return false
        default: throw misfit(key, expected: "true or false")
        }
    }

    func optionalFlag(_ key: FieldKey) throws(EventRefusal) -> Bool? {
        isAbsent(key) ? nil : try flag(key)
    }

    /// Whole seconds, 0 to ``EventsLimits/maximumSeconds``.
    func optionalSeconds(_ key: FieldKey) throws(EventRefusal) -> Int64? {
        guard let value = try optionalDecimal(key, .notNegative) else { return nil }
        let (seconds, rest) = value.units.quotientAndRemainder(dividingBy: Fixed8.unitsPerOne)
        guard rest == 0, seconds <= EventsLimits.maximumSeconds else {
            throw refusal(
                key, .outOfRange, "is no whole number from 0 to \(EventsLimits.maximumSeconds)", "send whole seconds")
        }
        return seconds
    }

    /// A day as `2026-01-29`.
    func optionalDate(_ key: FieldKey) throws(EventRefusal) -> CivilDate? {
        guard !isAbsent(key) else { return nil }
        guard isString(key) else { throw misfit(key, expected: "a day in text, as 2026-01-29") }
        guard let day = CivilDate(parsing: String(decoding: bytes(key), as: UTF8.self)) else {
            throw refusal(key, .wrongFormat, "is no day of the calendar", "send it as 2026-01-29")
        }
        return day
    }

    /// Two figures whose order is wrong.
    func outOfOrder(_ lower: FieldKey, above upper: FieldKey) -> EventRefusal {
        refusal(
            lower, .fieldsDisagree, "is greater than \(scope.path(upper)) (\(excerpt(bytes(upper))))",
            "send the lower figure as \(lower.name)")
    }
}
