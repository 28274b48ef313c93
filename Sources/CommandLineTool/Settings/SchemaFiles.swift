import Foundation

/// Where the migrations are.
enum SchemaFiles {
    static let variable = "TAPEFOLD_SCHEMAS"

    /// The directory with the migrations: under TAPEFOLD_SCHEMAS, beside or above the program, or below here.
    static func migrations(environment: [String: String]) throws(CommandFailure) -> String {
        var places: [String] = []
        if let named = environment[variable], !named.isEmpty {
            places = [named + "/database", named]
        } else {
            var folder = URL(fileURLWithPath: Programs.own).deletingLastPathComponent()
            for _ in 0..<6 {
                places.append(folder.appendingPathComponent("schemas/database").path)
                places.append(folder.appendingPathComponent("share/tapefold/schemas/database").path)
                folder = folder.deletingLastPathComponent()
            }
            places.append(FileManager.default.currentDirectoryPath + "/schemas/database")
        }
        for place in places where FileManager.default.fileExists(atPath: place + "/0001_control.sql") { return place }
        throw CommandFailure(
            "the database migrations (schemas/database) were not found near \(Programs.own)",
            remedy: "Set \(variable) to the project's schemas folder.")
    }
}

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
