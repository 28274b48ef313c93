import Domain
import Foundation

/// The files of `tapefold settle`, a line each; `#` begins a remark.
enum SettlementFiles {
    /// `EXCHANGE:SYMBOL,price`; the same contract may stand there once.
    static func prices(_ path: String) throws(CommandFailure) -> [InstrumentKey: Price] {
        var prices: [InstrumentKey: Price] = [:]
        for (number, line) in try lines(path) {
            let place = "\(path), line \(number)"
            let parts = line.split(separator: ",", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, let contract = InstrumentKey(parsing: parts[0]) else {
                throw CommandFailure("\(place): \"\(line)\" is not EXCHANGE:SYMBOL,price")
            }
            guard let price = try? Price(parsing: parts[1]), price.units >= 0 else {
                throw CommandFailure("\(place): \"\(parts[1])\" is no price of 0 or more with at most 8 decimals")
            }
            guard prices.updateValue(price, forKey: contract) == nil else {
                throw CommandFailure("\(place): \(contract) has a price already", remedy: "Leave one of the two.")
            }
        }
        return prices
    }

    /// `EXCHANGE:SYMBOL`: contracts that expire on the day.
    static func contracts(_ path: String) throws(CommandFailure) -> Set<InstrumentKey> {
        var contracts: Set<InstrumentKey> = []
        for (number, line) in try lines(path) {
            guard let contract = InstrumentKey(parsing: line) else {
                throw CommandFailure("\(path), line \(number): \"\(line)\" is not EXCHANGE:SYMBOL")
            }
            contracts.insert(contract)
        }
        return contracts
    }

    private static func lines(_ path: String) throws(CommandFailure) -> [(Int, String)] {
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else {
            throw CommandFailure("\(path) can't be read as UTF-8 text", remedy: "Check its name and permissions.")
        }
        guard data.count <= CommandLineLimits.settlementFileBytes else {
            throw CommandFailure("\(path) is longer than \(CommandLineLimits.settlementFileBytes) bytes")
        }
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .map { ($0.offset + 1, $0.element.trimmingCharacters(in: .whitespaces)) }
            .filter { !$0.1.isEmpty && !$0.1.hasPrefix("#") }
    }
}
