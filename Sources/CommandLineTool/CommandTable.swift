/// All commands, in the order of the help. A command is added by adding it here.
public enum CommandTable {
    public static let all: [Command] = [
        UpCommand.command,
        DemoCommand.command,
        SimulateCommand.command,
        ProduceCommand.command,
        ConsumeCommand.command,
        ImportCommand.tradebook,
        ImportCommand.history,
        StatusCommand.command,
        ReplayCommand.command,
        VerifyCommand.command,
        ViewsCommand.list,
        ViewsCommand.promote,
        ViewsCommand.rollback,
        ViewsCommand.drop,
        BenchCommand.command,
        TopicsCommand.list,
        TopicsCommand.create,
        TopicsCommand.describe,
        TopicsCommand.check,
        DatabaseCommand.migrate,
        DatabaseCommand.status,
        ConfigCommand.show,
        ConfigCommand.check,
        TokenCommand.command,
    ]
}
