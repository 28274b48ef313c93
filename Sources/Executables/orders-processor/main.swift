import Engine
import Foundation

exit(
    ProcessorProgram.run(
        view: "orders", arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
