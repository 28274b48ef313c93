import Glibc
import Testing

struct NeverHappened: Error {}

/// Looks until the condition holds; a minute without it fails the test.
func waitUntil(_ condition: () throws -> Bool) throws {
    for _ in 0..<12_000 {
        if try condition() { return }
        usleep(5_000)
    }
    throw NeverHappened()
}

/// Runs `first` on a thread of its own while `second` runs here, and returns what `first` returned.
func inParallel<Value>(_ first: @escaping () -> Value, with second: () throws -> Void) throws -> Value {
    let job = Job(first)
    let thread = job.start()
    let outcome = Result { try second() }
    pthread_join(thread, nil)
    try outcome.get()
    return try #require(job.value)
}

/// Runs `body` on `count` threads at once and waits for all.
func onThreads(_ count: Int, _ body: @escaping () -> Void) {
    let jobs = (0..<count).map { _ in Job(body) }
    for thread in jobs.map({ $0.start() }) { pthread_join(thread, nil) }
}

/// Handed to one thread; `value` is read after that thread was joined.
private final class Job<Value> {
    private let body: () -> Value
    private(set) var value: Value?

    init(_ body: @escaping () -> Value) { self.body = body }

    func start() -> pthread_t {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Runner { [self] in value = body() })
        pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Runner>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context.toOpaque())
        return thread
    }
}

private final class Runner {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
}
