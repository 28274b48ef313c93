import Engine
import Foundation

exit(
    ProcessorProgram.run(
        .cash, arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
