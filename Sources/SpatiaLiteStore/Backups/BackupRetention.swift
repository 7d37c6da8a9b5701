import Works

/// Rule of which backups stay: one an hour, one a day and one a week, each for some time.
public struct BackupRetention: Hashable, Sendable {
    public var hours: Int
    public var days: Int
    public var weeks: Int

    public init(hours: Int = 24, days: Int = 7, weeks: Int = 4) {
        (self.hours, self.days, self.weeks) = (hours, days, weeks)
    }

    /// Indices of the moments that stay at `now`. The newest always stays.
    ///
    /// - Parameter moments: Milliseconds since 1970, ascending.
    func kept(_ moments: [Int64], at now: Int64) -> Set<Int> {
        var kept: Set<Int> = moments.isEmpty ? [] : [moments.count - 1]
        let hour: Int64 = 3_600_000
        for (count, length) in [(hours, hour), (days, 24 * hour), (weeks, 7 * 24 * hour)] {
            var buckets: Set<Int64> = []
            for (index, moment) in moments.enumerated().reversed() {
                // One from the future, after a clock was set back, is kept until its time has come.
                guard now - moment <= Int64(count) * length else { break }
                if buckets.insert(moment / length).inserted { kept.insert(index) }
            }
        }
        return kept
    }
}
