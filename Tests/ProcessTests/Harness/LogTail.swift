import Foundation

/// The last lines of a log, which say why something did not come; empty when there is no such file.
func logTail(_ path: String) -> String {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").suffix(ProcessTestLimits.logTailLines).joined(separator: "\n")
}
