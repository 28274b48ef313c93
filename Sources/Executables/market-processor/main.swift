import Engine
import Foundation

exit(
    ProcessorProgram.run(
        view: "market", arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
