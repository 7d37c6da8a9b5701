/// Why a file could not be read, with its name, the place and what to do about it.
public struct InputError: Error, Hashable, Sendable {
    /// The file as the user named it; `-` is standard input.
    public var file: String
    /// The line, from 1, if the trouble is in one.
    public var line: Int?
    public var message: String

    public init(file: String, line: Int? = nil, _ message: String) {
        self.file = file
        self.line = line
        self.message = message
    }
}

extension InputError: CustomStringConvertible {
    public var description: String {
        let name = file == "-" ? "standard input" : file
        return line.map { "\(name), line \($0): \(message)" } ?? "\(name): \(message)"
    }
}
