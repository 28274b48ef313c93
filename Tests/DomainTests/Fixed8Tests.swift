import Domain
import TestKit
import Testing

@Suite("Fixed8 and Amount: exact text")
struct NumberTextTests {
    @Test(
        arguments: [
            ("1041.55", 104_155_000_000), ("-3", -300_000_000), ("0", 0), ("-0", 0), ("0.00000001", 1),
            ("-0.00000001", -1), ("1e2", 10_000_000_000), ("1E+2", 10_000_000_000), ("1.5e-7", 15), ("100e-10", 1),
            ("0e400", 0), ("0.0e-400", 0), ("92233720368.54775807", Int64.max), ("-92233720368.54775807", -Int64.max),
            ("1.000000000000000000000000", 100_000_000), ("0.000000010000", 1), ("9223372036854775807e-8", .max),
            ("1234567890.12345678", 123_456_789_012_345_678), ("9999999999.99999999", 999_999_999_999_999_999),
            ("0.00000000000000000000000000000000000000000001e44", 100_000_000),
        ] as [(String, Int64)])
    func reads(text: String, units: Int64) throws {
        #expect(try Fixed8(parsing: text).units == units)
        #expect(try Amount(parsing: text).units == Int128(units))
    }

    @Test(arguments: [
        "", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1.e5", " 1", "1 ", "1,000", "0x10", "NaN", "Infinity",
        "1e5.5", "--1", "1-", "١", "1\u{0}", "1.2.3", "00",
    ])
    func refusesWhatIsNoNumber(text: String) {
        let fixed = #expect(throws: NumberError.self) { try Fixed8(parsing: text) }
        let amount = #expect(throws: NumberError.self) { try Amount(parsing: text) }
        guard case .notANumber = fixed, case .notANumber = amount else {
            Issue.record("\(text): \(String(describing: fixed)), \(String(describing: amount))")
            return
        }
    }

    @Test(arguments: ["0.000000001", "1.123456789", "1e-9", "1e-400", "92233720368.547758071"])
    func refusesMoreThanEightDecimals(text: String) {
        #expect(throws: NumberError.tooManyDecimals) { try Fixed8(parsing: text) }
    }

    @Test(arguments: [
        "92233720368.54775808", "-92233720368.54775808", "1e11", "1e400",
        "99999999999999999999999999999999999999999999",
        "1e99999999999999999999999999999999",
    ])
    func refusesWhatDoesNotFit(text: String) {
        #expect(throws: NumberError.outOfRange(.fixed8)) { try Fixed8(parsing: text) }
    }

    @Test func namesTheRange() {
        #expect("\(NumberError.outOfRange(.fixed8))" == "out of range -92233720368.54775807…92233720368.54775807")
        #expect(
            "\(NumberError.outOfRange(.amount))"
                == "out of range -999999999999999999999999999999.99999999…999999999999999999999999999999.99999999")
    }

    @Test func amountsFillNumeric38And8() throws {
        let most = "999999999999999999999999999999.99999999"
        #expect(try Amount(parsing: most) == .maximum)
        #expect(try Amount(parsing: "-" + most) == .minimum)
        #expect(Amount.maximum.description == most)
        #expect(throws: NumberError.outOfRange(.amount)) { try Amount(parsing: "1e30") }
        #expect(throws: NumberError.outOfRange(.amount)) {
            try Amount(parsing: "170141183460469231731687303715884105728")
        }
        #expect(
            try Amount(parsing: "999999999999999999999999999999.999999994e0".replacing("4e0", with: "0")) == .maximum)
    }

    @Test(arguments: [
        ("1.000000005", "1", true), ("1.000000015", "1.00000002", true), ("1.0000000050000001", "1.00000001", true),
        ("-1.000000015", "-1.00000002", true), ("1344.199951171875", "1344.19995117", true), ("5e-9", "0", true),
        ("6e-9", "0.00000001", true), ("-5e-9", "0", true), ("1.5e-8", "0.00000002", true), ("1e-400", "0", true),
        ("1.25", "1.25", false), ("1.0000000000", "1", false), ("0.99999999999", "1", true),
    ])
    func roundsHalfEvenAndSaysSo(text: String, expected: String, isRounded: Bool) throws {
        var text = text
        let outcome = try text.withUTF8 { try Fixed8.parseRounding(UnsafeRawBufferPointer($0)) }
        #expect(outcome.value.description == expected)
        #expect(outcome.isRounded == isRounded)
        let amount = try text.withUTF8 { try Amount.parseRounding(UnsafeRawBufferPointer($0)) }
        #expect(amount.value.description == expected)
        #expect(amount.isRounded == isRounded)
    }

    @Test func everyValueReadsBackFromItsText() throws {
        var random = SeededRandom(seed: 8)
        for _ in 0..<20_000 {
            let units = Int64(bitPattern: random.next()) >> Int64(random.next() % 64)
            let value = Fixed8(units: units == .min ? 0 : units)
            #expect(try Fixed8(parsing: value.description) == value)
            let wide = Int128(truncatingIfNeeded: random.next()) << 60 ^ Int128(truncatingIfNeeded: random.next())
            let amount = Amount(units: wide >> Int128(random.next() % 100))
            #expect(try Amount(parsing: amount.description) == amount)
            #expect(try Amount(parsing: value.description) == Amount(value))
        }
    }
}

@Suite("Fixed8 and Amount: arithmetic")
struct NumberArithmeticTests {
    @Test func sumsReportOverflow() throws {
        #expect(try Fixed8.one + .one == Fixed8(whole: 2))
        #expect(throws: NumberError.outOfRange(.fixed8)) { try Fixed8.maximum + Fixed8(units: 1) }
        #expect(throws: NumberError.outOfRange(.fixed8)) { try Fixed8.minimum - Fixed8(units: 1) }
        #expect(throws: NumberError.outOfRange(.amount)) { try Amount.maximum + Amount(units: 1) }
        #expect(throws: NumberError.outOfRange(.amount)) { try Amount.minimum + .minimum }
        #expect(throws: NumberError.outOfRange(.amount)) { try Amount.maximum - .minimum }
        #expect(throws: NumberError.outOfRange(.fixed8)) { try Fixed8(whole: .max) }
    }

    @Test(arguments: [
        ("2", "1", "1", "2"), ("-2.5", "4", "1", "-10"), ("0.00000001", "0.5", "1", "0"),
        ("0.00000003", "0.5", "1", "0.00000002"), ("-0.00000003", "0.5", "1", "-0.00000002"),
        ("0.00000001", "0.5", "3", "0.00000002"), ("1.05", "100", "50", "5250"),
        ("92233720368.54775807", "92233720368.54775807", "1", "8507059173023461584739.69077842"),
        ("0.00000001", "0.00000001", "0.00000001", "0"),
        ("92233720368.54775807", "92233720368.54775807", "0.00000001", "85070591730234.6158474"),
    ])
    func productsRoundOnceHalfEven(difference: String, quantity: String, multiplier: String, expected: String) throws {
        let product = try Amount.product(
            priceDifference: Fixed8(parsing: difference), quantity: Fixed8(parsing: quantity),
            multiplier: Fixed8(parsing: multiplier))
        #expect(product.description == expected)
    }

    @Test func productsReportOverflow() {
        #expect(throws: NumberError.outOfRange(.amount)) {
            try Amount.product(priceDifference: .maximum, quantity: .maximum, multiplier: .maximum)
        }
        #expect(throws: NumberError.outOfRange(.amount)) {
            try Amount.product(
                from: .minimum, to: .maximum, quantity: .maximum, multiplier: Fixed8(whole: 1_000_000_000))
        }
    }

    /// Both paths against a long multiplication that shares no code with them.
    @Test func productsAgreeWithSchoolArithmetic() throws {
        var random = SeededRandom(seed: 21)
        for _ in 0..<5_000 {
            func value() -> Fixed8 { Fixed8(units: Int64(bitPattern: random.next()) >> Int64(2 + random.next() % 60)) }
            let (entry, exit, quantity) = (value(), value(), value())
            let multiplier = random.next() % 3 == 0 ? Fixed8.one : value()
            let expected = SchoolNumber(exit.units)
                .minus(SchoolNumber(entry.units)).times(SchoolNumber(quantity.units)).times(
                    SchoolNumber(multiplier.units)
                )
                .dividedByPowerOfTenHalfEven(16)
            let product = try? Amount.product(from: entry, to: exit, quantity: quantity, multiplier: multiplier)
            #expect(product.map { SchoolNumber(text: "\($0.units)") } == (expected.fits(38) ? expected : nil))
        }
    }

    @Test func sharesAddUpAndRoundHalfEven() throws {
        let fee = try Amount(parsing: "0.00000005")
        #expect(fee.share(of: Fixed8(units: 1), in: Fixed8(units: 2)).units == 2)
        #expect(try Amount(parsing: "0.00000007").share(of: Fixed8(units: 1), in: Fixed8(units: 2)).units == 4)
        #expect(Amount(units: -7).share(of: Fixed8(units: 1), in: Fixed8(units: 2)).units == -4)
        #expect(fee.share(of: .one, in: .one) == fee)
        #expect(Amount.maximum.share(of: Fixed8(units: .max - 1), in: .maximum) < .maximum)
        #expect(
            Amount.maximum.share(of: Fixed8(units: 1), in: Fixed8(units: 2)).description
                == "500000000000000000000000000000")
    }
}
