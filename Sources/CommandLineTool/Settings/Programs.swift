import Foundation

/// The programs that belong together.
enum Programs {
    static let folderVariable = "TAPEFOLD_BIN_DIR"

    /// This program's path, links resolved.
    static var own: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    /// The path of another of our programs: in TAPEFOLD_BIN_DIR, or beside this one.
    static func path(_ name: String, environment: [String: String]) throws(CommandFailure) -> String {
        let named = environment[folderVariable].flatMap { $0.isEmpty ? nil : $0 }
        let folder = named ?? URL(fileURLWithPath: own).deletingLastPathComponent().path
        let path = folder + "/" + name
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw CommandFailure(
                "the program \(name) is not in \(folder)",
                remedy: "Build it (`swift build -c release`), or set \(folderVariable) to where the programs are.")
        }
        return path
    }
}
