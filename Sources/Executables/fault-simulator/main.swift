import Foundation
import Simulation

exit(FaultProgram.run(arguments: CommandLine.arguments))
