import Events
import Projections
import Testing

/// What an event parks that breaks its schema.
@Suite struct ParkingKeyTests {
    private func key(_ fields: String) throws -> String? {
        let json =
            #"{"specversion":"1.0","id":"e","source":"/t","type":"com.tapefold.trades.executed.v1","data":{\#(fields)}}"#
        do throws(EventRefusal) {
            _ = try Array(json.utf8).withUnsafeBufferPointer { bytes throws(EventRefusal) in
                try EventDecoder().decode(.tradeExecuted, value: UnsafeRawBufferPointer(bytes))
            }
        } catch {
            return PositionsFold.parkingKey(of: error.readable, kind: .tradeExecuted)
        }
        Issue.record("it is taken")
        return nil
    }

    @Test(arguments: [
        (#""account":12345,"symbol":"TCS""#, "u|trade|t"), (#""exchange":"nse","symbol":"TCS""#, "u|trade|t"),
        (#""isin":"INE","symbol":"TCS""#, "u|trade|t"), (#""symbol":7"#, "u|trade|t"),
        (#""exchange":"BSE","symbol":"NSE:TCS""#, "u|trade|t"), (#""symbol":"TCS""#, "u|main|NSE:TCS"),
        (#""account":"huf","symbol":"BSE:TCS""#, "u|huf|BSE:TCS"),
        (#""isin":"INE467B01029","symbol":"TCS""#, "u|main|INE467B01029"),
        (#""isin":"INE467B01029","segment":"FO","symbol":"TCS26JANFUT""#, "u|main|NSE:TCS26JANFUT"),
        (#""isin":"INE467B01029","exchange":"NFO","symbol":"TCS26JANFUT""#, "u|main|NFO:TCS26JANFUT"),
        (#""isin":"INE467B01029","segment":7,"symbol":"TCS""#, "u|trade|t"),
    ])
    func aBrokenPartOfABooksKeyParksNoOtherBook(fields: String, expected: String) throws {
        #expect(try key(#""tradeId":"t","userId":"u","side":"HOLD",\#(fields)"#) == expected)
    }
}
