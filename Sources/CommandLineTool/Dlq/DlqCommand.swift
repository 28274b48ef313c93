import Engine

/// `tapefold dlq list|show|retry|drop|export|import`: what could not be folded, and what to do about it.
enum DlqCommand {
    private static let view = ViewArgument.definition

    private static let filters: [OptionDefinition] = [
        OptionDefinition("lane", .integer("N", 0...100_000), "Only this lane, the partition's number."),
        OptionDefinition("topic", .text("TOPIC"), "Only events of this topic."),
        OptionDefinition("key", .text("KEY"), "Only this parking key; KEY* for all that begin so."),
        OptionDefinition("code", .text("CODE"), "Only what is parked for this reason."),
        OptionDefinition(
            "since", .text("TIME"), "Only what was parked since: 2026-01-15T09:00:00Z, or 30m, 2h, 7d ago."),
        OptionDefinition("event", .text("TOPIC/PARTITION@OFFSET"), "Only this event."),
    ]

    private static let decisive: [OptionDefinition] = [
        OptionDefinition("limit", .integer("N", 1...Int.max), "At most so many keys, the oldest first."),
        .flag("dry-run", "Only show what would be done."),
        .flag("yes", "Do not ask, also for more than one key."),
        OptionDefinition(
            "wait", .integer("SECONDS", 0...86_400), "How long to wait for the lanes' workers to be done.",
            default: "\(CommandLineLimits.dlqWaitSeconds)"),
    ]

    static let list = Command(
        "dlq list", "Show what could not be folded, and what waits behind it.",
        discussion: """
            One line a key: the event that could not be folded and how many later ones of its key wait for it. --all shows these
            too.
            """,
        positionals: view,
        options: filters + [
            OptionDefinition(
                "limit", .integer("N", 1...Int.max), "At most so many lines.",
                default: "\(CommandLineLimits.dlqListLines)"),
            .flag("all", "Also events that wait behind another."), .json, .dataDirectory,
        ],
        examples: [
            "tapefold dlq list positions", "tapefold dlq list positions --code book_refused --since 2h",
            "tapefold dlq list orders --key 'user-1|*' --all --json",
        ],
        run: DlqList.run)

    static let show = Command(
        "dlq show", "Show one parked event: record, headers, reason, remedy, what waits behind it.",
        positionals: PositionalDefinition("VIEW EVENT", "The view, and TOPIC/PARTITION@OFFSET.", count: 2...2),
        options: [.json, .dataDirectory], examples: ["tapefold dlq show positions trades.executed/2@1234"],
        run: DlqShow.run)

    static let retry = Command(
        "dlq retry", "Fold parked events again, each key in its order.",
        discussion: """
            Without a filter all keys of the view. The lane's worker does it: what folds leaves the parking lot, exactly once; a key
            whose event fails again stays parked with its new reason. Exit code 1 when any does, or when no worker came to it in time:
            then it stays asked for.
            """,
        positionals: view, options: filters + decisive + [.json, .dataDirectory],
        examples: [
            "tapefold dlq retry positions --key 'user-1|main|NSE:TCS'", "tapefold dlq retry positions --dry-run",
            "tapefold dlq retry orders --code order_refused --yes --wait 120",
        ],
        run: DlqRetry.run)

    static let drop = Command(
        "dlq drop", "Decide that parked events are never folded, and fold what waits behind them.",
        discussion: """
            For ever: the decision is kept apart from builds, every replay and verify obeys it. `dlq export` gives decisions to other
            installations. Drops the first event of each key that the filters choose, or the one that --event names; --following drops
            all that waits behind it as well. An event that is not folded yet, as where a lane stopped, can be named too.
            """,
        positionals: view,
        options: filters + [
            OptionDefinition("reason", .text("TEXT"), "Why; kept with the decision."),
            .flag("following", "Also drop the events that wait behind."),
        ] + decisive + [.json, .dataDirectory],
        examples: [
            "tapefold dlq drop positions --event trades.executed/2@1234 --reason 'test trade'",
            "tapefold dlq drop positions --code conflicting_duplicate --dry-run",
        ],
        run: DlqDrop.run)

    static let export = Command(
        "dlq export", "Write the decisions to drop events, one JSON object a line.",
        positionals: PositionalDefinition("VIEW", "Only this view's.", count: 0...1),
        options: [
            OptionDefinition("file", .text("F"), "Where to write.", default: "standard output"), .dataDirectory,
        ],
        examples: ["tapefold dlq export --file decisions.jsonl", "tapefold dlq export positions"],
        run: DlqDecisions.runExport)

    static let importing = Command(
        "dlq import", "Take over decisions that `dlq export` wrote.",
        discussion: """
            Lanes obey them from then on; events that are parked here are dropped. What was folded already stays until `tapefold
            replay`. A decision about another record than lies at its place is kept and does nothing. A bad line fails the command
            before anything is taken over.
            """,
        options: [
            OptionDefinition("file", .text("F"), "What to read.", default: "standard input"), .json, .dataDirectory,
        ],
        examples: ["tapefold dlq import --file decisions.jsonl"], run: DlqDecisions.runImport)

}
