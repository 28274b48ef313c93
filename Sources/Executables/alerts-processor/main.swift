import Engine
import Foundation

exit(
    ProcessorProgram.run(
        .alerts, arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
