/// Times between two fetches.
struct BackOff: Sendable {
    /// A number from 0 up to but not including 1.
    var random: @Sendable () -> Double

    /// Seconds until a source is fetched again that failed so many times on end.
    ///
    /// From a minute on, twice as long each time, up to an hour or the source's own time; and up to half as long
    /// again by chance, so that many cities do not come back at once.
    func delay(afterFailures failures: Int, every: Int) -> Int {
        let first = min(60, every)
        let doubled = failures > 20 ? Int.max : first << max(failures - 1, 0)
        let delay = min(doubled, max(every, 3600))
        return delay + Int(Double(delay) * 0.5 * random())
    }

    /// Seconds from the start of a fetch to the next; up to a twentieth and a minute more by chance.
    func delay(every: Int) -> Int { every + Int(Double(min(every / 20, 60)) * random()) }
}
