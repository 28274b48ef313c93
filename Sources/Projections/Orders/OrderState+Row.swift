import Domain
import Events

extension OrderState {
    private enum SideCode {
        static let buy: Int16 = 1
        static let sell: Int16 = -1
    }

    func encode(into rows: RowBatch) {
        rows.beginRow()
        rows.put(key.userId)
        rows.put(key.orderId)
        rows.put(instrument?.exchange)
        rows.put(instrument?.symbol)
        if let side = instrument?.side {
            rows.put(side == .buy ? SideCode.buy : SideCode.sell)
        } else {
            rows.putNull()
        }
        rows.put(orderType?.rawValue)
        rows.put(instrument?.product?.rawValue)
        rows.put(validity?.rawValue)
        rows.put(instrument?.account)
        rows.put(status.rawValue)
        rows.put(quantity?.units)
        rows.put(price?.units)
        rows.put(triggerPrice?.units)
        rows.put(filledQuantity?.units)
        rows.put(averagePrice?.units)
        rows.put(reason)
        rows.put(details?.category)
        rows.put(details?.strategy)
        rows.put(details.flatMap { $0.tags.isEmpty ? nil : JSONText.array($0.tags) })
        rows.put(details?.requestId)
        rows.put(unixMicroseconds: placedAt?.microseconds)
        rows.put(unixMicroseconds: updatedAt.microseconds)
        encodeFacts(into: rows)
    }

    private func encodeFacts(into rows: RowBatch) {
        for hash in [placedHash, cancelledHash] {
            if let hash { hash.withBytes { rows.put($0) } } else { rows.putNull() }
        }
        rows.put(toldStatus?.rawValue)
        rows.put(told.rawValue)
        if let fillValue { withUnsafeBytes(of: fillValue.bigEndian) { rows.put($0) } } else { rows.putNull() }
        rows.put(fillCount)
        rows.put(amountUnits: fillValue.map { Amount(scale16: $0).units })
        rows.put(unixMicroseconds: firstFillAt?.microseconds)
        rows.put(unixMicroseconds: lastFillAt?.microseconds)
    }

    /// - Throws: `RowError` when the stored row is not what `encode` writes.
    convenience init(_ row: RowReader) throws(RowError) {
        let key = OrderKey(userId: try row.text(0), orderId: try row.text(1))
        self.init(key: key, updatedAt: Timestamp(microseconds: try row.unixMicroseconds(21)))
        isStored = true
        instrument = try Self.instrument(row)
        orderType = row.optionalText(5).flatMap(OrderType.init(rawValue:))
        validity = row.optionalText(7).flatMap(Validity.init(rawValue:))
        quantity = try row.optionalInt64(10).map(Quantity.init(units:))
        price = try row.optionalInt64(11).map(Price.init(units:))
        triggerPrice = try row.optionalInt64(12).map(Price.init(units:))
        filledQuantity = try row.optionalInt64(13).map(Quantity.init(units:))
        averagePrice = try row.optionalInt64(14).map(Price.init(units:))
        reason = row.optionalText(15)
        details = EventDetails(
            category: row.optionalText(16), strategy: row.optionalText(17),
            tags: row.optionalText(18).map(JSONText.strings) ?? [], requestId: row.optionalText(19))
        placedAt = try row.optionalUnixMicroseconds(20).map(Timestamp.init(microseconds:))
        placedHash = try Self.hash(row, 22)
        cancelledHash = try Self.hash(row, 23)
        toldStatus = row.optionalText(24).flatMap(OrderStatus.init(rawValue:))
        told = Told(rawValue: try row.int16(25))
        if let bytes = row.optionalBytes(26) {
            guard bytes.count == MemoryLayout<Int128>.size else { throw Self.failure("fill_value") }
            fillValue = bytes.bigEndian(at: 0, as: Int128.self)
        }
        fillCount = try row.int32(27)
        firstFillAt = try row.optionalUnixMicroseconds(29).map(Timestamp.init(microseconds:))
        lastFillAt = try row.optionalUnixMicroseconds(30).map(Timestamp.init(microseconds:))
    }

    private static func instrument(_ row: RowReader) throws(RowError) -> Instrument? {
        guard let exchange = row.optionalText(2) else { return nil }
        guard let symbol = row.optionalText(3), let side = try row.optionalInt16(4), let account = row.optionalText(8)
        else { throw failure("exchange") }
        return Instrument(
            exchange: exchange, symbol: symbol, side: side == SideCode.buy ? .buy : .sell,
            product: row.optionalText(6).flatMap(Product.init(rawValue:)), account: account)
    }

    private static func hash(_ row: RowReader, _ column: Int) throws(RowError) -> ContentHash? {
        guard let bytes = row.optionalBytes(column) else { return nil }
        guard let hash = ContentHash(bytes: bytes) else { throw failure(OrdersView.orders.columns[column].name) }
        return hash
    }

    private static func failure(_ column: String) -> RowError {
        RowError(table: OrdersView.orders.name, column: column)
    }
}
