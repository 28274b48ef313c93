import Glibc

/// This process as the kernel sees it, under the names that Prometheus' own clients use.
public enum ProcessFigures {
    public static func add(to metrics: inout MetricsText) {
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            let parts = [usage.ru_utime, usage.ru_stime]
            let microseconds = parts.reduce(Int64(0)) { $0 + Int64($1.tv_sec) * 1_000_000 + Int64($1.tv_usec) }
            metrics.family("process_cpu_seconds_total", .counter, "Processor time of the process, user and system.") {
                $0.sample([:], millionths: microseconds)
            }
        }
        if let bytes = residentBytes() {
            metrics.single("process_resident_memory_bytes", .gauge, "Memory of the process that is in RAM.", bytes)
        }
        if let count = openDescriptors() {
            metrics.single("process_open_fds", .gauge, "Open file descriptors.", count)
        }
        metrics.family("process_start_time_seconds", .gauge, "When the process started, since the Unix epoch.") {
            $0.sample([:], millionths: startMicroseconds)
        }
    }

    /// Near enough: the first look at it, which `begin` takes at the start of the program.
    private static let startMicroseconds: Int64 = {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000
    }()

    public static func begin() { _ = startMicroseconds }

    private static func residentBytes() -> Int? {
        guard let file = fopen("/proc/self/statm", "re") else { return nil }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 128)
        guard fgets(&buffer, Int32(buffer.count), file) != nil else { return nil }
        let fields = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            .split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    private static func openDescriptors() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            // `.` and `..`; the directory's own descriptor counts, as it does elsewhere.
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return count
    }
}
