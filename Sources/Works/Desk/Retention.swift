/// Times for which statements of residents about themselves are kept, in seconds.
///
/// One home for the times: the job that erases, the options of the service and the pages that say how long things are kept read them here.
public struct Retention: Hashable, Sendable {
    /// Contacts after their work was closed, or their report was refused or, with nobody deciding on it, received.
    public var contactsOfClosedWorks: Int64
    /// Contacts of works that nobody closes, after the last sign of life of the work.
    public var contactsOfOpenWorks: Int64
    /// Text, place, address and picture of a report after it was refused. An accepted one has them in its work, and keeps none.
    public var refusedReports: Int64
    /// A report on which nobody decides, after it was received. Then it counts as refused, and keeps its category and times.
    public var waitingReports: Int64

    public init(
        contactsOfClosedWorks: Int64 = 180 * day, contactsOfOpenWorks: Int64 = 730 * day,
        refusedReports: Int64 = 180 * day, waitingReports: Int64 = 730 * day
    ) {
        self.contactsOfClosedWorks = contactsOfClosedWorks
        self.contactsOfOpenWorks = contactsOfOpenWorks
        self.refusedReports = refusedReports
        self.waitingReports = waitingReports
    }

    /// Seconds of a day.
    public static let day: Int64 = 86_400

    /// True if the contact of a work is kept no longer, and neither is what tells its followers apart.
    ///
    /// A rejected work has no end; it is as old as its last change.
    public func isOver(
        _ status: WorkStatus, completedAt: Instant?, updatedAt: Instant, at now: Instant
    ) -> Bool {
        status.isOpen
            ? now - updatedAt > contactsOfOpenWorks : now - (completedAt ?? updatedAt) > contactsOfClosedWorks
    }

    /// A report without what is kept no longer; the same one if all of it is.
    public func kept(of report: PendingReport, at now: Instant) -> PendingReport {
        var kept = report
        let age = now - report.receivedAt
        switch report.decision {
        case .accepted: kept.eraseContents()
        case .refused:
            // Reports from before there was a moment of the decision are as old as they are.
            let sinceDecision = now - (report.decidedAt ?? report.receivedAt)
            if sinceDecision > contactsOfClosedWorks { kept.contact = ReporterContact() }
            if sinceDecision > refusedReports { kept.eraseContents() }
        case nil:
            if age > contactsOfClosedWorks { kept.contact = ReporterContact() }
            if age > waitingReports {
                kept.eraseContents()
                kept.decision = .refused
                kept.decidedAt = now
            }
        }
        return kept
    }
}

/// Counts of things that a run of ``DeskTransaction/erase(keeping:at:)`` erased.
public struct RetentionCounts: Hashable, Sendable {
    /// Contacts of works and of reports.
    public var contacts = 0
    /// Works whose followers are only counted from now on.
    public var followedWorks = 0
    /// Reports that lost text, place, address and picture.
    public var reports = 0
    /// Reports among them on which nobody had decided.
    public var lapsedReports = 0

    public init() {}

    public var isEmpty: Bool { self == RetentionCounts() }
}
