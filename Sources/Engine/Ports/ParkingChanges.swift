/// What a lane's transaction does to the events that are parked already.
package struct ParkingChanges: Sendable {
    package struct Place: Sendable, Hashable {
        package let topic: String
        package let offset: Int64

        package init(topic: String, offset: Int64) {
            self.topic = topic
            self.offset = offset
        }
    }

    package struct Reason: Sendable {
        package let place: Place
        package let code: String
        package let text: String

        package init(place: Place, code: String, text: String) {
            self.place = place
            self.code = code
            self.text = text
        }
    }

    /// How far a request is.
    package struct Progress: Sendable {
        package let request: Int64
        package var folded = 0
        package var dropped = 0
        /// What is left parked under its key.
        package var remaining = 0
        package var code: String?
        package var reason: String?
        package var isFinished = false
    }

    /// They leave the parking lot.
    package var removed: [Place] = []
    /// They were tried again in vain.
    package var reasons: [Reason] = []
    package var decisions: [Decision] = []
    package var progress: Progress?

    package init() {}
}
