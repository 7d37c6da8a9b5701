/// One line of a work's record: what changed, from what to what, when, why and by whom.
///
/// Entries are only ever added. A deadline that moved, a status that went back, a service that handed a work on: all of it stays
/// readable. The one exception is a redaction, which puts ``LedgerMark/redacted`` in the place of a text.
public struct LedgerEntry: Hashable, Sendable {
    /// The work's revision that this change made; a change of several fields makes several entries of one revision.
    public var revision: Int
    /// When the change took effect or was first seen at its source.
    public var at: Instant
    /// When it was written down here.
    public var recordedAt: Instant
    public var field: LedgerField
    /// The value before, as text (instants as RFC 3339, geometries as GeoJSON); nil if there was none.
    public var from: String?
    /// The value after, as text; nil if it was taken away.
    public var to: String?
    /// Why, in words that everyone may read.
    public var reason: String?
    public var actor: Actor

    public init(
        revision: Int, at: Instant, recordedAt: Instant, field: LedgerField, from: String? = nil, to: String? = nil,
        reason: String? = nil, actor: Actor
    ) {
        self.revision = revision
        self.at = at
        self.recordedAt = recordedAt
        self.field = field
        self.from = from
        self.to = to
        self.reason = reason
        self.actor = actor
    }
}

/// What a ledger entry is about.
public enum LedgerField: String, Sendable, CaseIterable {
    /// The work came into the record; `to` is its first status.
    case registered
    case status
    /// The deadline: without `from` it is the first promise, otherwise a move.
    case dueAt = "due_at"
    case startsAt = "starts_at"
    case category
    case severity
    case kind
    case district
    /// An end that was stated otherwise before; a step to done or rejected has an entry of its own.
    case completedAt = "completed_at"
    case trafficImpact = "traffic_impact"
    case organisation
    case contractor
    case geometry
    case onSiteAt = "on_site_at"
    case duplicateOf = "duplicate_of"
    /// `true` once staff have taken the work out of the public record, `false` once it is back.
    case hidden
    /// A text was taken back for good; `to` says which one.
    case redacted
}

/// Texts that stand in the ledger where another text was.
public enum LedgerMark {
    /// The place of a text that was redacted.
    public static let redacted = "[redacted]"
    /// The place of the id of a work that is hidden.
    public static let hidden = "[hidden]"

    public static let all: Set<String> = [redacted, hidden]
}

/// Who made a change.
public struct Actor: Hashable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Another system, through an import.
        case source
        /// A rule of this system.
        case rule
        /// A member of staff, who may overrule the other two.
        case person
        /// A resident who reported something.
        case resident
    }

    public var kind: Kind
    /// The source's or the rule's name; for a person the name on the token, which the public never sees.
    public var name: String?
    /// The organisation in whose name a person acted; public.
    public var organisation: String?

    public init(kind: Kind, name: String? = nil, organisation: String? = nil) {
        self.kind = kind
        self.name = name
        self.organisation = organisation
    }

    /// The name where it is no person's: of a source or a rule.
    public var publicName: String? {
        switch kind {
        case .source, .rule: name
        case .person, .resident: nil
        }
    }
}
