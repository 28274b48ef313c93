import Foundation
import Glibc
import Supervision
import Synchronization
import Testing

@Suite struct SupervisorTests {
    private func shell(_ name: String, _ script: String) -> ChildProcessDescription {
        ChildProcessDescription(name: name, executable: "sh", arguments: ["-c", script])
    }

    private func temporaryFolder() throws -> String {
        var template = Array("/tmp/tapefold-test-supervisor-XXXXXX".utf8CString)
        let path = try #require(mkdtemp(&template))
        return String(cString: path)
    }

    private func read(_ path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    @Test func exitCodesSignalsAndMissingProgramsAreTold() throws {
        #expect(try ChildProcess.start(shell("seven", "exit 7")).wait() == .exited(7))
        let sleeper = try ChildProcess.start(shell("sleeper", "exec sleep 1000"))
        #expect(sleeper.isRunning)
        #expect(sleeper.wait(timeoutMilliseconds: 20) == nil)
        #expect(sleeper.terminate() == .signalled(SIGTERM))
        sleeper.send(signal: SIGKILL)
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        let mark = folder + "/deaf"
        let deaf = try ChildProcess.start(shell("deaf", "trap '' TERM; touch \(mark); while :; do sleep 0.01; done"))
        try waitUntil { access(mark, F_OK) == 0 }
        #expect(deaf.terminate(graceMilliseconds: 200) == .signalled(SIGKILL))
        #expect(throws: SupervisionError.self) {
            try ChildProcess.start(ChildProcessDescription(name: "x", executable: "/no/such/program"))
        }
    }

    @Test func environmentLogAndDescriptorsAreTheChilds() throws {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        setenv("TAPEFOLD_TEST_GONE", "1", 1)
        var description = shell("env", "echo $TAPEFOLD_TEST_A-$TAPEFOLD_TEST_GONE-; ls /proc/self/fd | wc -w >&2")
        description.environment = ["TAPEFOLD_TEST_A": "b c", "TAPEFOLD_TEST_GONE": nil]
        description.logPath = folder + "/env.log"
        #expect(try ChildProcess.start(description).wait() == .exited(0))
        // 0, 1, 2 and the one that ls opens.
        #expect(read(folder + "/env.log") == "b c--\n4\n")
    }

    @Test func childrenStartInOrderRestartWhenKilledAndStopInReverse() throws {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        let events = Mutex<[SupervisorEvent]>([])
        let supervisor = try Supervisor(logDirectory: folder + "/logs") { event in events.withLock { $0.append(event) }
        }
        let mark = folder + "/first.ready"
        try supervisor.start(shell("first", "sleep 0.05; touch \(mark); exec sleep 1000")) { access(mark, F_OK) == 0 }
        try supervisor.start(shell("second", "echo hello; exec sleep 1000"))
        let first = try #require(supervisor.process("first"))
        first.send(signal: SIGKILL)
        try waitUntil { supervisor.process("first").map { $0.pid != first.pid } ?? false }
        try waitUntil { read(supervisor.logPath("second")) == "hello\n" }
        #expect(supervisor.down.isEmpty)
        let last = try #require(supervisor.process("first"))
        supervisor.stopAll()
        #expect(last.exitStatus != nil)
        let seen = events.withLock { $0 }
        #expect(seen.contains(.ended(name: "first", .signalled(SIGKILL))))
        #expect(
            seen.contains(
                .restarting(name: "first", afterMilliseconds: SupervisionLimits.restartFirstDelayMilliseconds)))
        #expect(Array(seen.suffix(2)) == [.stopped(name: "second"), .stopped(name: "first")])
        let names = seen.compactMap { if case .ready(let name) = $0 { name } else { nil } }
        #expect(names.prefix(2) == ["first", "second"])
    }

    @Test func aChildThatDiesOrNeverGetsReadyFailsItsStart() throws {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        let supervisor = try Supervisor(logDirectory: folder)
        #expect(throws: SupervisionError.self) { try supervisor.start(shell("dies", "exit 3")) { false } }
        var slow = SupervisedChild(shell("slow", "exec sleep 1000")) { false }
        slow.readinessTimeoutMilliseconds = 50
        #expect(throws: SupervisionError.self) { try supervisor.start(slow) }
        supervisor.stopAll()
    }

    @Test func stopAllDuringARestartPauseReturns() throws {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        let restarts = Mutex(0)
        let supervisor = try Supervisor(logDirectory: folder) { event in
            if case .restarting = event { restarts.withLock { $0 += 1 } }
        }
        try supervisor.start(shell("crash", "exit 1"))
        try waitUntil { restarts.withLock { $0 } >= 3 }
        supervisor.stopAll()
        #expect(supervisor.process("crash") == nil)
    }

    @Test func freePortsCanBeListenedOn() throws {
        let port = try FreePort.find()
        #expect(port > 1024)
        #expect(FreePort.isFree(port))
        // None that the system may give to an outgoing connection meanwhile.
        let range = try String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
        let lowest = try #require(range.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) })
        if lowest > SupervisionLimits.freePorts.upperBound { #expect(port < lowest) }
        #expect(!FreePort.isFree(try TemporaryPostgres.shared().port))
    }
}
