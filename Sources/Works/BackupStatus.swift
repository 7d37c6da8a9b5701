/// State of a service's scheduled backups.
public struct BackupStatus: Hashable, Sendable {
    /// Folder that they go to.
    public var folder: String
    /// Moment of the last one that was verified; nil before the first.
    public var lastSuccess: Instant?
    /// Size of it in bytes, and the seconds that it took.
    public var lastBytes = 0
    public var lastSeconds = 0.0
    public var made = 0
    public var failures = 0
    /// Reason why the last attempt failed; nil if it did not.
    public var problem: String?
    /// True while another service holds the folder.
    public var isWaiting = false
    /// True if changes are kept between the backups.
    public var hasJournal: Bool
    /// Last moment that can be restored; nil if the journal is not being written.
    public var journalAt: Instant?
    public var journalBytes = 0
    /// Reason why the journal is not being written.
    public var journalProblem: String?

    public init(folder: String, hasJournal: Bool) {
        self.folder = folder
        self.hasJournal = hasJournal
    }
}
