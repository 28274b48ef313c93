import Engine
import Foundation

exit(
    ProcessorProgram.run(
        view: "positions", arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
