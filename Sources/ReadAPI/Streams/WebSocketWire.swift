import CWslay

/// Frames to clients, which go unmasked and are the same for all of them.
enum WebSocketFrame {
    static func text(_ payload: [UInt8]) -> [UInt8] {
        make { context in
            payload.withUnsafeBytes { bytes in
                var message = wslay_event_msg(
                    opcode: UInt8(WSLAY_TEXT_FRAME.rawValue), msg: bytes.bindMemory(to: UInt8.self).baseAddress,
                    msg_length: bytes.count)
                _ = wslay_event_queue_msg(context, &message)
            }
        }
    }

    static func close(code: UInt16, reason: String) -> [UInt8] {
        let text = Array(reason.utf8.prefix(120))
        return make { context in _ = wslay_event_queue_close(context, code, text, text.count) }
    }

    private static func make(_ queue: (wslay_event_context_ptr) -> Void) -> [UInt8] {
        let sink = WebSocketSink()
        guard let context = sink.makeContext() else { return [] }
        defer { wslay_event_context_free(context) }
        queue(context)
        wslay_event_send(context)
        return sink.output
    }
}

/// What wslay's callbacks read from and write to.
private final class WebSocketSink {
    var input: UnsafeRawBufferPointer?
    var output: [UInt8] = []
    var messages: [WebSocketReceiver.Message] = []

    /// The context borrows this object; whoever frees it keeps this alive until then.
    func makeContext() -> wslay_event_context_ptr? {
        var callbacks = wslay_event_callbacks()
        callbacks.recv_callback = webSocketReceive
        callbacks.send_callback = webSocketSend
        callbacks.on_msg_recv_callback = webSocketMessage
        var context: wslay_event_context_ptr?
        guard
            wslay_event_context_server_init(&context, &callbacks, Unmanaged.passUnretained(self).toOpaque()) == 0
        else { return nil }
        wslay_event_config_set_max_recv_msg_length(context, UInt64(StreamLimits.messageBytes))
        return context
    }

    static func of(_ user: UnsafeMutableRawPointer?) -> WebSocketSink? {
        user.map { Unmanaged<WebSocketSink>.fromOpaque($0).takeUnretainedValue() }
    }
}

/// Takes apart what a client sends: masks, fragments, UTF-8 and control frames are wslay's work. One a client, made with
/// its first bytes. Belongs to one thread.
final class WebSocketReceiver {
    enum Message: Equatable {
        case text([UInt8])
        case binary
        /// Ping, pong or close.
        case control
    }

    struct Outcome {
        var messages: [Message] = []
        /// Answers to pings and to a closing frame, or the closing frame of an error.
        var output: [UInt8] = []
        /// Set once nothing more is read: the code of the closing frame.
        var closed: UInt16?
    }

    private let sink = WebSocketSink()
    private let context: wslay_event_context_ptr

    /// Nil when there is no memory.
    init?() {
        guard let made = sink.makeContext() else { return nil }
        context = made
    }

    deinit { wslay_event_context_free(context) }

    func take(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        sink.input = bytes
        let received = wslay_event_recv(context)
        sink.input = nil
        let sent = wslay_event_send(context)
        var outcome = Outcome(messages: sink.messages, output: sink.output)
        sink.messages.removeAll(keepingCapacity: false)
        sink.output.removeAll(keepingCapacity: false)
        if received != 0 || sent != 0 {
            outcome.closed = 1011
        } else if wslay_event_want_read(context) == 0 || wslay_event_get_close_received(context) != 0 {
            let code = wslay_event_get_status_code_sent(context)
            outcome.closed = code == 0 ? 1000 : code
        }
        return outcome
    }
}

private func webSocketReceive(
    context: wslay_event_context_ptr?, buffer: UnsafeMutablePointer<UInt8>?, length: Int, flags: Int32,
    user: UnsafeMutableRawPointer?
) -> Int {
    guard let sink = WebSocketSink.of(user), let buffer, let input = sink.input, !input.isEmpty else {
        wslay_event_set_error(context, Int32(WSLAY_ERR_WOULDBLOCK.rawValue))
        return -1
    }
    let count = min(length, input.count)
    UnsafeMutableRawBufferPointer(start: buffer, count: count).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: input[..<count]))
    sink.input = UnsafeRawBufferPointer(rebasing: input[count...])
    return count
}

private func webSocketSend(
    context: wslay_event_context_ptr?, data: UnsafePointer<UInt8>?, length: Int, flags: Int32,
    user: UnsafeMutableRawPointer?
) -> Int {
    guard let sink = WebSocketSink.of(user) else { return -1 }
    sink.output.append(contentsOf: UnsafeBufferPointer(start: data, count: length))
    return length
}

private func webSocketMessage(
    context: wslay_event_context_ptr?, message: UnsafePointer<wslay_event_on_msg_recv_arg>?,
    user: UnsafeMutableRawPointer?
) {
    guard let sink = WebSocketSink.of(user), let message = message?.pointee else { return }
    switch UInt32(message.opcode) {
    case UInt32(WSLAY_TEXT_FRAME.rawValue):
        sink.messages.append(.text(Array(UnsafeBufferPointer(start: message.msg, count: message.msg_length))))
    case UInt32(WSLAY_BINARY_FRAME.rawValue): sink.messages.append(.binary)
    default: sink.messages.append(.control)
    }
}
