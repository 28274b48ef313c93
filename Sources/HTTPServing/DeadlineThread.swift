import Glibc

/// Looks every second for connections whose request took too long, until it is stopped.
///
/// `@unchecked Sendable`: `handle` is set before `init` returns and read by `stop` alone, which its owner calls once; the
/// pipe's ends never change.
final class DeadlineThread: @unchecked Sendable {
    private var handle = pthread_t()
    private var isRunning = false
    private let core: HTTPServerCore
    private let readEnd: Int32
    private let writeEnd: Int32

    init(_ core: HTTPServerCore) {
        self.core = core
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (readEnd, writeEnd) = (ends[0], ends[1])
        isRunning =
            readEnd >= 0
            && pthread_create(&handle, nil, deadlineThreadMain, Unmanaged.passUnretained(self).toOpaque()) == 0
    }

    /// Ends the thread and waits for it.
    func stop() {
        if writeEnd >= 0 { close(writeEnd) }
        if isRunning { pthread_join(handle, nil) }
        isRunning = false
        if readEnd >= 0 { close(readEnd) }
    }

    fileprivate func run() {
        var end = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
        // The pipe's other end closes when it is time to stop.
        while poll(&end, 1, HTTPLimits.deadlineLookMilliseconds) == 0 { core.endExpired() }
    }
}

private func deadlineThreadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<DeadlineThread>.fromOpaque(context).takeUnretainedValue().run() }
    return nil
}
