/// Reads RFC 4180 CSV record by record: quoted fields with doubled quotes and line breaks, LF, CRLF or CR, a byte order
/// mark skipped. Bounded by `ImportersLimits` whatever the file's length.
///
/// A record that is not CSV is reported as a fault and costs its first line only: reading resumes on the line after, so
/// that a stray quote cannot swallow the rows below it.
public struct CSVReader<Source: ByteSource & ~Copyable>: ~Copyable {
    private var source: Source
    private var buffer: [UInt8] = []
    private var cursor = 0
    private var line = 1
    private var atStart = true
    private var sourceEnded = false

    public init(_ source: consuming Source) {
        self.source = source
    }

    /// The next record or fault; nil at the end of the file.
    /// - Throws: `ImportFileError` when the file cannot be read on, or is not text.
    public mutating func next() throws(ImportFileError) -> CSVItem? {
        if atStart { try skipSignature() }
        discardConsumed()
        let start = cursor
        var parser = CSVRecordParser(line: line)
        while true {
            if cursor == buffer.count, try !fill() {
                guard cursor > start else { return nil }
                return item(parser.end(), from: start, parser)
            }
            let outcome = buffer.withUnsafeBufferPointer { parser.feed($0, &cursor) }
            if outcome == .complete, parser.endedWithCarriageReturn { try skipLineFeed() }
            if outcome != .needsMore {
                return item(outcome, from: start, parser)
            }
        }
    }

    private mutating func item(
        _ outcome: CSVRecordParser.Outcome, from start: Int, _ parser: CSVRecordParser
    ) -> CSVItem {
        switch outcome {
        case .complete, .needsMore:
            line += parser.lines
            return .record(parser.record)
        case .fault(let fault):
            resume(after: start)
            return .fault(fault)
        }
    }

    /// Continues on the line below the one that starts at `start`.
    private mutating func resume(after start: Int) {
        cursor = start
        while cursor < buffer.count, buffer[cursor] != UInt8(ascii: "\n"), buffer[cursor] != UInt8(ascii: "\r") {
            cursor += 1
        }
        if cursor < buffer.count {
            cursor += buffer[cursor...].starts(with: "\r\n".utf8) ? 2 : 1
        }
        line += 1
    }

    private mutating func fill() throws(ImportFileError) -> Bool {
        guard !sourceEnded else { return false }
        sourceEnded = try !source.read(into: &buffer)
        return !sourceEnded
    }

    private mutating func skipLineFeed() throws(ImportFileError) {
        if cursor == buffer.count { _ = try fill() }
        if cursor < buffer.count, buffer[cursor] == UInt8(ascii: "\n") { cursor += 1 }
    }

    /// What was handed out leaves the buffer once it is most of it, so that bytes move at most once on average.
    private mutating func discardConsumed() {
        guard cursor > buffer.count / 2, cursor > 0 else { return }
        buffer.removeFirst(cursor)
        cursor = 0
    }

    private mutating func skipSignature() throws(ImportFileError) {
        atStart = false
        while buffer.count < 4, try fill() {}
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { cursor = 3 }
        if buffer.starts(with: [0xFF, 0xFE]) || buffer.starts(with: [0xFE, 0xFF]) {
            throw ImportFileError(
                path: "", reason: "it is UTF-16 text", remedy: "Save it again as \"CSV UTF-8\".")
        }
        if buffer.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            throw ImportFileError(
                path: "", reason: "it is an Excel workbook, not CSV",
                remedy: "Download the CSV form, or save the sheet as \"CSV UTF-8\".")
        }
    }
}
