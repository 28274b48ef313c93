import Events
import Foundation

/// The list of channels as the view stores it.
enum PreferenceChannels {
    static func read(_ json: String) -> [NotificationChannel] {
        let words = (try? JSONDecoder().decode([String].self, from: Data(json.utf8))) ?? []
        return words.compactMap(NotificationChannel.init(rawValue:))
    }
}
