/// Why a stream is closed. The codes are WebSocket's (RFC 6455 §7.4); those of 4000 on are this API's own.
enum StreamEnd: Equatable, Sendable {
    /// The client said goodbye, or went away.
    case left
    case tokenExpired
    case slowClient
    case tooManyMessages
    case protocolError(code: UInt16)
    case stopping

    var code: UInt16 {
        switch self {
        case .left: 1000
        case .tokenExpired: 4401
        case .slowClient: 4408
        case .tooManyMessages: 4429
        case .protocolError(let code): code
        case .stopping: 1012
        }
    }

    var reason: String {
        switch self {
        case .left: "bye"
        case .tokenExpired: "the token has expired; connect again with a new one"
        case .slowClient: "nothing was taken for \(StreamLimits.stallSeconds) s; connect again and resume"
        case .tooManyMessages:
            "more than \(StreamLimits.messagesPerSecond) messages a second"
        case .protocolError: "this is not WebSocket as RFC 6455 has it"
        case .stopping: "the server is stopping; connect again, another one may answer"
        }
    }

    /// The value of the metric's label.
    var label: String {
        switch self {
        case .left: "left"
        case .tokenExpired: "token_expired"
        case .slowClient: "slow_client"
        case .tooManyMessages: "too_many_messages"
        case .protocolError: "protocol_error"
        case .stopping: "stopping"
        }
    }
}
