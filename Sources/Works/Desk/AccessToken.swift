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
    /// The only source that the bearer speaks for, which makes the token a machine's; nil for a person.
    public var source: String?
    /// SHA-256 of the secret, in lower-case hexadecimal digits.
    public var digest: String
    public var createdAt: Instant
    /// The moment from which on it has no power; nil for tokens from before tokens expired.
    public var expiresAt: Instant?
    public var lastUsedAt: Instant?
    public var revokedAt: Instant?
    /// False for a row that another program has written or changed: it has no power.
    public var isGenuine = true

    public init(
        id: Int64 = 0, name: String, role: Role, organisation: String? = nil, source: String? = nil, digest: String,
        createdAt: Instant, expiresAt: Instant? = nil, lastUsedAt: Instant? = nil, revokedAt: Instant? = nil
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.organisation = organisation
        self.source = source
        self.digest = digest
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }

    /// Lifetime of a token unless another one is asked for: a year, in seconds.
    public static let usualLifetime: Int64 = 365 * 86_400

    /// Reason why a token has no power.
    public enum Refusal: Hashable, Sendable {
        case revoked
        case expired(Instant)
        /// Another program has written or changed it.
        case altered
    }

    /// The reason why the token has no power at a moment; nil if it has.
    public func refusal(at now: Instant) -> Refusal? {
        if !isGenuine { return .altered }
        if revokedAt != nil { return .revoked }
        if let expiresAt, now >= expiresAt { return .expired(expiresAt) }
        return nil
    }

    /// True for a token of another system, which states works of its source and does nothing else.
    public var isMachine: Bool { source != nil }

    /// Whether the bearer may change a work that this organisation is responsible for. What nobody is responsible for yet is everybody's.
    public func mayChange(workOf organisation: String?) -> Bool {
        switch role {
        case .viewer: false
        case .admin: true
        case .dispatcher: self.organisation == nil || organisation == nil || organisation == self.organisation
        }
    }

    /// True if the bearer may read what is private of works: contacts of reporters, and what sources said that the city does not publish.
    public var mayReadPrivate: Bool { role >= .dispatcher && !isMachine }

    /// The bearer as the maker of a change, whatever a body says.
    public var actor: Actor {
        source.map { Actor(kind: .source, name: $0) }
            ?? Actor(kind: .person, name: name, organisation: organisation)
    }
}
