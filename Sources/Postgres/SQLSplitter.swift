/// Splits SQL text at the semicolons between statements: not those in quotes, dollar quotes and comments.
enum SQLSplitter {
    static func statements(in sql: String) -> [String] {
        var scanner = Scanner(bytes: Array(sql.utf8))
        var statements: [String] = []
        while let range = scanner.nextStatement() {
            statements.append(String(decoding: scanner.bytes[range], as: UTF8.self))
        }
        return statements
    }

    private struct Scanner {
        let bytes: [UInt8]
        private var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        /// The next statement with anything in it but comments and spaces.
        mutating func nextStatement() -> Range<Int>? {
            while position < bytes.count {
                let start = position
                var hasContent = false
                while position < bytes.count, bytes[position] != UInt8(ascii: ";") {
                    if skipComment() { continue }
                    if !isSpace(bytes[position]) { hasContent = true }
                    if !skipQuoted() { position += 1 }
                }
                let range = start..<position
                position += 1
                if hasContent { return range }
            }
            return nil
        }

        private mutating func skipComment() -> Bool {
            if at("--") {
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
                return true
            }
            guard at("/*") else { return false }
            var depth = 0
            repeat {
                if at("/*") {
                    depth += 1
                    position += 2
                } else if at("*/") {
                    depth -= 1
                    position += 2
                } else {
                    position += 1
                }
            } while depth > 0 && position < bytes.count
            return true
        }

        private mutating func skipQuoted() -> Bool {
            switch bytes[position] {
            case UInt8(ascii: "'"):
                let isEscaped =
                    position > 0 && (bytes[position - 1] | 0x20) == UInt8(ascii: "e") && !isWord(position - 2)
                skip(to: UInt8(ascii: "'"), backslashEscapes: isEscaped)
                return true
            case UInt8(ascii: "\""):
                skip(to: UInt8(ascii: "\""), backslashEscapes: false)
                return true
            case UInt8(ascii: "$"):
                return !isWord(position - 1) && skipDollarQuoted()
            default:
                return false
            }
        }

        /// A doubled quote ends one literal and begins the next, which comes to the same.
        private mutating func skip(to quote: UInt8, backslashEscapes: Bool) {
            position += 1
            while position < bytes.count, bytes[position] != quote {
                position += backslashEscapes && bytes[position] == UInt8(ascii: "\\") ? 2 : 1
            }
            position = min(position + 1, bytes.count)
        }

        private mutating func skipDollarQuoted() -> Bool {
            var end = position + 1
            while end < bytes.count, isWord(end), bytes[end] != UInt8(ascii: "$") { end += 1 }
            guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else { return false }
            let tag = bytes[position...end]
            position = end + 1
            while position < bytes.count, !bytes[position...].starts(with: tag) { position += 1 }
            position = min(position + tag.count, bytes.count)
            return true
        }

        private func at(_ text: StaticString) -> Bool {
            text.withUTF8Buffer { bytes[position...].starts(with: $0) }
        }

        private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

        private func isWord(_ index: Int) -> Bool {
            guard bytes.indices.contains(index) else { return false }
            let byte = bytes[index]
            return byte == UInt8(ascii: "_") || byte >= 128 || (48...57).contains(byte)
                || (97...122).contains(byte | 0x20)
        }
    }
}
