import CommandLineTool
import Testing

@Suite struct ArgumentTests {
    /// Prints what it was called with.
    private static let probe = Command(
        "probe", "Tell the arguments.", discussion: "Says what it got.",
        positionals: PositionalDefinition("FILE", "What to probe.", count: 0...2),
        options: [
            OptionDefinition("count", .integer("N", 1...10), "How often.", default: "1"),
            OptionDefinition("kind", .choice(["fast", "slow"]), "Which."),
            OptionDefinition("name", .text("T"), "A name."), .json,
        ],
        examples: ["tapefold probe a --count 3"],
        run: { invocation in
            let arguments = invocation.arguments
            let parts = [
                arguments.integer("count").map(String.init), arguments.text("kind"), arguments.text("name"),
                invocation.wantsJSON ? "json" : nil,
            ]
            invocation.console.line((parts.compactMap(\.self) + arguments.positionals).joined(separator: "|"))
            return .done
        })
    private static let commands = [
        probe, Command("group one", "First.", run: { _ in .done }),
        Command("group two", "Second.", run: { _ in .failed }),
    ]

    private func run(_ words: String) throws -> CommandLineRun {
        try CommandLineRun(words.split(separator: " ").map(String.init), commands: Self.commands)
    }

    @Test(arguments: [
        ("probe", ""), ("probe a b", "a|b"), ("probe a --count 3 b", "3|a|b"), ("probe --count=3 --json a", "3|json|a"),
        ("probe --kind slow", "slow"), ("probe -- --count", "--count"), ("probe --name=", ""), ("probe --name -", "-"),
    ])
    func readsArguments(words: String, expected: String) throws {
        let result = try run(words)
        if words == "probe --name=" {
            #expect(result.status == .usage)
        } else {
            #expect(result.status == .done)
            #expect(result.output == expected + "\n")
        }
    }

    @Test(arguments: [
        ("prob", "there is no command \"prob\"; did you mean probe?"),
        ("zzzzzz", "there is no command \"zzzzzz\"\n"),
        ("probe --cuont 3", "unknown option --cuont; did you mean --count?"),
        ("probe --count", "--count needs a value: --count N"),
        ("probe --count --json", "--count needs a value: --count N"),
        ("probe --count x", "--count needs a whole number, not \"x\""),
        ("probe --count 11", "--count must be 1 to 10, not 11"),
        ("probe --kind fats", "--kind must be one of fast, slow, not \"fats\"; did you mean fast?"),
        ("probe --json=yes", "--json takes no value"),
        ("probe --count 1 --count 2", "--count is given twice"),
        ("probe a b c", "unexpected argument \"c\""),
        ("probe -x", "unknown option -x; options are written out, as in --json"),
        ("group", "group needs one of: one, two"),
        ("group tow", "group has no command \"tow\"; did you mean two?"),
        ("--json probe", "unknown option --json before the command"),
    ])
    func refusesWrongUsage(words: String, message: String) throws {
        let result = try run(words)
        #expect(result.status == .usage)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.errors.contains("--help` for how it is used."))
        #expect(result.output.isEmpty)
    }

    @Test func helpShowsOptionsDefaultsAndExamples() throws {
        let result = try run("probe a --help")
        #expect(result.status == .done)
        for part in [
            "Usage: tapefold probe [FILE…] [options]", "Says what it got.", "--count N", "How often. Default: 1.",
            "--kind fast|slow", "tapefold probe a --count 3",
        ] {
            #expect(result.output.contains(part), "\(part)")
        }
        #expect(try run("help probe").output == result.output)
        #expect(try run("group --help").output.contains("group two"))
        #expect(try run("").output.contains("Usage: tapefold <command>"))
        #expect(try run("--version").output.hasPrefix("tapefold "))
    }

    @Test func theCommandsStatusIsTheProgramsStatus() throws {
        #expect(try run("group one").status == .done)
        #expect(try run("group two").status == .failed)
    }

    @Test(arguments: CommandTable.all.map(\.path))
    func everyCommandHasHelpWithExamples(path: [String]) throws {
        let result = try CommandLineRun(path + ["--help"])
        #expect(result.status == .done)
        #expect(result.output.contains("Usage: tapefold \(path.joined(separator: " "))"))
        #expect(result.output.contains("Examples:"))
    }
}
