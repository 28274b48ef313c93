import Engine
import Foundation

exit(
    ProcessorProgram.run(
        .analytics, arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
