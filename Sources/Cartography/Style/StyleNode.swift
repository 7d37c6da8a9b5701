import Geometry

/// A value of a style sheet and where it stands, so that what is wrong with it can be said.
struct StyleNode {
    let value: JSONValue
    let path: [JSONLocator.Step]

    /// What is wrong with a value.
    struct Fault: Error {
        var path: [JSONLocator.Step]
        var reason: String
    }

    func fault(_ reason: String) -> Fault { Fault(path: path, reason: reason) }

    /// A member; nil if it is not there.
    func optional(_ name: String) -> StyleNode? {
        value[name].map { StyleNode(value: $0, path: path + [.member(name)]) }
    }

    /// A member that must be there.
    subscript(name: String) -> StyleNode {
        get throws {
            guard let node = optional(name) else { throw fault("`\(name)` is missing") }
            return node
        }
    }

    /// Refuses members that nobody would read.
    func allow(_ names: Set<String>) throws {
        guard let object = value.object else { throw fault("an object is expected") }
        for (name, value) in object where !names.contains(name) {
            throw StyleNode(value: value, path: path + [.member(name)])
                .fault("there is no such key; known here: \(names.sorted().joined(separator: ", "))")
        }
    }

    var members: [(name: String, node: StyleNode)] {
        get throws {
            guard let object = value.object else { throw fault("an object is expected") }
            return object.members.map { ($0.name, StyleNode(value: $0.value, path: path + [.member($0.name)])) }
        }
    }

    var elements: [StyleNode] {
        get throws {
            guard let array = value.array else { throw fault("an array is expected") }
            return array.enumerated().map { StyleNode(value: $0.element, path: path + [.element($0.offset)]) }
        }
    }

    var text: String {
        get throws {
            guard let text = value.string else { throw fault("a string is expected") }
            return text
        }
    }

    var flag: Bool {
        get throws {
            guard case .bool(let flag) = value else { throw fault("true or false is expected") }
            return flag
        }
    }

    /// A number in a range.
    func number(_ range: ClosedRange<Double>) throws -> Double {
        guard let number = value.double else { throw fault("a number is expected") }
        guard range.contains(number) else {
            throw fault("\(number) is outside \(range.lowerBound)…\(range.upperBound)")
        }
        return number
    }

    func integer(_ range: ClosedRange<Int>) throws -> Int {
        guard let number = value.integer else { throw fault("a whole number is expected") }
        guard range.contains(number) else {
            throw fault("\(number) is outside \(range.lowerBound)…\(range.upperBound)")
        }
        return number
    }

    /// One of the names of an enumeration.
    func one<Value: RawRepresentable & CaseIterable>(of type: Value.Type) throws -> Value
    where Value.RawValue == String {
        let name = try text
        guard let value = Value(rawValue: name) else {
            throw fault("`\(name)` is none of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }
}

extension Array where Element == JSONLocator.Step {
    /// The path as people write it: `layers[3].paint[0].line.width`.
    var description: String {
        reduce(into: "") { text, step in
            switch step {
            case .member(let name): text += text.isEmpty ? name : ".\(name)"
            case .element(let index): text += "[\(index)]"
            }
        }
    }
}
