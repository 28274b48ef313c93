/// Why a text is not a number of ours, or why a sum of two numbers is not one.
public enum NumberError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text does not follow JSON's number grammar; `offset` is the first byte that does not fit.
    case notANumber(offset: Int)
    /// The value needs more than eight decimals. Zeros behind the eighth decimal are not counted.
    case tooManyDecimals
    /// The value lies outside `range`.
    case outOfRange(NumberRange)

    public var description: String {
        switch self {
        case .notANumber(let offset): "not a decimal number (at byte \(offset))"
        case .tooManyDecimals: "more than \(Fixed8.decimals) decimals"
        case .outOfRange(let range): "out of range \(range)"
        }
    }
}

/// The range that a number type covers.
public enum NumberRange: Equatable, Sendable, CustomStringConvertible {
    /// Prices and quantities, ``Fixed8``.
    case fixed8
    /// Amounts and sums, ``Amount``: what `numeric(38,8)` holds.
    case amount

    public var description: String {
        switch self {
        case .fixed8: "\(Fixed8.minimum)…\(Fixed8.maximum)"
        case .amount: "\(Amount.minimum)…\(Amount.maximum)"
        }
    }
}
