extension AccessToken {
    /// True if the bearer may read what is private of a work, or of a waiting report, that this organisation is responsible for: the
    /// contact of whoever reported it, statements of its source that the city does not publish, and a report that nobody has accepted.
    ///
    /// That is for the organisation's dispatchers and for those of no organisation, who serve the whole city; for admins always. What nobody
    /// is responsible for is for every dispatcher.
    public func mayReadPrivate(of organisation: String?) -> Bool {
        mayReadPrivate && mayChange(workOf: organisation)
    }
}

extension PendingReport {
    /// The organisation that the rules give the report to; nil if no rule does.
    ///
    /// - Parameter district: The district of its place, if it lies in one.
    public func organisation(by book: RuleBook, district: String?) -> String? {
        book.decide(category: category, district: district, severity: severity, reportedAt: receivedAt)?.organisation
    }

    /// Name of the report in the audit log: its token and its category.
    public var auditName: String { "report \(token) \(category)" }
}

/// Something private that a member of staff looks at.
public enum PrivateLook: Hashable, Sendable {
    /// The contact of whoever reported a work.
    case contact(WorkID)
    /// Statements of a work's source that the city does not publish.
    case privateExtra(WorkID)
    /// A report that nobody has accepted, with its contact.
    case report(token: String, name: String)

    /// The entry of the audit log.
    public func entry(by token: AccessToken, at now: Instant) -> AuditEntry {
        let (action, work, detail): (String, WorkID?, String?) =
            switch self {
            case .contact(let id): ("contact.look", id, nil)
            case .privateExtra(let id): ("private_extra.look", id, nil)
            case .report(_, let name): ("report.look", nil, name)
            }
        return AuditEntry(at: now, tokenID: token.id, name: token.name, action: action, work: work, detail: detail)
    }
}
