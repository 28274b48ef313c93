import Events
import Foundation
import Kafka
import Projections

/// What users were told, as a reader takes it that drops ids that it has seen.
struct SoakNotifications: Codable {
    static let topic = "notifications.send"
    var records = 0
    var told = 0
    /// Records whose id was there before: the reader drops them.
    var repeated = 0
    /// The same notification under two ids: the reader would tell it twice.
    var doubled = 0
    var missing = 0

    init() {}

    /// - Parameter expected: `user/notification` of what the fills and cancellations in the log give rise to.
    init(_ log: SoakLog, expected: Set<String>) throws {
        var ids: Set<String> = []
        var notifications: Set<String> = []
        for lane in 0..<SoakLog.lanes {
            try log.read(lane: lane, topics: [Self.topic]) { record, _ in
                guard let value = record.value else { return }
                records += 1
                let object = try JSONSerialization.jsonObject(with: Data(value)) as? [String: Any]
                let data = object?["data"] as? [String: Any]
                let notification = "\(data?["userId"] ?? "")/\(data?["notificationId"] ?? "")"
                guard ids.insert("\(object?["source"] ?? "")/\(object?["id"] ?? "")").inserted else {
                    repeated += 1
                    return
                }
                if !notifications.insert(notification).inserted { doubled += 1 }
            }
        }
        told = notifications.count
        missing = expected.subtracting(notifications).count
    }

    static func expected(_ events: [FoldEvent]) -> [String] {
        events.compactMap { event in
            switch event.decoded.payload {
            // An execution that names no order is none of the orders view's.
            case .tradeExecuted(let trade) where trade.orderId != nil: "\(trade.userId)/fill:\(trade.tradeId)"
            case .orderCancelled(let order): "\(order.userId)/order:\(order.orderId):CANCELLED"
            default: nil
            }
        }
    }
}
