import CommandLineTool
import Foundation
import Testing

@Suite struct RunFileTests {
    /// `up` of a program with views of its own has another name, and neither its path nor its arguments need hold ours.
    @Test func isAliveAsLongAsItsProcessWhateverThatIsCalled() throws {
        let other = try RunningProgram("/bin/sleep", ["1000"])
        let file = RunFile(
            kafka: "127.0.0.1:1", database: "postgresql://", api: "http://127.0.0.1:1", secretFile: "/nonexistent",
            pid: other.process.pid, pids: [:])
        #expect(file.isAlive)
        let read = try JSONDecoder().decode(RunFile.self, from: JSONEncoder().encode(file))
        #expect(read == file && read.isAlive)
        // Another process under the same number began at another time.
        var later = file
        later.startTicks = try #require(file.startTicks) - 1
        #expect(!later.isAlive)
        other.process.send(signal: SIGKILL)
        other.process.wait()
        #expect(!file.isAlive)
    }
}
