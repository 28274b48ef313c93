import Glibc

/// A file that holds the port a process listens on.
public enum PortFile {
    /// Written beside and renamed: who waits for the file never reads half a number.
    /// - Returns: nil, or why it failed.
    public static func write(_ port: UInt16, to path: String) -> String? {
        let temporary = path + ".new"
        guard let file = fopen(temporary, "we") else { return String(cString: strerror(errno)) }
        let text = "\(port)\n"
        let isWritten = fputs(text, file) >= 0
        guard fclose(file) == 0, isWritten, rename(temporary, path) == 0 else {
            return String(cString: strerror(errno))
        }
        return nil
    }
}
