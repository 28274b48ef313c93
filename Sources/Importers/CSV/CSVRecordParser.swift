/// The state machine of one CSV record. It sees bytes and says when the record is whole; it reads nothing itself.
struct CSVRecordParser {
    enum Outcome: Equatable {
        case needsMore
        case complete
        case fault(CSVFault)
    }

    private enum State {
        case fieldStart, plain, quoted, quoteInQuoted
    }

    /// Whole once `feed` or `end` answered `.complete`.
    private(set) var record: CSVRecord
    private var state = State.fieldStart
    private var fieldStart = 0
    /// Lines that the record has gone over, its own end included.
    private(set) var lines = 0
    private(set) var endedWithCarriageReturn = false

    init(line: Int) {
        record = CSVRecord(line: line)
    }

    /// Takes bytes from `cursor` on until the record is whole, broken or the bytes are used up.
    mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>, _ cursor: inout Int) -> Outcome {
        while cursor < bytes.count {
            let byte = bytes[cursor]
            cursor += 1
            let outcome =
                switch state {
                case .fieldStart, .plain: plain(byte)
                case .quoted: quoted(byte)
                case .quoteInQuoted: afterQuote(byte)
                }
            if outcome != .needsMore { return outcome }
            if record.bytes.count - fieldStart > ImportersLimits.maximumFieldBytes {
                return fault("the field is longer than \(ImportersLimits.maximumFieldBytes) bytes (an unclosed quote?)")
            }
        }
        return .needsMore
    }

    /// The file ended inside the record.
    mutating func end() -> Outcome {
        if state == .quoted { return fault("a quoted field is not closed before the end of the file") }
        return endRecord()
    }

    private mutating func plain(_ byte: UInt8) -> Outcome {
        switch byte {
        case UInt8(ascii: ","): return endField()
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return endLine(byte)
        case UInt8(ascii: "\""):
            guard state == .fieldStart else { return fault("a quote stands inside an unquoted field") }
            state = .quoted
        case 0: return fault("a NUL byte stands in the line")
        default:
            record.bytes.append(byte)
            state = .plain
        }
        return .needsMore
    }

    private mutating func quoted(_ byte: UInt8) -> Outcome {
        if byte == UInt8(ascii: "\"") {
            state = .quoteInQuoted
            return .needsMore
        }
        if byte == 0 { return fault("a NUL byte stands in the line") }
        if byte == UInt8(ascii: "\n") { lines += 1 }
        record.bytes.append(byte)
        return .needsMore
    }

    private mutating func afterQuote(_ byte: UInt8) -> Outcome {
        switch byte {
        case UInt8(ascii: "\""):
            record.bytes.append(byte)
            state = .quoted
            return .needsMore
        case UInt8(ascii: ","): return endField()
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return endLine(byte)
        default: return fault("text follows the closing quote of a field")
        }
    }

    private mutating func endField() -> Outcome {
        guard record.fieldEnds.count < ImportersLimits.maximumFieldsPerRecord else {
            return fault("the line has more than \(ImportersLimits.maximumFieldsPerRecord) fields")
        }
        guard record.bytes.count <= ImportersLimits.maximumRecordBytes else {
            return fault("the line is longer than \(ImportersLimits.maximumRecordBytes) bytes")
        }
        fieldStart = record.bytes.count
        record.fieldEnds.append(fieldStart)
        state = .fieldStart
        return .needsMore
    }

    private mutating func endLine(_ byte: UInt8) -> Outcome {
        endedWithCarriageReturn = byte == UInt8(ascii: "\r")
        lines += 1
        return endRecord()
    }

    private mutating func endRecord() -> Outcome {
        let outcome = endField()
        return outcome == .needsMore ? .complete : outcome
    }

    private func fault(_ reason: String) -> Outcome {
        .fault(CSVFault(line: record.line, field: record.fieldEnds.count, reason: reason))
    }
}
