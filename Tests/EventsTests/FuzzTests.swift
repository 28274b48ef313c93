import CSimdjson
import TestKit
import Testing

@testable import Events

/// Random damage never crashes, and never passes what simdjson's own full parser finds malformed.
@Suite struct FuzzTests {
    static let documentsPerKind = 10_000

    @Test(arguments: EventKind.allCases)
    func damagedEventsDecodeOrAreRefusedWithAPlace(kind: EventKind) throws {
        var source = RandomEvents(seed: 1_000 + UInt64(kind.rawValue))
        var random = SeededRandom(seed: 99 + UInt64(kind.rawValue))
        let (encoder, decoder) = (EventEncoder(), EventDecoder())
        var document: [UInt8] = []
        var refusals = 0
        for index in 0..<Self.documentsPerKind {
            if index % 50 == 0 { document = encoder.structured(source.event(kind)) }
            let damaged = Self.damaged(document, &random)
            do throws(EventRefusal) {
                _ = try decoder.decode(kind, bytes: damaged)
                let isJSON = csimdjson_dom_accepts(damaged, damaged.count)
                try? #require(isJSON, "passed: \(String(decoding: damaged, as: UTF8.self))")
            } catch {
                refusals += 1
                let hasPlace = !error.field.isEmpty || error.byteOffset != nil || error.code == .noValue
                #expect(hasPlace, "\(error)")
                if let offset = error.byteOffset { #expect(offset <= damaged.count) }
                if error.code == .malformedJSON, csimdjson_dom_accepts(damaged, damaged.count) {
                    // Its parser takes a lone low surrogate, and any root value.
                    #expect(error.reason.contains("surrogate") || error.reason.contains("object"), "\(error)")
                }
            }
        }
        #expect(refusals > Self.documentsPerKind / 10)
    }

    private static func damaged(_ document: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = document
        let structural = Array("{}[]:,\"\\ \n0e-.u\0\u{FF}".utf8)
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(structural[Int.random(in: 0..<structural.count, using: &random)], at: place)
            case 3: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 4: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...12, using: &random)))
            default: if Int.random(in: 0..<4, using: &random) == 0 { bytes.removeSubrange(place...) }
            }
        }
        return bytes
    }
}
