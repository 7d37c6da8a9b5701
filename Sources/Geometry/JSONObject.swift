/// The members of a JSON object in the order in which they came.
///
/// Names are unique: setting a name that is there replaces its value and keeps its place. Two objects are equal if they
/// have equal members, in whatever order.
public struct JSONObject: Sendable {
    /// The names and values, in order.
    public private(set) var members: [Member] = []
    /// Where each name is, kept once there are so many members that searching them would take long.
    private var places: [String: Int] = [:]

    private static let searchable = 16

    /// A name and its value.
    public struct Member: Hashable, Sendable {
        public let name: String
        public internal(set) var value: JSONValue

        public init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    public init() {}

    /// Members in order; of those with the same name the last one's value counts.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        for (name, value) in members { self[name] = value }
    }

    public var count: Int { members.count }

    public var isEmpty: Bool { members.isEmpty }

    /// The value of a member; setting nil takes the member out.
    ///
    /// Complexity: O(1) on average, removal O(*n*).
    public subscript(name: String) -> JSONValue? {
        get { place(of: name).map { members[$0].value } }
        set {
            switch (place(of: name), newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil):
                members.remove(at: place)
                places = [:]
                if members.count > Self.searchable { indexAll() }
            case (nil, let value?): append(name, value)
            case (nil, nil): break
            }
        }
    }

    /// True if a member has this name.
    func has(_ name: String) -> Bool { place(of: name) != nil }

    /// Adds a member whose name is not there yet.
    mutating func append(_ name: String, _ value: JSONValue) {
        members.append(Member(name: name, value: value))
        if members.count == Self.searchable + 1 {
            indexAll()
        } else if members.count > Self.searchable {
            places[name] = members.count - 1
        }
    }

    private mutating func indexAll() {
        for (place, member) in members.enumerated() { places[member.name] = place }
    }

    private func place(of name: String) -> Int? {
        members.count > Self.searchable ? places[name] : members.firstIndex { $0.name == name }
    }
}

extension JSONObject: Hashable {
    public static func == (one: JSONObject, other: JSONObject) -> Bool {
        one.members == other.members
            || one.count == other.count && one.members.allSatisfy { other[$0.name] == $0.value }
    }

    public func hash(into hasher: inout Hasher) {
        // A sum, because the order must not count.
        var sum = 0
        for member in members { sum &+= member.hashValue }
        hasher.combine(sum)
    }
}

extension JSONObject: Sequence {
    /// Hands out name and value of each member, in order.
    public func makeIterator() -> AnyIterator<(name: String, value: JSONValue)> {
        var iterator = members.makeIterator()
        return AnyIterator { iterator.next().map { ($0.name, $0.value) } }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}

extension JSONObject: CustomStringConvertible {
    /// The object as JSON text.
    public var description: String { JSONValue.object(self).description }
}
