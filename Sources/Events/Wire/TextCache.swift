/// The last valid texts of fields that seldom change from one event to the next: comparing is cheaper than making a
/// new String.
struct TextCache {
    var exchange = ""
    var source = ""
}
