import Foundation

/// The real events of a demo: `<folder>/nse-minute-2016/*.csv` and `<folder>/tradebooks/*.csv`.
struct DemoFiles {
    let folder: String
    let bars: [String]
    let tradebooks: [String]

    /// - Throws: `CommandFailure` when the folder has neither.
    init(folder: String) throws {
        self.folder = folder
        bars = Self.files(folder + "/nse-minute-2016")
        tradebooks = Self.files(folder + "/tradebooks")
        guard !bars.isEmpty || !tradebooks.isEmpty else {
            throw CommandFailure(
                "\(folder) holds neither nse-minute-2016/*.csv nor tradebooks/*.csv",
                remedy: "Name the folder that holds them with --data, or leave it out for simulated events.")
        }
    }

    private static func files(_ folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".csv") }.sorted().map { "\(folder)/\($0)" }
    }
}
