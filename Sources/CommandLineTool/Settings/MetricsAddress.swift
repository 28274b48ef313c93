import Foundation

/// Where a process of a running `up` serves its metrics. The process writes its port down itself, so that this holds
/// after a restart too.
struct MetricsAddress: Encodable, Equatable {
    let name: String
    let metrics: String

    static func folder(in dataDirectory: String) -> String { dataDirectory + "/metrics" }

    static func portFile(of program: String, in dataDirectory: String) -> String {
        "\(folder(in: dataDirectory))/\(program).port"
    }

    /// Those of the `up` that the settings found.
    static func all(_ settings: Settings) -> [MetricsAddress] {
        guard let runFile = settings.runFile else { return [] }
        let directory = settings.dataDirectory.value
        var found = runFile.pids.keys.sorted().compactMap { name -> MetricsAddress? in
            let path = portFile(of: name, in: directory)
            guard let text = try? String(contentsOfFile: path, encoding: .utf8),
                let port = UInt16(text.trimmingCharacters(in: .whitespacesAndNewlines))
            else { return nil }
            return MetricsAddress(name: name, metrics: "http://127.0.0.1:\(port)/metrics")
        }
        if runFile.pids["read-api"] != nil {
            found.append(MetricsAddress(name: "read-api", metrics: "\(runFile.api)/metrics"))
        }
        return found
    }
}
