import Events

extension OrdersFold {
    private enum TableIndex {
        static let orders = 0
        static let fills = 1
        static let facts = 2
    }

    private struct Asked {
        var orders: Set<OrderKey> = []
        var fills: Set<TradeKey> = []
        var facts: Set<OrderFactKey> = []
        let orderRows = ReadRequest(OrdersView.orders, by: OrdersView.orders.key)
        let fillRows = ReadRequest(OrdersView.fills, by: OrdersView.fills.key)
        let factRows = ReadRequest(OrdersView.facts, by: OrdersView.facts.key)
    }

    public func reads(for events: ArraySlice<FoldEvent>) -> [ReadRequest] {
        useClock += 1
        guard mode == .live else { return [] }
        var asked = Asked()
        for event in events { ask(for: event.decoded, &asked) }
        return [asked.orderRows, asked.fillRows, asked.factRows].filter { $0.keys.rowCount > 0 }
    }

    private func ask(for event: DecodedEvent, _ asked: inout Asked) {
        guard let key = Self.key(of: event.payload) else { return }
        if let known = orders[key] {
            known.lastUse = useClock
        } else if asked.orders.insert(key).inserted {
            asked.orderRows.keys.append(key)
        }
        switch event.payload {
        case .tradeExecuted(let trade):
            let fill = TradeKey(userId: trade.userId, tradeId: trade.tradeId)
            if fills[fill] == nil, asked.fills.insert(fill).inserted { asked.fillRows.keys.append(fill) }
        case .orderUpdated:
            let fact = OrderFactKey(source: event.envelope.source, eventId: event.envelope.id, userId: key.userId)
            if facts[fact] == nil, asked.facts.insert(fact).inserted { asked.factRows.keys.append(fact) }
        default: break
        }
    }

    public func absorb(_ request: ReadRequest, rows: any RowSource) throws(RowError) {
        for index in 0..<rows.rowCount {
            let row = RowReader(rows, table: request.table, row: index)
            switch request.table {
            case OrdersView.orders:
                let stored = try OrderState(row)
                stored.lastUse = useClock
                if orders[stored.key] == nil { orders[stored.key] = stored }
            case OrdersView.fills:
                fills[TradeKey(userId: try row.text(0), tradeId: try row.text(1))] = try hash(row, 6)
            default:
                let key = OrderFactKey(source: try row.text(0), eventId: try row.text(1), userId: try row.text(2))
                facts[key] = try hash(row, 4)
            }
        }
    }

    private func hash(_ row: RowReader, _ column: Int) throws(RowError) -> ContentHash {
        guard let hash = row.optionalBytes(column).flatMap(ContentHash.init(bytes:)) else {
            throw RowError(table: "order_fills or order_facts", column: "content_hash")
        }
        return hash
    }

    public func drain(into writes: WriteSet, state: Bool) {
        let (fills, facts) = (writes.tables[TableIndex.fills], writes.tables[TableIndex.facts])
        for row in ledgerRows { row.encode(fills: fills.inserts, facts: facts.inserts) }
        ledgerRows.removeAll(keepingCapacity: true)
        guard state else { return }
        let orders = writes.tables[TableIndex.orders]
        for order in dirtyOrders {
            order.encode(into: order.isStored ? orders.upserts : orders.inserts)
            order.isStored = true
            order.isDirty = false
        }
        dirtyOrders.removeAll(keepingCapacity: true)
    }

    public func committed() {
        guard mode == .live else { return }
        fills.removeAll(keepingCapacity: true)
        facts.removeAll(keepingCapacity: true)
        trimOrders()
    }

    /// Keeps the orders of the latest batches when there are more than the limit.
    private func trimOrders() {
        guard orders.count > maximumCachedOrders else { return }
        let oldest = useClock - ProjectionLimits.batchesKeptByTrim
        orders = orders.filter { $0.value.isDirty || $0.value.lastUse > oldest }
        guard orders.count > maximumCachedOrders else { return }
        orders = orders.filter { $0.value.isDirty }
    }

    public func forget() {
        orders = [:]
        dirtyOrders = []
        fills = [:]
        facts = [:]
        ledgerRows = []
        effects.clear()
        fillIdentities = IdentitySet()
        factIdentities = IdentitySet()
    }
}

extension RowBatch {
    fileprivate func append(_ key: OrderKey) {
        beginRow()
        put(key.userId)
        put(key.orderId)
    }

    fileprivate func append(_ key: OrderFactKey) {
        beginRow()
        put(key.source)
        put(key.eventId)
        put(key.userId)
    }
}
