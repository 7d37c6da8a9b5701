/// A report that a dispatcher looks at before the public sees it.
public struct PendingReport: Hashable, Sendable {
    /// What the reporter was given to ask with; not to be guessed.
    public var token: String
    public var receivedAt: Instant
    public var category: String
    public var severity: Severity?
    public var description: String?
    public var address: String?
    public var longitude: Double?
    public var latitude: Double?
    public var mediaURL: String?
    public var contact: ReporterContact
    /// What became of it; nil as long as nobody has decided.
    public var decision: Decision?
    /// When somebody decided.
    public var decidedAt: Instant?

    public enum Decision: Hashable, Sendable {
        /// It became this work.
        case accepted(WorkID)
        case refused
    }

    public init(
        token: String, receivedAt: Instant, category: String, severity: Severity? = nil, description: String? = nil,
        address: String? = nil, longitude: Double? = nil, latitude: Double? = nil, mediaURL: String? = nil,
        contact: ReporterContact = ReporterContact(), decision: Decision? = nil, decidedAt: Instant? = nil
    ) {
        self.token = token
        self.receivedAt = receivedAt
        self.category = category
        self.severity = severity
        self.description = description
        self.address = address
        self.longitude = longitude
        self.latitude = latitude
        self.mediaURL = mediaURL
        self.contact = contact
        self.decision = decision
        self.decidedAt = decidedAt
    }
}
