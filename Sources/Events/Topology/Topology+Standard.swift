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
            {"name": "instruments.updated", "key": "symbol", "identity": "source+id", "partitioner": "murmur2", "partitions": 4, "history": "complete"},
            {"name": "preferences.changed", "key": "userId", "identity": "source+id", "partitioner": "murmur2", "partitions": 4, "history": "complete"}
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
              "name": "notifications",
              "inputs": ["notifications.send", "notifications.updated"],
              "parkingKey": "user",
              "policy": "park",
              "outputs": [],
              "deadLetters": ["notifications.send.notifications.dlq", "notifications.updated.notifications.dlq"]
            },
            {
              "name": "preferences",
              "inputs": ["preferences.changed"],
              "parkingKey": "user",
              "policy": "park",
              "outputs": [],
              "deadLetters": ["preferences.changed.preferences.dlq"]
            },
            {
              "name": "cash",
              "inputs": ["payments.received", "trades.executed", "trades.corrected"],
              "parkingKey": "user",
              "policy": "park",
              "outputs": [],
              "deadLetters": ["payments.received.cash.dlq", "trades.executed.cash.dlq", "trades.corrected.cash.dlq"]
            },
            {
              "name": "watchlists",
              "inputs": ["watchlists.changed"],
              "parkingKey": "user",
              "policy": "park",
              "outputs": [],
              "deadLetters": ["watchlists.changed.watchlists.dlq"]
            },
            {
              "name": "instruments",
              "inputs": ["instruments.updated"],
              "parkingKey": "symbol",
              "policy": "park",
              "outputs": [],
              "deadLetters": ["instruments.updated.instruments.dlq"]
            },
            {
              "name": "cart",
              "inputs": ["cart.changed", "rules.changed", "rules.rearmed"],
              "parkingKey": "user",
              "policy": "park",
              "outputs": ["orders.placed", "rules.rearmed", "notifications.send"],
              "deadLetters": ["cart.changed.cart.dlq", "rules.changed.cart.dlq", "rules.rearmed.cart.dlq"]
            },
            {
              "name": "alerts",
              "inputs": ["alerts.changed", "alerts.triggered"],
              "parkingKey": "user",
              "policy": "park",
              "outputs": [],
              "deadLetters": ["alerts.changed.alerts.dlq", "alerts.triggered.alerts.dlq"]
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
          "reactors": [
            {
              "name": "rules",
              "inputs": ["rules.changed", "rules.rearmed", "market.updates"],
              "parkingKey": "rule",
              "policy": "park",
              "outputs": ["cart.changed", "notifications.send"],
              "deadLetters": ["rules.changed.rules.dlq", "rules.rearmed.rules.dlq", "market.updates.rules.dlq"]
            },
            {
              "name": "triggers",
              "inputs": ["alerts.changed", "market.updates"],
              "parkingKey": "alert",
              "policy": "park",
              "outputs": ["alerts.triggered", "notifications.send"],
              "deadLetters": ["alerts.changed.triggers.dlq", "market.updates.triggers.dlq"]
            }
          ]
        }
        """#
}
