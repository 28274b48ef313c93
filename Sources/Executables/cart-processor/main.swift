import Engine
import Foundation

exit(
    ProcessorProgram.run(
        .cart, arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
