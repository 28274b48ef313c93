import CZlib

/// Compression of whole answers.
enum Gzip {
    /// A gzip member holding `bytes`, or nil where zlib refuses (out of memory).
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard tapefold_gzip_begin(&stream, ReadAPILimits.gzipLevel) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        var input = bytes
        let capacity = Int(deflateBound(&stream, UInt(bytes.count)))
        let output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            input.withUnsafeMutableBufferPointer { source in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(capacity)
                count = deflate(&stream, Z_FINISH) == Z_STREAM_END ? capacity - Int(stream.avail_out) : 0
            }
        }
        return output.isEmpty ? nil : output
    }

    /// Whether an `Accept-Encoding` value takes gzip: named or by `*`, and not with a weight of 0.
    static func isAccepted(by header: String?) -> Bool {
        guard let header else { return false }
        var byWildcard = false
        for part in header.split(separator: ",") {
            let pieces = part.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let coding = pieces.first else { continue }
            let refused = pieces.dropFirst().contains {
                $0.hasPrefix("q=") && $0.dropFirst(2).allSatisfy("0.".contains)
            }
            if coding == "gzip" || coding == "x-gzip" { return !refused }
            if coding == "*" { byWildcard = !refused }
        }
        return byWildcard
    }
}
