/// One record of a CSV file: its fields, unquoted, as bytes.
public struct CSVRecord: Sendable, Equatable {
    /// The line of the file on which the record starts, from 1.
    public internal(set) var line: Int
    var bytes: [UInt8] = []
    var fieldEnds: [Int] = []

    init(line: Int) {
        self.line = line
    }

    public var fieldCount: Int { fieldEnds.count }

    /// The bytes of a field without surrounding blanks; empty where the record is shorter than that.
    public func trimmedBytes(_ index: Int) -> ArraySlice<UInt8> {
        guard fieldEnds.indices.contains(index) else { return [] }
        var start = index == 0 ? 0 : fieldEnds[index - 1]
        var end = fieldEnds[index]
        while start < end, Self.isBlank(bytes[start]) { start += 1 }
        while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
        return bytes[start..<end]
    }

    /// The text of a field without surrounding blanks; nil where it is not valid UTF-8.
    public func text(_ index: Int) -> String? {
        String(validating: trimmedBytes(index), as: UTF8.self)
    }

    /// True of a record without a single character in any field, as spreadsheets write them by the thousand.
    public var isBlank: Bool {
        bytes.allSatisfy(Self.isBlank)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}

/// What is wrong with the shape of a record, before anyone looked at its values.
public struct CSVFault: Error, Sendable, Equatable {
    /// The line of the file on which the record starts, from 1.
    public let line: Int
    /// The field the reader was in, from 0.
    public let field: Int
    public let reason: String
}

/// What a reader found next.
public enum CSVItem: Sendable, Equatable {
    case record(CSVRecord)
    /// The record is skipped as far as the end of its first line; reading goes on after it.
    case fault(CSVFault)
}
