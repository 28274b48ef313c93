import CMicrohttpd

/// libmicrohttpd has the request line: the exchange begins. What is returned comes back as `exchange` below.
func httpTargetArrived(
    context: UnsafeMutableRawPointer?, target: UnsafePointer<CChar>?, connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let core = core(context), let target, let connection, let kept = tapefold_http_context(connection) else {
        return nil
    }
    let peer = Unmanaged<HTTPConnection>.fromOpaque(kept).takeUnretainedValue()
    let exchange = core.began(connection: connection, peer: peer, target: String(cString: target))
    return Unmanaged.passRetained(exchange).toOpaque()
}

/// Called with the headers, with each part of a body, at the request's end, and again when a connection is resumed.
func httpRequestArrived(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?, url: UnsafePointer<CChar>?,
    method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?, upload: UnsafePointer<CChar>?,
    uploadSize: UnsafeMutablePointer<Int>?, exchangeSlot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let core = core(context), let method, let uploadSize, let opaque = exchangeSlot?.pointee else { return .NO }
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(opaque).takeUnretainedValue()
    switch exchange.state.withLock({ $0 }) {
    case .headers:
        return core.headersArrived(exchange, method: String(cString: method))
    case .body(let bytes):
        guard uploadSize.pointee == 0 else {
            let bytes = UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee)
            uploadSize.pointee = 0
            return core.bodyArrived(exchange, bytes)
        }
        return core.requestArrived(exchange, bodyBytes: bytes)
    case .answered(let response):
        return core.queue(response, on: exchange)
    case .suspended, .sent:
        uploadSize.pointee = 0
        return .YES
    }
}

/// The answer has left, or the client has.
func httpRequestCompleted(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
    exchangeSlot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, reason: MHD_RequestTerminationCode
) {
    guard let core = core(context), let opaque = exchangeSlot?.pointee else { return }
    exchangeSlot?.pointee = nil
    core.ended(Unmanaged<HTTPExchange>.fromOpaque(opaque).takeRetainedValue())
}

func httpConnectionChanged(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
    connectionContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, change: MHD_ConnectionNotificationCode
) {
    guard let core = core(context), let connection, let connectionContext else { return }
    if change == .CONNECTION_NOTIFY_STARTED {
        connectionContext.pointee = Unmanaged.passRetained(core.opened(connection)).toOpaque()
    } else if let kept = connectionContext.pointee {
        connectionContext.pointee = nil
        core.closed(Unmanaged<HTTPConnection>.fromOpaque(kept).takeRetainedValue())
    }
}

private func core(_ context: UnsafeMutableRawPointer?) -> HTTPServerCore? {
    context.map { Unmanaged<HTTPServerCore>.fromOpaque($0).takeUnretainedValue() }
}
