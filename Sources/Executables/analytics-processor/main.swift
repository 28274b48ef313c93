import Engine
import Foundation

exit(
    ProcessorProgram.run(
        view: "analytics", arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
