/// A count with its noun: "1 key", "2 keys".
func counted(_ count: some BinaryInteger, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }
