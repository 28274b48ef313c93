import EmbeddedBroker
import Glibc

exit(EmbeddedBrokerProgram.run(arguments: Array(CommandLine.arguments.dropFirst())))
