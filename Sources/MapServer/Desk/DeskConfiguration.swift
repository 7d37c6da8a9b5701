public import Foundation
public import Works

/// How reports are taken and the desk is run.
public struct DeskConfiguration: Sendable {
    /// The folder with the city's rules; without one no report is taken.
    public var rules: URL?
    /// The keys of which Open311 clients must give one to report; none means that anybody may.
    public var open311Keys: Set<String> = []
    /// The only `jurisdiction_id` that Open311 answers to; nil answers to any.
    public var jurisdiction: String?
    /// How many reports one address may send in a minute, as many at once; 0 is without limit.
    public var reportsPerMinute = 30
    /// Forms that one person who has signed in, or one address of those who have not, may send in a minute.
    public var formsPerMinute = 60
    /// Works that one bearer of a token may state or change by `/api` in a minute from one address, a batch counted once; 0 is without limit.
    public var changesPerMinute = 1200
    /// How many staff sign-ins from one address may fail in a quarter of an hour.
    public var failedLogins = 10
    /// How long the answer to the first of them is held back; for each further one twice as long, 16 times at most.
    public var failedLoginPause = Duration.milliseconds(250)
    /// Times for which statements of residents about themselves are kept.
    public var retention = Retention()
    /// How long a staff session lasts, in seconds.
    public var sessionLifetime: Int64 = 8 * 3600
    /// How many writes may wait for the disk.
    public var maxWrites = 4096

    public init() {}
}
