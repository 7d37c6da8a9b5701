import ArgumentParser
import Geometry

/// Time for which something is good: `90d`, `12h`, `30m` or `45s`, at most ten years of 365 days.
struct Lifetime: ExpressibleByArgument {
    var seconds: Int64

    private static let longest: Int64 = 3650 * 86_400

    init(seconds: Int64) {
        self.seconds = seconds
    }

    init?(argument: String) {
        let units: [(String, Int64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
        guard let (suffix, length) = units.first(where: { argument.hasSuffix($0.0) }),
            let amount = try? NumberRange(1...Self.longest / length).number(argument.dropLast(suffix.count))
        else { return nil }
        seconds = amount * length
    }

    var defaultValueDescription: String {
        seconds % 86_400 == 0 ? "\(seconds / 86_400)d" : seconds % 3600 == 0 ? "\(seconds / 3600)h" : "\(seconds)s"
    }
}
