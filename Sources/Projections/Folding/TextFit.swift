import Events

/// Cuts a composed text to what an event's field takes, so that an effect is never refused where it is read.
enum TextFit {
    /// Two long ids stay two: what is cut off is told apart by a hash.
    static func identifier(_ text: String) -> String {
        guard text.unicodeScalars.count > EventsLimits.maximumIdentifierCharacters else { return text }
        let hash = ContentHash(of: text).description
        return fit(text, EventsLimits.maximumIdentifierCharacters - hash.count) + hash
    }

    static func label(_ text: String) -> String { fit(text, EventsLimits.maximumLabelCharacters) }
    static func notes(_ text: String) -> String { fit(text, EventsLimits.maximumNotesCharacters) }

    private static func fit(_ text: String, _ maximumCharacters: Int) -> String {
        guard text.unicodeScalars.count > maximumCharacters else { return text }
        var fitted = String.UnicodeScalarView()
        fitted.append(contentsOf: text.unicodeScalars.prefix(maximumCharacters - 1))
        fitted.append("…")
        return String(fitted)
    }
}
