import Glibc
import ReadAPI

exit(
    ReadAPIProgram.run(
        arguments: Array(CommandLine.arguments.dropFirst()),
        environment: ReadAPIProgram.environment()))
