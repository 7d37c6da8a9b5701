import Foundation

/// What the processor must be able to do: the rasterizer is built for AVX2, which every x86-64 server since 2015 has.
enum Processor {
    /// False only if the system says that AVX2 is missing.
    static var isSufficient: Bool {
        guard let file = FileHandle(forReadingAtPath: "/proc/cpuinfo"), let text = try? file.read(upToCount: 16_384)
        else {
            return true
        }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        guard let flags = lines.first(where: { $0.hasPrefix("flags") }) else { return true }
        return flags.split(separator: " ").contains("avx2")
    }
}
