import ArgumentParser
import Foundation
import Interchange
import Works

/// A time on the command line: RFC 3339, a date, which is a whole day of the city's clock, or an age such as `90d`.
struct PointInTime: ExpressibleByArgument {
    var stated: StatedTime

    init?(argument: String) {
        guard let stated = StatedTime(argument) else { return nil }
        self.stated = stated
    }

    /// The moment from which on.
    func start(in timeZone: TimeZone) -> Instant { stated.start(in: timeZone) }

    /// The last moment that belongs to it.
    func last(in timeZone: TimeZone) -> Instant { stated.last(in: timeZone) }
}

extension Period {
    /// The period of the options `--since` and `--until`.
    init(since: PointInTime?, until: PointInTime?, in timeZone: TimeZone) {
        self.init(since: since?.stated, until: until?.stated, in: timeZone)
    }
}
