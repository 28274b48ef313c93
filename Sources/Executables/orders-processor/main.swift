import Engine
import Foundation

exit(
    ProcessorProgram.run(
        .orders, arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
