/// Decimal digits and a sign, multiplied as in school: slow, and nothing like the code it judges.
struct SchoolNumber: Equatable {
    private var isNegative: Bool
    /// Least significant first, without leading zeros; empty for zero.
    private var digits: [Int]

    init(_ value: Int64) { self.init(text: "\(value)") }

    init(text: String) {
        isNegative = text.hasPrefix("-")
        digits = text.utf8.filter { $0 != UInt8(ascii: "-") }.reversed().map { Int($0) - 48 }
        trim()
    }

    private init(isNegative: Bool, digits: [Int]) {
        self.isNegative = isNegative
        self.digits = digits
        trim()
    }

    private mutating func trim() {
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { isNegative = false }
    }

    func fits(_ count: Int) -> Bool { digits.count <= count }

    private func isSmaller(than other: SchoolNumber) -> Bool {
        if digits.count != other.digits.count { return digits.count < other.digits.count }
        return digits.reversed().lexicographicallyPrecedes(other.digits.reversed())
    }

    func minus(_ other: SchoolNumber) -> SchoolNumber {
        let negated = SchoolNumber(isNegative: !other.isNegative, digits: other.digits)
        if isNegative == negated.isNegative {
            return SchoolNumber(isNegative: isNegative, digits: Self.add(digits, other.digits))
        }
        return isSmaller(than: other)
            ? SchoolNumber(isNegative: negated.isNegative, digits: Self.subtract(other.digits, digits))
            : SchoolNumber(isNegative: isNegative, digits: Self.subtract(digits, other.digits))
    }

    func times(_ other: SchoolNumber) -> SchoolNumber {
        var product = [Int](repeating: 0, count: digits.count + other.digits.count + 1)
        for (shift, digit) in digits.enumerated() {
            for (index, factor) in other.digits.enumerated() {
                product[shift + index] += digit * factor
                product[shift + index + 1] += product[shift + index] / 10
                product[shift + index] %= 10
            }
        }
        return SchoolNumber(isNegative: isNegative != other.isNegative, digits: product)
    }

    func dividedByPowerOfTenHalfEven(_ power: Int) -> SchoolNumber {
        let padded = digits + [Int](repeating: 0, count: max(0, power + 1 - digits.count))
        let (dropped, kept) = (padded[..<power], Array(padded[power...]))
        let half = dropped.last ?? 0
        let isBeyondHalf = half > 5 || (half == 5 && dropped.dropLast().contains { $0 != 0 })
        let isUp = isBeyondHalf || (half == 5 && (kept.first ?? 0) % 2 == 1)
        return SchoolNumber(isNegative: isNegative, digits: isUp ? Self.add(kept, [1]) : kept)
    }

    private static func add(_ left: [Int], _ right: [Int]) -> [Int] {
        var (sum, carry) = ([Int](), 0)
        for index in 0..<max(left.count, right.count) + 1 {
            let digit = (index < left.count ? left[index] : 0) + (index < right.count ? right[index] : 0) + carry
            sum.append(digit % 10)
            carry = digit / 10
        }
        return sum
    }

    private static func subtract(_ left: [Int], _ right: [Int]) -> [Int] {
        var (difference, borrow) = ([Int](), 0)
        for index in 0..<left.count {
            let digit = left[index] - (index < right.count ? right[index] : 0) - borrow
            difference.append(digit < 0 ? digit + 10 : digit)
            borrow = digit < 0 ? 1 : 0
        }
        return difference
    }
}
