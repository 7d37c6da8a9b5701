import HTTPEdge

/// Limits of everything that changes something, by client address: reports, forms, and changes by programs.
///
/// People who share an address but have signed in, and programs with a token, have a bucket each, so that an office behind one address is
/// not held up; all together they may send ten times as much.
struct Throttles: Sendable {
    private let configuration: DeskConfiguration
    private let reports: RateLimit?
    private let forms: RateLimit
    private let formsOfAddress: RateLimit
    private let changes: RateLimit?
    private let changesOfAddress: RateLimit?

    /// Buckets of signed-in people that an address may use up.
    private static let share = 10

    init(_ configuration: DeskConfiguration) {
        func limit(_ capacity: Int) -> RateLimit? { capacity > 0 ? RateLimit(capacity: capacity, in: 60) : nil }
        self.configuration = configuration
        reports = limit(configuration.reportsPerMinute)
        forms = RateLimit(capacity: max(configuration.formsPerMinute, 1), in: 60)
        formsOfAddress = RateLimit(capacity: max(configuration.formsPerMinute, 1) * Self.share, in: 60)
        changes = limit(configuration.changesPerMinute)
        changesOfAddress = limit(configuration.changesPerMinute * Self.share)
    }

    /// - Throws: 429 if the client has sent too many reports.
    func admitReport(_ client: ClientAddress) throws(Problem) {
        guard let wait = reports?.consume(client) else { return }
        throw .tooManyRequests("an address may send \(configuration.reportsPerMinute) reports a minute", wait)
    }

    /// - Parameter session: Digest of the token that the client has signed in with; nil if it has not.
    /// - Throws: 429 if the client has sent too many forms.
    func admitForm(
        _ client: ClientAddress, session: String?, at now: ContinuousClock.Instant = .now
    ) throws(Problem) {
        // A bucket of one's own that is empty takes nothing out of the common one.
        guard let wait = forms.consume(client, bearer: session, at: now) ?? formsOfAddress.consume(client, at: now)
        else { return }
        throw .tooManyRequests("\(configuration.formsPerMinute) forms a minute may be sent", wait)
    }

    /// - Parameter token: Digest of the token that the client bears.
    /// - Throws: 429 if the bearer has changed too much.
    func admitChange(_ client: ClientAddress, token: String) throws(Problem) {
        guard let wait = changes?.consume(client, bearer: token) ?? changesOfAddress?.consume(client) else { return }
        throw .tooManyRequests(
            "\(configuration.changesPerMinute) requests a minute may change works; "
                + "send many works as lines of one request", wait)
    }
}
