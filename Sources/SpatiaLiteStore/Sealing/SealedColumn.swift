import Sealing

extension SealingPurpose {
    static let contacts = Self(rawValue: "contacts")
    static let reports = Self(rawValue: "reports")
    static let extra = Self(rawValue: "private extra")
    static let audit = Self(rawValue: "audit")
    static let tokens = Self(rawValue: "tokens")
    static let tokenCodes = Self(rawValue: "codes of tokens")
    static let secrets = Self(rawValue: "secrets")
    static let actors = Self(rawValue: "actors")
    static let hiddenWorks = Self(rawValue: "hidden works")
    static let importChanges = Self(rawValue: "changes by imports")
}

/// The columns whose values are sealed. All that goes over sealed values (rotation, check, counts) goes over this list.
enum SealedColumn: CaseIterable {
    case contact
    case report
    case reportContact
    case extra
    case audit
    case tokenName
    case secret
    case actorName
    case hiddenWork
    case importChange

    var table: String {
        switch self {
        case .contact: "reporter_contacts"
        case .report, .reportContact: "pending_reports"
        case .extra: "private_extra"
        case .audit: "audit_log"
        case .tokenName: "access_tokens"
        case .secret: "desk_secrets"
        case .actorName: "recordings"
        case .hiddenWork: "hidden_works"
        case .importChange: "import_changes"
        }
    }

    var column: String {
        switch self {
        case .contact, .report, .extra, .audit, .secret, .importChange: "sealed"
        case .reportContact: "contact"
        case .tokenName: "name"
        case .actorName: "actor_name"
        case .hiddenWork: "record"
        }
    }

    var purpose: SealingPurpose {
        switch self {
        case .contact, .reportContact: .contacts
        case .report: .reports
        case .extra: .extra
        case .audit: .audit
        case .tokenName: .tokens
        case .secret: .secrets
        case .actorName: .actors
        case .hiddenWork: .hiddenWorks
        case .importChange: .importChanges
        }
    }

    /// SQL of the text by which a row is bound to its sealed value: its key, and what must not be changed beside the value.
    var row: String {
        switch self {
        case .contact: "work"
        case .report, .reportContact: "digest || ' ' || received_at"
        case .extra: "layer || ' ' || feature"
        case .audit: "id || ' ' || at || ' ' || coalesce(token, '') || ' ' || coalesce(work, '')"
        case .tokenName, .actorName: "id"
        case .secret: "name"
        case .hiddenWork: "fid || ' ' || id"
        case .importChange: "import || ' ' || work"
        }
    }

    /// The columns by which rows are ordered and found.
    var key: [String] {
        switch self {
        case .contact: ["work"]
        case .report, .reportContact: ["digest"]
        case .extra: ["layer", "feature"]
        case .audit, .tokenName, .actorName: ["id"]
        case .secret: ["name"]
        case .hiddenWork: ["fid"]
        case .importChange: ["import", "work"]
        }
    }

    func place(_ row: String) -> SealedPlace { SealedPlace(table: table, column: column, row: row) }
}
