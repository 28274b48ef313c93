/// What open positions were worth at the end of each day, at the latest daily close known then.
public enum MarkToMarket {
    /// An execution, on the exchange's day.
    public struct Execution: Sendable {
        public var day: CivilDate
        public var instrument: InstrumentKey
        public var fill: Fill

        public init(day: CivilDate, instrument: InstrumentKey, fill: Fill) {
            self.day = day
            self.instrument = instrument
            self.fill = fill
        }
    }

    /// A daily close.
    public struct Close: Sendable {
        public var day: CivilDate
        public var price: Price

        public init(day: CivilDate, price: Price) {
            self.day = day
            self.price = price
        }
    }

    /// Why a day can't be valued.
    public enum Failure: Error, Equatable, Sendable {
        case book(BookError)
        case outOfRange(NumberError)
    }

    /// Σ over open lots of (close − price) × quantity × sign × multiplier, without fees, at the end of each of `days`.
    ///
    /// A book is valued by the close of the instrument that its latest execution names, of that day or the last one before it.
    /// - Parameters:
    ///   - books: each book's executions in matching order.
    ///   - closes: of each instrument, ascending by day.
    ///   - days: ascending.
    /// - Returns: one a day; nil, never 0, where an open position has no close yet.
    public static func unrealizedPnl(
        books: some Sequence<[Execution]>, closes: [InstrumentKey: [Close]], on days: [CivilDate]
    ) throws(Failure) -> [Amount?] {
        var totals: [Amount?] = days.map { _ in .zero }
        for executions in books { try add(executions, closes, days, to: &totals) }
        return totals
    }

    private static func add(
        _ executions: [Execution], _ closes: [InstrumentKey: [Close]], _ days: [CivilDate], to totals: inout [Amount?]
    ) throws(Failure) {
        var book = Book()
        var rest = executions[...]
        var instrument: InstrumentKey?
        var prices: ArraySlice<Close> = []
        var last: Price?
        for (index, day) in days.enumerated() {
            while let next = rest.first, next.day <= day {
                do throws(BookError) { try book.apply(next.fill) } catch { throw .book(error) }
                rest.removeFirst()
                guard next.instrument != instrument else { continue }
                instrument = next.instrument
                prices = closes[next.instrument, default: []][...]
                last = nil
            }
            while let close = prices.first, close.day <= day {
                last = close.price
                prices.removeFirst()
            }
            guard !book.isFlat, let total = totals[index] else { continue }
            guard let last else {
                totals[index] = nil
                continue
            }
            do throws(NumberError) {
                totals[index] = try total + book.unrealizedPnl(lastPrice: last)
            } catch {
                throw .outOfRange(error)
            }
        }
    }
}
