/// Where a JSON text goes wrong and why.
public struct JSONError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// The text ends inside a value.
        case truncated
        /// Something other than what must follow here.
        case expected(String)
        /// A number that RFC 8259 does not allow, `01` or `1.` for example.
        case number
        /// A number beyond the range of a double.
        case numberRange
        /// An escape that does not exist.
        case escape
        /// Half of a surrogate pair without its other half.
        case surrogate
        /// A control character that a string may hold only as an escape.
        case controlCharacter(UInt8)
        /// Bytes that are not UTF-8.
        case encoding
        /// Arrays and objects nested beyond ``JSONParser/maximumDepth``.
        case depth
        /// A second member of the same name in one object.
        case repeatedName(String)
        /// More values than were allowed.
        case tooManyValues
        /// Something behind the end of the value.
        case trailing
    }

    public var reason: Reason
    /// The byte at which the error was seen, from 0.
    public var offset: Int
    /// The line of that byte, from 1.
    public var line: Int

    public init(reason: Reason, offset: Int, line: Int) {
        self.reason = reason
        self.offset = offset
        self.line = line
    }
}

extension JSONError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated: "the text is truncated"
        case .expected(let what): "\(what) expected"
        case .number: "not a JSON number"
        case .numberRange: "a number beyond ±1.8e308"
        case .escape: "an escape that JSON does not have"
        case .surrogate: "half of a surrogate pair"
        case .controlCharacter(let byte): "control character \(byte) in a string must be escaped"
        case .encoding: "not UTF-8"
        case .depth: "nested more than \(JSONParser.maximumDepth) deep"
        case .repeatedName(let name): "the name “\(name)” occurs twice in one object"
        case .tooManyValues: "more values than are read at once"
        case .trailing: "something behind the end of the value"
        }
    }
}

extension JSONError: CustomStringConvertible {
    public var description: String { "line \(line), byte \(offset): \(reason)" }
}
