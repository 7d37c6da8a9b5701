import Daemon
import Glibc

/// Measurements of the process by the names that Prometheus has for them, from `/proc`. What the system does not tell is nil.
struct ProcessFigures {
    /// Seconds of processor time so far.
    var processorSeconds: Double?
    /// Bytes of memory that are really there.
    var residentBytes: Int?
    var openDescriptors = DescriptorLimit.inUse
    var descriptorLimit = DescriptorLimit.current

    init() {
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            let times = [usage.ru_utime, usage.ru_stime]
            processorSeconds = times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
        }
        if let file = fopen("/proc/self/statm", "r") {
            defer { fclose(file) }
            var text = [CChar](repeating: 0, count: 128)
            if fgets(&text, Int32(text.count), file) != nil {
                let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                    .split(separator: " ")
                residentBytes = words.count > 1 ? Int(words[1]).map { $0 * Int(getpagesize()) } : nil
            }
        }
    }
}
