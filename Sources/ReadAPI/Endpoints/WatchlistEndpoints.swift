import Postgres

/// `watchlists`: a user's lists, by their ids.
enum WatchlistEndpoints {
    static let routes: [Route] = [
        Route(
            "/v1/watchlists", "listWatchlists", access: .user,
            parameters: [CommonParameters.user] + CommonParameters.page + [CommonParameters.after], action: .read(list))
    ]

    private static let columns: [Column] = [
        .text("listId", "w.list_id"), .text("name", "w.name"), .json("symbols", "w.symbols"),
        .time("updatedAt", "w.updated_at"),
    ]

    private static func list(_ call: Call) throws(Problem) -> ReadPlan {
        let page = Page(call)
        let key = try Cursor.key(of: call, parts: 1) ?? [""]
        let statement = ReadStatement(
            text: { live in
                """
                SELECT \(columns.selected) FROM \(live.relation(.watchlists, "watchlists")) w
                WHERE w.user_id = $1 AND w.list_id > $2 ORDER BY w.list_id LIMIT $3
                """
            }, parameters: [.text(call.user), .text(key[0]), page.queryLimit])
        return ReadPlan(views: [.watchlists], after: call.arguments.after, statements: [statement]) {
            (results, writer) throws(ReadFailure) in
            let result = results[0]
            try page.write(
                result, to: &writer, key: { (row) throws(PostgresError) in [try result.text(row, 0)] },
                row: { (writer, row) throws(ReadFailure) in try writer.row(columns, of: result, row: row) })
        }
    }
}
