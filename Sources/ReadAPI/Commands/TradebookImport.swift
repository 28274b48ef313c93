import Domain
import HTTPServing
import Importers

/// A tradebook in a request's body, to executions: good rows are sent, bad ones are told, as `tapefold import` does.
struct TradebookImport {
    let call: WorkCall
    let service: ReadService

    private struct Rows {
        var events: [CommandLog.Outgoing] = []
        var rejected = 0
        var problems: [RowProblem] = []

        mutating func reject(_ problem: RowProblem) {
            rejected += 1
            if problems.count < ReadAPILimits.importProblems { problems.append(problem) }
        }
    }

    func run() throws(Problem) -> HTTPResponse {
        let rows = try read()
        if rows.rejected > 0, call.arguments.text("strict") == "true" { throw Self.refusal(rows) }
        var positions: [LogPosition] = []
        var rest = rows.events[...]
        while !rest.isEmpty {
            let batch = rest.prefix(ReadAPILimits.importBatch)
            rest = rest.dropFirst(batch.count)
            for position in try service.commands.send(Array(batch), repeating: .sameRows) {
                positions.removeAll { $0.topic == position.topic && $0.partition == position.partition }
                positions.append(position)
            }
        }
        let place = positions.map(\.description).joined(separator: ",")
        var response = HTTPResponse.json(202) { body in
            body.key("accepted")
            body.integer(rows.events.count)
            body.key("rejected")
            body.integer(rows.rejected)
            body.key("problems")
            Self.write(rows.problems, to: &body)
            body.field("position", place.isEmpty ? nil : place)
            body.field("userId", call.user)
        }
        if !place.isEmpty { response.headers.append(HTTPHeader("Tapefold-Position", place)) }
        return response
    }

    private func read() throws(Problem) -> Rows {
        var rows = Rows()
        do throws(ImportFileError) {
            var book = try ZerodhaTradebook(
                MemoryByteSource(call.request.body), file: "body", user: call.user,
                account: call.arguments.text("account"), calendar: .ofProcess)
            while let item = try book.next() {
                switch item {
                case .problem(let problem): rows.reject(problem)
                case .events(let events):
                    rows.events += events.map { CommandLog.Outgoing(topic: $0.topic, key: $0.key, value: $0.value) }
                }
                if rows.events.count > ReadAPILimits.importRows {
                    throw ImportFileError(
                        path: "body", reason: "it has more than \(ReadAPILimits.importRows) rows",
                        remedy: "Send it in parts: ids come from the rows, so that parts may overlap.")
                }
            }
        } catch {
            throw .malformedBody("the body is no tradebook: \(error.reason). \(error.remedy)")
        }
        return rows
    }

    private static func refusal(_ rows: Rows) -> Problem {
        var problems = JSONWriter()
        write(rows.problems, to: &problems)
        let list = (try? JSONValue(parsing: problems.bytes)) ?? .array([])
        return Problem(
            kind: "bad-rows", title: "Bad rows", status: 422,
            detail: "\(rows.rejected) rows are bad and strict=true was asked for: nothing was sent",
            members: [JSONMember("problems", list)])
    }

    private static func write(_ problems: [RowProblem], to body: inout JSONWriter) {
        body.array { list in
            for problem in problems {
                list.object { entry in
                    entry.key("row")
                    entry.integer(problem.row)
                    entry.key("line")
                    entry.integer(problem.line)
                    entry.field("column", problem.column)
                    entry.field("value", problem.value)
                    entry.field("reason", problem.reason)
                    entry.field("remedy", problem.remedy)
                }
            }
        }
    }
}
