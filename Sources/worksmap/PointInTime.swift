import ArgumentParser
import Interchange
import Works

/// A moment on the command line: RFC 3339, a date, or an age such as `90d`.
struct PointInTime: ExpressibleByArgument {
    var instant: Instant

    init?(argument: String) {
        guard let instant = RelativeTime.instant(argument, now: .now) else { return nil }
        self.instant = instant
    }
}
