import Foundation

/// Demands on the processor: on x86-64 the rasterizer is built for AVX2, which every such server since 2015 has.
enum Processor {
    /// False only if the system says that AVX2 is missing.
    static var isSufficient: Bool {
        #if arch(x86_64)
        guard let file = FileHandle(forReadingAtPath: "/proc/cpuinfo"), let text = try? file.read(upToCount: 16_384)
        else {
            return true
        }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        guard let flags = lines.first(where: { $0.hasPrefix("flags") }) else { return true }
        return flags.split(separator: " ").contains("avx2")
        #else
        return true
        #endif
    }
}
