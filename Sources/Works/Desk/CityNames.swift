/// Meaning of a name in a work.
public enum NameRole: String, Sendable, CaseIterable {
    case organisation
    case contractor
}

/// Names of services and contractors that a city knows: those of its rules, its works and its staff's tokens.
public struct CityNames: Hashable, Sendable {
    public var organisations: Set<String>
    public var contractors: Set<String>

    public init(organisations: Set<String> = [], contractors: Set<String> = []) {
        self.organisations = organisations
        self.contractors = contractors
    }

    /// Adds a name; false if it was there.
    @discardableResult
    public mutating func insert(_ name: String, as role: NameRole) -> Bool {
        switch role {
        case .organisation: organisations.insert(name).inserted
        case .contractor: contractors.insert(name).inserted
        }
    }

    public var isEmpty: Bool { organisations.isEmpty && contractors.isEmpty }

    /// True if the city knows the name in a role. A service may also do a work itself, as its own contractor.
    public func knows(_ name: String, as role: NameRole) -> Bool {
        organisations.contains(name) || (role == .contractor && contractors.contains(name))
    }

    public func union(_ other: CityNames) -> CityNames {
        CityNames(
            organisations: organisations.union(other.organisations), contractors: contractors.union(other.contractors))
    }

    public func subtracting(_ other: CityNames) -> CityNames {
        CityNames(
            organisations: organisations.subtracting(other.organisations),
            contractors: contractors.subtracting(other.contractors))
    }
}

/// A person who states or decides something, by the rules for people.
public struct Speaker: Hashable, Sendable {
    public var actor: Actor
    /// True for admins: they may bring in names that the city does not know.
    public var mayAddNames: Bool
    /// Names that the city knows; at least those that are spoken of.
    public var names: CityNames

    public init(actor: Actor, mayAddNames: Bool, names: CityNames) {
        self.actor = actor
        self.mayAddNames = mayAddNames
        self.names = names
    }
}
