import Domain
import Engine
import Foundation

extension ViewsCommand {
    private struct Entry: Encodable {
        let view: String
        let build: String
        let fold: Int
        let status: String
        let schema: String
        let bytes: Int64
        let lag: Int64?
        let offsets: [String: Int64]
        let created: String
        let liveSince: String?
        let retired: String?
        let parkedEvents: Int
        /// Rows of days before it were taken over from another build.
        let carriedBefore: String?
        let copy: String?
        let asOf: String?
        let asOfOffsets: String?

        init(_ report: BuildReport) {
            let build = report.build
            view = build.view
            self.build = build.name
            fold = build.fold
            status = build.status.rawValue
            schema = build.copy?.schema ?? build.schema
            bytes = report.bytes
            lag = report.lag
            offsets = Dictionary(uniqueKeysWithValues: report.positions.offsets.map { ("\($0.key)", $0.value) })
            created = report.createdAt.description
            liveSince = report.liveAt?.description
            retired = report.retiredAt?.description
            parkedEvents = report.parkedEvents
            carriedBefore = report.carriedBeforeDay.map { CivilDate(dayNumber: $0).description }
            copy = build.copy?.name
            switch build.copy?.cut {
            case .time(let time): (asOf, asOfOffsets) = (time.description, nil)
            case .offsets(let positions): (asOf, asOfOffsets) = (nil, positions.description)
            case nil: (asOf, asOfOffsets) = (nil, nil)
            }
        }

        var text: String {
            var text = "\(view)  \(copy ?? build)  \(status)  fold \(fold)  \(Entry.size(bytes))"
            if let lag { text += "  lag \(lag)" }
            text += "  created \(created)"
            if let liveSince, status == "live" { text += "  live since \(liveSince)" }
            if let retired, status == "retired" { text += "  retired \(retired)" }
            if parkedEvents > 0 { text += "  parked \(parkedEvents)" }
            if let carriedBefore { text += "  rows before \(carriedBefore) taken over" }
            if let asOf { text += "  as of \(asOf)" }
            if let asOfOffsets { text += "  as of \(asOfOffsets)" }
            return text + "  schema \(schema)"
        }

        private static func size(_ bytes: Int64) -> String {
            bytes < 10_485_760 ? "\(bytes / 1_024) kB" : "\(bytes / 1_048_576) MB"
        }
    }

    static func runList(_ invocation: Invocation) throws -> ExitStatusCode {
        let names = invocation.arguments.positionals
        let known = invocation.views.names
        for name in names where !known.contains(name) {
            throw UsageError("there is no view \"\(name)\"; views: \(known.joined(separator: ", "))")
        }
        let connections = Connections(invocation)
        let reports = try BuildReport.read(
            nil, on: try connections.database(), admin: try connections.admin())
        let entries = reports.map(Entry.init).filter { names.isEmpty || names.contains($0.view) }
        if invocation.wantsJSON {
            try invocation.console.json(["builds": entries])
        } else if entries.isEmpty {
            invocation.console.note("no view has a build yet; start its processor")
        } else {
            for entry in entries { invocation.console.line(entry.text) }
        }
        return .done
    }
}
