import Delivery
import Foundation

exit(
    DeliveryProgram.run(
        arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment))
