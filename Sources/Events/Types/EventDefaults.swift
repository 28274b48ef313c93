import Domain

/// What an absent field means.
public enum EventDefaults {
    public static let account = "main"
    public static let multiplier = Fixed8.one
    public static let fees = Fixed8.zero
}
