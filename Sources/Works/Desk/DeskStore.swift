public import TimeBudgets

/// What a staff desk and a report channel keep beside the works: tokens, contacts, reports that wait, followers, duplicates, the audit log.
///
/// Calls block, as those of ``WorksStore`` do. Nothing here belongs into a public answer but the number of followers and the link of a
/// duplicate.
public protocol DeskStore: WorksStore {
    /// Runs `body` as one transaction and returns when it is safely on disk: all of it is kept, or, if it throws, nothing.
    ///
    /// - Parameter budget: How long another process's write may be waited for; without a deadline the store's own time counts.
    /// - Throws: ``StoreError/locked(path:)`` if another process writes for longer; `body` has not been run then.
    func writeDesk<Result>(within budget: TimeBudget, _ body: (any DeskTransaction) throws -> Result) throws -> Result

    /// The token whose secret has this digest, revoked or not.
    func token(digest: String) throws -> AccessToken?

    /// All tokens, oldest first.
    func tokens() throws -> [AccessToken]

    /// The contact of whoever reported a work; nil if none was given or it has been erased.
    func contact(of work: WorkID) throws -> ReporterContact?

    /// Calls `body` with each contact of a work, in no particular order. `body` must not call the store.
    func forEachContact(_ body: (WorkID, ReporterContact) throws -> Void) throws

    /// Further statements of a work's source, for staff only: the text of one JSON object; nil if there is nothing.
    func privateExtra(of work: WorkID) throws -> String?

    /// The report that was given this token.
    func pendingReport(_ token: String) throws -> PendingReport?

    /// The reports on which nobody has decided yet, oldest first.
    func pendingReports() throws -> [PendingReport]

    /// Calls `body` with each report, decided or not, in no particular order. `body` must not call the store.
    func forEachReport(_ body: (PendingReport) throws -> Void) throws

    /// Calls `body` with each text about a work in which somebody's address may stand: what everyone reads, and what sources said for staff
    /// only. `body` must not call the store.
    func forEachText(_ body: (PersonRecord.Mention.Place, String) throws -> Void) throws

    /// Works that are followed from the networks from which these works were reported.
    func followings(ofReportersOf works: [WorkID]) throws -> [WorkID]

    /// Takes the old bytes of what was erased, hidden or redacted out of the write-ahead log and of unused parts of the file.
    ///
    /// - Returns: False if they may still lie there: readers kept the log from being emptied for two seconds, or the file is too large to be built
    ///   anew while it is in use. It is done later then.
    func eraseTraces() throws -> Bool

    /// How many follow a work, the first reporter not counted.
    func followerCount(of work: WorkID) throws -> Int

    /// The work that a work is a duplicate of.
    func original(of work: WorkID) throws -> WorkID?

    /// The works that are duplicates of a work, in the order in which they were linked.
    func duplicates(of work: WorkID) throws -> [WorkID]

    /// Names of services and contractors that the works, or the tokens of staff, have; at most `limit` of each, in the order of the alphabet.
    func cityNames(limit: Int) throws -> CityNames

    /// The newest entries of the audit log, newest first.
    func audit(limit: Int) throws -> [AuditEntry]

    /// A work that staff have hidden, with its whole ledger; nil if it is not hidden.
    func hiddenWork(_ id: WorkID) throws -> HiddenWork?

    /// All works that staff have hidden, the last one hidden first.
    func hiddenWorks() throws -> [HiddenWork]
}

extension DeskStore {
    /// Writes within the store's own time.
    public func writeDesk<Result>(_ body: (any DeskTransaction) throws -> Result) throws -> Result {
        try writeDesk(within: .unlimited, body)
    }
}

/// What can be done inside one transaction of a desk.
public protocol DeskTransaction: WorksTransaction {
    /// Runs `body` so that, if it throws, only what it did is undone and the transaction goes on.
    func savepoint<Result>(_ body: () throws -> Result) throws -> Result

    /// Adds a token and returns its id.
    func add(_ token: AccessToken) throws -> Int64

    /// Takes a token's power away; false if there is no such token or it had none any more.
    func revokeToken(_ id: Int64, at now: Instant) throws -> Bool

    func noteUse(ofToken id: Int64, at now: Instant) throws

    func setContact(_ contact: ReporterContact, of work: WorkID) throws

    /// Erases the contact of a work, and that of the report that the work was made of; false if there was none.
    func eraseContact(of work: WorkID, at now: Instant) throws -> Bool

    /// Erases everything that is kept no longer, and the bytes of it in the file.
    func erase(keeping retention: Retention, at now: Instant) throws -> RetentionCounts

    /// Erases what tells the followers apart who follow works from the networks from which these works were reported, and the reporters of
    /// these works; how many follow a work stays.
    ///
    /// - Returns: How many followers there were, the reporters not counted.
    func eraseFollowings(ofReportersOf works: [WorkID], at now: Instant) throws -> Int

    /// Has a restored backup not bring back what was taken away: written down outside of the database before the transaction ends.
    func note(_ erasure: Erasure)

    /// Keeps a report.
    ///
    /// - Parameter network: Network that it came from, by which its reporter is told from other followers; see ``Following``.
    func add(_ report: PendingReport, from network: String?) throws

    func pendingReport(_ token: String) throws -> PendingReport?

    /// Replaces a report by what is kept of it.
    func rewrite(_ report: PendingReport, as kept: PendingReport, at now: Instant) throws

    /// Notes what became of a report; false if somebody has decided already.
    func decide(_ token: String, _ decision: PendingReport.Decision, at now: Instant) throws -> Bool

    /// Adds a follower to a work by the rule of ``Following``; false if one from that network follows it already.
    func addFollower(from network: String, to work: WorkID, at now: Instant) throws -> Bool

    /// Notes from which network a work was reported, if that can be hidden.
    func setReporter(of work: WorkID, from network: String, at now: Instant) throws

    /// Has everybody who follows one work follow another too, and its reporter.
    func copyFollowers(from work: WorkID, to other: WorkID, at now: Instant) throws

    /// Links a work to the one it duplicates, or with nil takes the link away.
    func setOriginal(of work: WorkID, to original: WorkID?, at now: Instant) throws

    func original(of work: WorkID) throws -> WorkID?

    func contact(of work: WorkID) throws -> ReporterContact?

    /// Those of some names that the works, or the tokens of staff, have.
    func cityNames(among names: Set<String>) throws -> CityNames

    /// A work that staff have hidden; nil if it is not hidden.
    func hiddenWork(_ id: WorkID) throws -> Work?

    /// Replaces a work by its next revision, adds the entries that explain it, and takes it out of the public record.
    func hide(_ work: Work, ledger: [LedgerEntry]) throws

    /// Brings a hidden work back, with its row id and its ledger, as its next revision.
    func unhide(_ work: Work, ledger: [LedgerEntry]) throws

    /// Puts ``LedgerMark/redacted`` in the place of texts of a work's ledger.
    func redact(_ texts: [LedgerRedaction], of id: WorkID) throws

    /// Takes a text out of the report that a work was made of, if that is kept.
    func redactReport(_ field: RedactableField, of id: WorkID) throws

    func add(_ entry: AuditEntry) throws
}

extension DeskTransaction {
    /// Keeps a report of which nobody knows where it came from.
    public func add(_ report: PendingReport) throws { try add(report, from: nil) }
}
