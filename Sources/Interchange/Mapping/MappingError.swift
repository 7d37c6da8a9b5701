/// What is wrong with a mapping, or between a mapping and a file.
public struct MappingError: Error, Hashable, Sendable {
    /// The mapping's file or name.
    public var mapping: String
    public var line: Int?
    /// The key, as a path: `fields.status.table`.
    public var key: String?
    public var message: String

    public init(mapping: String, line: Int? = nil, key: String? = nil, _ message: String) {
        self.mapping = mapping
        self.line = line
        self.key = key
        self.message = message
    }
}

extension MappingError: CustomStringConvertible {
    public var description: String {
        var place = "mapping \(mapping)"
        if let line { place += ", line \(line)" }
        if let key { place += ", `\(key)`" }
        return "\(place): \(message)"
    }
}
