import ArgumentParser
import Geometry

/// A length of time such as `2s`, `500ms` or `1m`, at most a day.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
    var duration: Duration

    /// A day, in milliseconds.
    private static let longest: Int64 = 86_400_000

    init(seconds: Int) {
        duration = .seconds(seconds)
    }

    init?(argument: String) {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000)]
        guard let (suffix, milliseconds) = units.first(where: { argument.hasSuffix($0.0) }),
            let amount = try? NumberRange(1...Self.longest / milliseconds).number(argument.dropLast(suffix.count))
        else { return nil }
        duration = .milliseconds(amount * milliseconds)
    }

    var description: String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    var defaultValueDescription: String { description }
}
