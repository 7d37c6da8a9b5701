import Foundation
import Yams

/// A place in a rule file: a value with the line on which it stands.
struct RuleNode {
    private let file: String
    private let node: Node

    private init(file: String, node: Node) {
        self.file = file
        self.node = node
    }

    /// The root of a file.
    init(file: String, at url: URL) throws {
        guard let text = try? String(contentsOf: url, encoding: .utf8) else {
            throw RuleFault(file: file, line: nil, reason: "the file is not there, or is not UTF-8 text")
        }
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw RuleFault(file: file, line: nil, reason: "the file is empty")
            }
            self.init(file: file, node: node)
        } catch let error as YamlError {
            throw RuleFault(file: file, line: nil, reason: "not YAML: \(error)")
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
        guard let sequence = node.sequence else { throw fault("a list is wanted here") }
        return sequence.map { RuleNode(file: file, node: $0) }
    }

    /// The value of a key that has to be there.
    func required(_ key: String) throws -> RuleNode {
        guard let value = optional(key) else { throw fault("`\(key)` is missing") }
        return value
    }

    /// The value of a key that may be missing.
    func optional(_ key: String) -> RuleNode? {
        node.mapping?[key].map { RuleNode(file: file, node: $0) }
    }

    /// Refuses keys that mean nothing here.
    func allow(_ keys: [String]) throws {
        guard let mapping = node.mapping else {
            throw fault("keys and values are wanted here: \(keys.joined(separator: ", "))")
        }
        for (key, _) in mapping where !keys.contains(key.string ?? "") {
            throw RuleNode(file: file, node: key).fault(
                "no key `\(key.string ?? "?")`; allowed: \(keys.joined(separator: ", "))")
        }
    }

    func fault(_ reason: String) -> RuleFault {
        RuleFault(file: file, line: node.mark?.line, reason: reason)
    }

    func fault(allowed: [String]) -> RuleFault {
        fault("`\(node.scalar?.string ?? "?")` is none of \(allowed.joined(separator: ", "))")
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
