import CCurl
import Glibc

/// Reads a JWK set from a file, or over HTTP with libcurl: bounded in time and size.
enum KeyFetch {
    static func read(_ source: String) throws(KeySetError) -> [UInt8] {
        source.hasPrefix("https://") || source.hasPrefix("http://") ? try fetch(source) : try file(source)
    }

    private static func file(_ path: String) throws(KeySetError) -> [UInt8] {
        guard let file = fopen(path, "re") else { throw KeySetError(String(cString: strerror(errno))) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: ReadAPILimits.keySetBytes + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw KeySetError("it cannot be read (is it a directory?)") }
        guard count <= ReadAPILimits.keySetBytes else { throw tooLarge }
        return Array(bytes[..<count])
    }

    private static let tooLarge = KeySetError("it has more than \(ReadAPILimits.keySetBytes) bytes")

    /// What libcurl has brought so far.
    private final class Download {
        var bytes: [UInt8] = []
    }

    private static let begun = tapefold_curl_begin()

    private static func fetch(_ url: String) throws(KeySetError) -> [UInt8] {
        guard begun == CURLE_OK, let curl = curl_easy_init() else { throw KeySetError("libcurl does not start") }
        defer { curl_easy_cleanup(curl) }
        let download = Download()
        tapefold_curl_set_text(curl, CURLOPT_URL, url)
        tapefold_curl_set_text(curl, CURLOPT_PROTOCOLS_STR, "http,https")
        tapefold_curl_set_text(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https")
        tapefold_curl_set_long(curl, CURLOPT_FOLLOWLOCATION, 1)
        tapefold_curl_set_long(curl, CURLOPT_MAXREDIRS, 3)
        tapefold_curl_set_long(curl, CURLOPT_NOSIGNAL, 1)
        tapefold_curl_set_long(curl, CURLOPT_TIMEOUT_MS, ReadAPILimits.keysFetchMilliseconds)
        tapefold_curl_set_bytes(curl, CURLOPT_WRITEFUNCTION, keyBytesArrived)
        tapefold_curl_set_pointer(curl, CURLOPT_WRITEDATA, Unmanaged.passUnretained(download).toOpaque())
        let code = withExtendedLifetime(download) { curl_easy_perform(curl) }
        if download.bytes.count > ReadAPILimits.keySetBytes { throw tooLarge }
        guard code == CURLE_OK else { throw KeySetError(String(cString: curl_easy_strerror(code))) }
        let status = tapefold_curl_response(curl)
        guard status == 200 else { throw KeySetError("the server answers \(status)") }
        return download.bytes
    }

    fileprivate static func take(_ bytes: UnsafeRawBufferPointer, into context: UnsafeMutableRawPointer) -> Int {
        let download = Unmanaged<Download>.fromOpaque(context).takeUnretainedValue()
        download.bytes.append(contentsOf: bytes)
        // Fewer than given ends the transfer.
        return download.bytes.count <= ReadAPILimits.keySetBytes ? bytes.count : 0
    }
}

private func keyBytesArrived(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    return KeyFetch.take(UnsafeRawBufferPointer(start: bytes, count: size * count), into: context)
}
