import Glibc

/// One GET to a server on this machine. Enough to ask whether it is ready and to read a small answer.
enum HTTPProbe {
    struct Answer: Equatable {
        let status: Int
        let body: [UInt8]
    }

    /// nil when there was no whole answer in time.
    static func get(port: Int, path: String, bearer: String? = nil) -> Answer? {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard connection >= 0 else { return nil }
        defer { close(connection) }
        var timeout = timeval(tv_sec: CommandLineLimits.httpTimeoutMilliseconds / 1_000, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        guard connect(connection, port: port) else { return nil }
        let authorization = bearer.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let request = Array(
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\(authorization)Connection: close\r\n\r\n".utf8)
        guard send(connection, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
        return parse(receiveAll(connection))
    }

    private static func connect(_ descriptor: Int32, port: Int) -> Bool {
        guard let number = UInt16(exactly: port) else { return false }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = number.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func receiveAll(_ descriptor: Int32) -> [UInt8] {
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while answer.count < CommandLineLimits.maximumHTTPAnswerBytes {
            let count = recv(descriptor, &piece, piece.count, 0)
            if count <= 0 { break }
            answer += piece.prefix(count)
        }
        return answer
    }

    /// Understands a body that ends with the connection, which the request asks for.
    static func parse(_ answer: [UInt8]) -> Answer? {
        let separator = Array("\r\n\r\n".utf8)
        guard let end = answer.firstRange(of: separator) else { return nil }
        let head = String(decoding: answer[..<end.lowerBound], as: UTF8.self)
        let words = head.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else { return nil }
        return Answer(status: status, body: Array(answer[end.upperBound...]))
    }
}
