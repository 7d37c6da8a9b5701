/// What the bearer of a token may do.
public enum Role: String, Sendable, CaseIterable, Comparable {
    /// Sees the desk, but no reporter's contact, and changes nothing.
    case viewer
    /// Answers reports and changes works, of one organisation only if the token says so.
    case dispatcher
    /// Everything, for every organisation.
    case admin

    public static func < (a: Role, b: Role) -> Bool { allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)! }
}

/// A token that was given to a person or a system. The secret itself is shown once and kept nowhere.
public struct AccessToken: Hashable, Sendable, Identifiable {
    public var id: Int64
    /// Whose it is; stands in the audit log and is not public.
    public var name: String
    public var role: Role
    /// The only organisation whose works the bearer may change; nil means any.
    public var organisation: String?
    /// SHA-256 of the secret, in lower-case hexadecimal digits.
    public var digest: String
    public var createdAt: Instant
    public var lastUsedAt: Instant?
    public var revokedAt: Instant?

    public init(
        id: Int64 = 0, name: String, role: Role, organisation: String? = nil, digest: String, createdAt: Instant,
        lastUsedAt: Instant? = nil, revokedAt: Instant? = nil
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.organisation = organisation
        self.digest = digest
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }

    /// Whether the bearer may change a work that this organisation is responsible for. What nobody is responsible for yet is everybody's.
    public func mayChange(workOf organisation: String?) -> Bool {
        switch role {
        case .viewer: false
        case .admin: true
        case .dispatcher: self.organisation == nil || organisation == nil || organisation == self.organisation
        }
    }

    /// True if the bearer may read what is private of works: contacts of reporters, and what sources said that the city does not publish.
    public var mayReadPrivate: Bool { role >= .dispatcher }

    /// The bearer as the maker of a change.
    public var actor: Actor { Actor(kind: .person, name: name, organisation: organisation) }
}
