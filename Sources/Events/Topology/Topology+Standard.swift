// A copy of topology/topology.json for programs that run without it; a test compares the two.
extension Topology {
    static let standardJSON = #"""
        {
          "topics": [
            {"name": "orders.placed", "key": "userId", "identity": "userId+orderId", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "orders.updated", "key": "userId", "identity": "source+id", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "orders.cancelled", "key": "userId", "identity": "userId+orderId", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "trades.executed", "key": "userId", "identity": "userId+tradeId", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "trades.corrected", "key": "userId", "identity": "source+id", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "market.updates", "key": "symbol", "identity": null, "partitioner": "murmur2", "partitions": 4, "history": "window", "retentionHours": 168},
            {"name": "payments.received", "key": "userId", "identity": "userId+paymentId", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "rules.changed", "key": "symbol", "identity": "source+id", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "rules.rearmed", "key": "symbol", "identity": "source+id", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "cart.changed", "key": "userId", "identity": "source+id", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "alerts.changed", "key": "symbol", "identity": "source+id", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "alerts.triggered", "key": "userId", "identity": "source+id", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "notifications.send", "key": "userId", "identity": "userId+notificationId", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "notifications.updated", "key": "userId", "identity": "source+id", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "watchlists.changed", "key": "userId", "identity": "source+id", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "instruments.updated", "key": "symbol", "identity": "source+id", "partitioner": "murmur2", "partitions": 4, "history": "complete"}
          ],
          "views": [
            {
              "name": "market",
              "inputs": ["market.updates"],
              "parkingKey": "symbol",
              "policy": "skip",
              "outputs": [],
              "deadLetters": ["market.updates.market.dlq"]
            },
            {
              "name": "positions",
              "inputs": ["trades.executed", "trades.corrected"],
              "parkingKey": "user+book",
              "policy": "park",
              "outputs": [],
              "deadLetters": ["trades.executed.positions.dlq", "trades.corrected.positions.dlq"]
            },
            {
              "name": "orders",
              "inputs": ["orders.placed", "orders.updated", "orders.cancelled", "trades.executed"],
              "parkingKey": "order",
              "policy": "park",
              "outputs": ["notifications.send"],
              "deadLetters": ["orders.placed.orders.dlq", "orders.updated.orders.dlq", "orders.cancelled.orders.dlq", "trades.executed.orders.dlq"]
            },
            {
              "name": "analytics",
              "inputs": ["trades.executed", "trades.corrected", "payments.received"],
              "parkingKey": "user+book",
              "policy": "park",
              "outputs": [],
              "deadLetters": ["trades.executed.analytics.dlq", "trades.corrected.analytics.dlq", "payments.received.analytics.dlq"]
            }
          ],
          "reactors": []
        }
        """#
}
