/// Addresses as text.
public enum IPAddressText {
    /// An IPv4 address that a socket for both families shows as `::ffff:192.0.2.1`, as everybody writes it: `192.0.2.1`.
    /// Any other text as it is.
    public static func plain(_ text: String) -> String {
        let prefix = "::ffff:"
        guard text.utf8.count > prefix.utf8.count, text.lowercased().hasPrefix(prefix) else { return text }
        let rest = text.dropFirst(prefix.count)
        guard rest.utf8.contains(UInt8(ascii: ".")), !rest.utf8.contains(UInt8(ascii: ":")) else { return text }
        return String(rest)
    }
}
