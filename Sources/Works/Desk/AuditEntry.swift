/// One thing that a member of staff did. Entries are only ever added.
public struct AuditEntry: Hashable, Sendable {
    public var at: Instant
    /// The token with which it was done; nil on the command line.
    public var tokenID: Int64?
    /// The name on the token.
    public var name: String
    /// What was done: `work.create`, `work.change`, `report.accept`, `token.create`, `session.open` and the like.
    public var action: String
    /// The work that it was done to.
    public var work: WorkID?
    /// What was said, as far as it is no secret.
    public var detail: String?

    public init(
        at: Instant, tokenID: Int64? = nil, name: String, action: String, work: WorkID? = nil, detail: String? = nil
    ) {
        self.at = at
        self.tokenID = tokenID
        self.name = name
        self.action = action
        self.work = work
        self.detail = detail
    }
}
