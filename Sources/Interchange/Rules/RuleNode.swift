import Foundation
import Works
import Yams

/// A place in a rule file: a value with the line and the key at which it stands.
struct RuleNode {
    private let file: String
    private let key: String?
    private let node: Node

    private init(file: String, key: String?, node: Node) {
        self.file = file
        self.key = key
        self.node = node
    }

    /// The root of a file.
    init(file: String, at url: URL) throws {
        let bytes: Data
        do { bytes = try Data(contentsOf: url) } catch {
            let isMissing = !FileManager.default.fileExists(atPath: url.path)
            throw RuleFault(
                file: file, line: nil,
                reason: isMissing
                    ? "the file is not there; the five files of a city's rules belong together"
                    : "the file cannot be read; may the program read it, and is it no folder?")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RuleFault(file: file, line: nil, reason: "not UTF-8 text; save the file in this encoding")
        }
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw RuleFault(file: file, line: nil, reason: "the file is empty")
            }
            self.init(file: file, key: nil, node: node)
        } catch let error as YamlError {
            throw RuleFault(file: file, error)
        }
    }

    /// The text of a scalar.
    func text() throws -> String {
        guard let text = node.scalar?.string else { throw fault("a single value is wanted here") }
        return text
    }

    /// A value of an enumeration.
    func value<Value: RawRepresentable & CaseIterable>() throws -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: try text()) else { throw fault(allowed: Value.allCases.map(\.rawValue)) }
        return value
    }

    /// `yes` or `no`, as YAML 1.1 spells them.
    func truth() throws -> Bool {
        guard let value = Bool.construct(from: node.scalar ?? .init("")) else { throw fault(allowed: ["yes", "no"]) }
        return value
    }

    /// The entries of a list.
    func entries() throws -> [RuleNode] {
        guard let sequence = node.sequence else {
            throw fault(
                "a list is wanted here, "
                    + (key.map { "as `\($0): [a, b]`" } ?? "each entry on a line that begins with `- `"))
        }
        return sequence.map { RuleNode(file: file, key: key, node: $0) }
    }

    /// The keys and their values, in the order of the file.
    func members() throws -> [(name: String, value: RuleNode)] {
        guard let mapping = node.mapping else { throw fault("keys and values are wanted here") }
        return mapping.map { key, value in
            let name = key.string ?? ""
            return (name, RuleNode(file: file, key: name, node: value))
        }
    }

    /// True for a single value, not keys or a list.
    var isScalar: Bool { node.scalar != nil }

    /// The line on which it stands, from 1.
    var line: Int? { node.mark?.line }

    /// The value of a key that has to be there.
    func required(_ key: String) throws -> RuleNode {
        guard let value = optional(key) else { throw fault("`\(key)` is missing") }
        return value
    }

    /// The value of a key that may be missing.
    func optional(_ key: String) -> RuleNode? {
        node.mapping?[key].map { RuleNode(file: file, key: key, node: $0) }
    }

    /// The faults of keys that mean nothing here; one fault if there are no keys at all.
    func unknownKeys(besides keys: [String]) -> [RuleFault] {
        guard let mapping = node.mapping else {
            return [fault("keys and values are wanted here: \(keys.joined(separator: ", "))")]
        }
        return mapping.compactMap { key, _ in
            let name = key.string ?? "?"
            guard !keys.contains(name) else { return nil }
            return RuleNode(file: file, key: self.key, node: key)
                .fault("no key `\(name)`\(Self.meant(name, keys)); there are \(keys.joined(separator: ", "))")
        }
    }

    func fault(_ reason: String) -> RuleFault {
        RuleFault(file: file, line: node.mark?.line, reason: (key.map { "`\($0)`: " } ?? "") + reason)
    }

    func fault(allowed: [String]) -> RuleFault {
        let text = node.scalar?.string ?? "?"
        return fault("“\(text)” is none of \(allowed.joined(separator: ", "))\(Self.meant(text, allowed))")
    }

    /// A guess at what was meant, in words; empty if nothing is near.
    static func meant(_ name: String, _ known: [String]) -> String {
        Spelling.nearest(to: name, among: known).map { "; is `\($0)` meant?" } ?? ""
    }
}

extension RuleFault {
    /// What the parser of YAML could not read.
    fileprivate init(file: String, _ error: YamlError) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(
                file: file, line: mark.line,
                reason:
                    "not YAML: \(problem) (look at the brackets, quotes and indentation before this place; tabs do not indent)"
            )
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "`\($0)`" }.joined(separator: ", ")
            self.init(file: file, line: context.mark.line, reason: "\(names) stands there more than once; keep one")
        default: self.init(file: file, line: nil, reason: "not YAML: \(error)")
        }
    }
}

/// One thing that is wrong in a rule file.
public struct RuleFault: Error, Hashable, Sendable, CustomStringConvertible {
    public var file: String
    /// From 1; nil where the whole file is meant.
    public var line: Int?
    public var reason: String

    public var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(reason)" }
}

/// Everything that is wrong in a folder of rules.
public struct RuleFaults: Error, Hashable, Sendable, CustomStringConvertible {
    public var faults: [RuleFault]

    public var description: String { faults.map(\.description).joined(separator: "\n") }
}
