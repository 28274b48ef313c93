import Engine
import Foundation

exit(
    ProcessorProgram.run(
        .positions, arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
