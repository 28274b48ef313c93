import CCurl
import Glibc

/// One exchange over libcurl, on the calling thread. Not to be shared or used twice.
struct CurlRequest: ~Copyable {
    /// What is read from and thrown away to while it runs.
    private final class Body {
        let bytes: [UInt8]
        let isStopped: @Sendable () -> Bool
        var sent = 0
        var answered = 0

        init(_ bytes: [UInt8], _ isStopped: @escaping @Sendable () -> Bool) {
            self.bytes = bytes
            self.isStopped = isStopped
        }
    }

    private let handle: UnsafeMutableRawPointer
    private let body: Body
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private let message: UnsafeMutablePointer<CChar>

    private static let isReady: Bool = tapefold_curl_begin() == CURLE_OK

    /// nil when libcurl has no memory.
    /// - Parameters:
    ///   - milliseconds: the whole exchange may take, with names and connections.
    ///   - isStopped: asked about once a second; true ends the exchange, whose outcome nobody knows then.
    init?(url: String, body bytes: [UInt8], milliseconds: Int, isStopped: @escaping @Sendable () -> Bool) {
        guard Self.isReady, let handle = curl_easy_init() else { return nil }
        self.handle = handle
        body = Body(bytes, isStopped)
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        set(CURLOPT_URL, url)
        // Signals would end the process; time-outs of names are libcurl's threaded resolver's.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, DeliveryLimits.connectTimeoutMilliseconds)
        set(CURLOPT_TIMEOUT_MS, milliseconds)
        set(CURLOPT_FOLLOWLOCATION, 0)
        _ = tapefold_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, message)
        let context = Unmanaged.passUnretained(body).toOpaque()
        _ = tapefold_curl_set_pointer(handle, CURLOPT_READDATA, context)
        _ = tapefold_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        set(CURLOPT_NOPROGRESS, 0)
        _ = tapefold_curl_set_pointer(handle, CURLOPT_XFERINFODATA, context)
        _ = tapefold_curl_set_progress(handle) { context, _, _, _, _ in
            guard let context else { return 0 }
            return Unmanaged<Body>.fromOpaque(context).takeUnretainedValue().isStopped() ? 1 : 0
        }
        _ = tapefold_curl_set_bytes(handle, CURLOPT_READFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let body = Unmanaged<Body>.fromOpaque(context).takeUnretainedValue()
            let length = min(size * count, body.bytes.count - body.sent)
            body.bytes.withUnsafeBytes { source in
                if length > 0, let start = source.baseAddress { memcpy(bytes, start + body.sent, length) }
            }
            body.sent += length
            return length
        }
        _ = tapefold_curl_set_bytes(handle, CURLOPT_WRITEFUNCTION) { _, size, count, context in
            guard let context else { return 0 }
            let body = Unmanaged<Body>.fromOpaque(context).takeUnretainedValue()
            body.answered += size * count
            // More than nobody reads ends the exchange.
            return body.answered > DeliveryLimits.answerBytes ? 0 : size * count
        }
    }

    deinit {
        curl_easy_cleanup(handle)
        for list in lists { curl_slist_free_all(list) }
        message.deallocate()
    }

    var bodyBytes: Int { body.bytes.count }

    func set(_ option: CURLoption, _ value: String) { _ = tapefold_curl_set_text(handle, option, value) }
    func set(_ option: CURLoption, _ value: Int) { _ = tapefold_curl_set_long(handle, option, value) }
    func setSize(_ option: CURLoption, _ value: Int) { _ = tapefold_curl_set_size(handle, option, value) }

    mutating func set(_ option: CURLoption, _ values: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for value in values {
            guard let longer = curl_slist_append(list, value) else { break }
            list = longer
        }
        guard let list else { return }
        lists.append(list)
        _ = tapefold_curl_set_list(handle, option, list)
    }

    /// Refuses to connect to addresses of this machine and of private networks: a URL that a user gave must not lead
    /// inside.
    func forbidPrivateAddresses() {
        _ = tapefold_curl_set_open(handle) { _, _, address in
            guard let address else { return CURL_SOCKET_BAD }
            let isPublic = withUnsafePointer(to: &address.pointee.addr) { PrivateNetworks.isPublic($0) }
            guard isPublic else { return CURL_SOCKET_BAD }
            let (family, kind, proto) = (address.pointee.family, address.pointee.socktype, address.pointee.protocol)
            return socket(family, kind | Int32(SOCK_CLOEXEC.rawValue), proto)
        }
    }

    /// Runs it.
    /// - Returns: the protocol's code (0 where none came) and what went wrong, nil if nothing.
    func run() -> (status: Int, retryAfterSeconds: Int?, error: String?) {
        let code = curl_easy_perform(handle)
        let status = tapefold_curl_response(handle)
        let wait = tapefold_curl_retry_after(handle)
        guard code != CURLE_OK else { return (status, wait > 0 ? wait : nil, nil) }
        let told = String(cString: message)
        return (status, nil, told.isEmpty ? String(cString: curl_easy_strerror(code)) : told)
    }
}

/// Addresses that do not lead out: this machine, private and shared networks, links, multicast, and what is reserved.
enum PrivateNetworks {
    static func isPublic(_ address: UnsafePointer<sockaddr>) -> Bool {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin_addr) { isPublic(v4: Array($0)) }
            }
        case AF_INET6:
            return UnsafeRawPointer(address).withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin6_addr) { isPublic(v6: Array($0)) }
            }
        default: return false
        }
    }

    static func isPublic(v4 bytes: [UInt8]) -> Bool {
        switch (bytes[0], bytes[1]) {
        case (0, _), (10, _), (127, _), (169, 254), (172, 16...31), (192, 168), (100, 64...127), (198, 18...19): false
        case (192, 0): bytes[2] != 0 && bytes[2] != 2
        case (224..., _): false
        default: true
        }
    }

    /// Only global unicast, without the ranges that hold an IPv4 address or a tunnel to one.
    static func isPublic(v6 bytes: [UInt8]) -> Bool {
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        if isMapped { return isPublic(v4: Array(bytes[12...])) }
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return false }
        return !(bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] <= 0x01)
    }
}
