import Foundation
import TestKit

/// One fault of a soak.
enum SoakFault: Sendable {
    enum Link: String, CaseIterable, Sendable { case broker, database }

    enum Small: Sendable {
        case cut(Link)
        case cutWithin(Link, ProxyDirection, bytes: Int)
        case loseCommitAnswer
        case halfClose(Link, ProxyDirection)
        case delay(Link, milliseconds: Int)
        case throttle(Link, bytesPerSecond: Int)
        case stall(Link)
        /// The server ends a worker's session.
        case terminateSession
        /// The server ends what a worker's session is doing.
        case cancelStatement
        /// Another session holds the rows that a view is about to write.
        case holdRows(view: String)
        case holdLane(view: String)
    }

    case kill(view: String, copy: Int)
    case freeze(view: String, copy: Int)
    case thaw(view: String, copy: Int)
    case killBroker
    case restartBroker
    case killDatabase
    case restartDatabase(immediately: Bool)
    case small(Small)
    /// Ends what a small fault began.
    case heal
}

extension SoakFault {
    /// For people: `kill(view: "orders", copy: 1)`.
    var text: String {
        let inner = if case .small(let small) = self { "\(small)" } else { "\(self)" }
        return inner.replacing("ProcessTests.SoakFault.Link.", with: "").replacing(
            "ProcessTests.ProxyDirection.", with: "")
    }

    /// What it is counted as; nil for the end of another fault.
    var name: String? {
        switch self {
        case .heal, .thaw: nil
        default: String(text.prefix { $0.isLetter })
        }
    }
}

/// Which fault comes when: a pure function of the settings.
struct SoakSchedule: Sendable {
    struct Entry: Sendable {
        let second: Double
        let fault: SoakFault
    }

    let entries: [Entry]

    /// A small fault that lasts does so for this part of the time to the next one.
    private static let lastingPart = 0.5

    init(_ settings: SoakSettings) {
        var random = SeededRandom(seed: settings.seed)
        var entries: [Entry] = []
        let end = settings.seconds - SoakSettings.quietSeconds
        var second = SoakSettings.smallFaultSeconds
        var nextLarge = SoakSettings.largeFaultSeconds
        var kills = SoakSettings.databaseKills.map { $0 * end }[...]
        while second < end {
            if second >= nextLarge {
                nextLarge += SoakSettings.largeFaultSeconds
                let drawn = Self.large(at: second, before: end, &random)
                if let kill = kills.first, second >= kill {
                    kills.removeFirst()
                    entries.append(Entry(second: second, fault: .killDatabase))
                } else {
                    entries += drawn
                }
            } else {
                entries.append(Entry(second: second, fault: .small(Self.small(&random))))
                entries.append(
                    Entry(second: second + SoakSettings.smallFaultSeconds * Self.lastingPart, fault: .heal))
            }
            second += SoakSettings.smallFaultSeconds
        }
        self.entries = entries.sorted { $0.second < $1.second }
    }

    private static func large(at second: Double, before end: Double, _ random: inout SeededRandom) -> [Entry] {
        let view = SoakSettings.views[random.below(SoakSettings.views.count)]
        let copy = random.below(SoakSettings.copies)
        switch random.below(10) {
        case 0...3: return [Entry(second: second, fault: .kill(view: view, copy: copy))]
        case 4...7:
            // Some shorter than the group's patience, some longer.
            let thawed = min(second + 2 + Double(random.below(12)), end)
            return [
                Entry(second: second, fault: .freeze(view: view, copy: copy)),
                Entry(second: thawed, fault: .thaw(view: view, copy: copy)),
            ]
        case 8:
            return [Entry(second: second, fault: random.chance(perMille: 500) ? .killBroker : .restartBroker)]
        default:
            let fault: SoakFault =
                random.chance(perMille: 500)
                ? .killDatabase : .restartDatabase(immediately: random.chance(perMille: 500))
            return [Entry(second: second, fault: fault)]
        }
    }

    private static func small(_ random: inout SeededRandom) -> SoakFault.Small {
        let link = SoakFault.Link.allCases[random.below(2)]
        let direction = ProxyDirection.allCases[random.below(2)]
        let view = SoakSettings.views[random.below(SoakSettings.views.count)]
        switch random.below(11) {
        case 0: return .cut(link)
        case 1, 2: return .cutWithin(link, direction, bytes: 1 + random.below(100_000))
        case 3: return .loseCommitAnswer
        case 4: return .halfClose(link, direction)
        case 5: return .delay(link, milliseconds: 5 + random.below(100))
        case 6: return .throttle(link, bytesPerSecond: 2_000_000 + random.below(6_000_000))
        case 7: return .stall(link)
        case 8: return random.chance(perMille: 500) ? .terminateSession : .cancelStatement
        case 9: return .holdRows(view: view)
        default: return .holdLane(view: view)
        }
    }
}
