extension RowBatch {
    /// Hands on the rows of arrays as rows of a COPY stream, in pieces of about `pieceBytes`, each lent until `body` returns.
    /// The layout must be `arrays`. A field is the same bytes in both.
    public func forEachCopyPiece<Failure: Error>(
        of pieceBytes: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(layout == .arrays)
        let arrays = columns.indices.map { array($0) }
        var places = columns.map { _ in Self.arrayHeaderBytes }
        let piece = ByteBuffer()
        for _ in 0..<rowCount {
            piece.append(Int16(columns.count))
            for column in columns.indices {
                let length = Int32(
                    bigEndian: arrays[column].loadUnaligned(fromByteOffset: places[column], as: Int32.self))
                let end = places[column] + MemoryLayout<Int32>.size + max(0, Int(length))
                piece.append(UnsafeRawBufferPointer(rebasing: arrays[column][places[column]..<end]))
                places[column] = end
            }
            guard piece.count >= pieceBytes else { continue }
            try body(piece.bytes)
            piece.truncate()
        }
        if piece.count > 0 { try body(piece.bytes) }
    }
}
