import CLibpq

extension PostgresConnection {
    var connectionMessage: String { String(cString: PQerrorMessage(handle)).trimmingLineEnds }

    /// The error of a connection that broke, saying what to do.
    func lost(_ why: String, sqlState: String? = nil) -> PostgresError {
        let reason = why.isEmpty ? "no reason was given" : why
        var error = PostgresError(
            .connectionLost, "the connection to PostgreSQL at \(configuration) is lost: \(reason)", sqlState: sqlState)
        error.hint = "what was in flight may or may not have been committed; connect again and read the state"
        return error
    }

    /// The server's error in `result`, or the connection's when it broke.
    func error(from result: OpaquePointer) -> PostgresError {
        let message = field(result, tapefold_diag_message_primary) ?? connectionMessage
        let state = field(result, tapefold_diag_sqlstate)
        if PQstatus(handle) != CONNECTION_OK { return lost(message, sqlState: state) }
        guard let state else { return PostgresError(.usage, message) }
        var error = PostgresError(.server(sqlState: state), message)
        error.detail = field(result, tapefold_diag_message_detail)
        error.hint = field(result, tapefold_diag_message_hint)
        error.constraint = field(result, tapefold_diag_constraint_name)
        error.table = field(result, tapefold_diag_table_name)
        error.column = field(result, tapefold_diag_column_name)
        error.position = field(result, tapefold_diag_statement_position).flatMap { Int($0) }
        error.context = field(result, tapefold_diag_context)
        return error
    }

    private func field(_ result: OpaquePointer, _ code: Int32) -> String? {
        PQresultErrorField(result, code).map { String(cString: $0).trimmingLineEnds }
    }
}

extension String {
    /// libpq ends its messages with line feeds.
    var trimmingLineEnds: String {
        var text = Substring(self)
        while let last = text.last, last.isNewline || last == " " { text.removeLast() }
        return String(text)
    }
}
