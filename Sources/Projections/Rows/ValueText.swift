import Domain

/// Stored values in words, for messages.
public enum ValueText {
    /// `bytes` as a person reads it; hexadecimal where it is not of its type.
    public static func describe(_ bytes: UnsafeRawBufferPointer, _ type: ColumnType) -> String {
        switch (type, bytes.count) {
        case (.int16, 2): "\(bytes.bigEndian(at: 0, as: Int16.self))"
        case (.int32, 4): "\(bytes.bigEndian(at: 0, as: Int32.self))"
        case (.int64, 8): "\(bytes.bigEndian(at: 0, as: Int64.self))"
        case (.bool, 1): bytes[0] == 0 ? "false" : "true"
        case (.text, _): String(decoding: bytes, as: UTF8.self)
        case (.timestamp, 8):
            "\(Timestamp(microseconds: bytes.bigEndian(at: 0, as: Int64.self) + PostgresEpoch.unixMicroseconds))"
        case (.date, 4): "\(CivilDate(dayNumber: bytes.bigEndian(at: 0, as: Int32.self) + PostgresEpoch.unixDays))"
        case (.amount, _): NumericFormat.units(bytes).map { "\(Amount(units: $0))" } ?? hexadecimal(bytes)
        default: hexadecimal(bytes)
        }
    }

    private static func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
        "0x" + bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
