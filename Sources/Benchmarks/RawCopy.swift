import Engine
import Foundation
import Postgres

/// The floor of everything that writes rows: COPY of the same rows into tables without an index.
enum RawCopy {
    /// Source records a second that this would allow: `records` over the time of copying all tables of the live build.
    static func run(_ stack: BenchStack, view: String, records: Int) throws -> Double {
        let definition = try stack.view(view).definition
        let connection = try PostgresConnection.connect(stack.database)
        guard let live = try BuildCatalog(connection).liveBuild(of: view) else {
            throw BenchFailure(description: "view \(view) has no live build")
        }
        var spent = 0.0
        for table in definition.tables {
            var chunks: [[UInt8]] = []
            try connection.copyOut("COPY (SELECT * FROM \(live.schema).\(table.name)) TO STDOUT (FORMAT binary)") {
                (row: UnsafeRawBufferPointer) throws(PostgresError) in chunks.append(Array(row))
            }
            try connection.execute("CREATE TABLE public.bench_floor (LIKE \(live.schema).\(table.name))")
            let begun = ContinuousClock.now
            let copy = try connection.startCopyIn("COPY public.bench_floor FROM STDIN (FORMAT binary)")
            try copy.writeBinaryHeader()
            for chunk in chunks { try copy.write(chunk) }
            try copy.writeBinaryTrailer()
            _ = try copy.finish()
            spent += seconds(since: begun)
            try connection.execute("DROP TABLE public.bench_floor")
        }
        return Double(records) / max(spent, 1e-9)
    }
}
