import Engine
import Foundation

exit(
    ProcessorProgram.run(
        .market, arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
