import Geometry
import Works

/// The columns of one file that no property takes over: which of them are published, and what was seen in them.
///
/// A class, because the rows of a file share what has been seen. It is used on the thread that decodes the file.
final class ExtraColumns {
    /// Members of a feature, by the first step of their path; for CSV by the name of the column.
    private var members: [String: Int] = [:]
    private var uses: [Use] = []
    private let published: PublishedColumns
    /// Entries of `publish`, by first step.
    private let parts: [String: MemberPart]
    private let dropped: [String: MemberPart]
    /// Which of the entries under `publish` some row had, be it as a property of ours.
    private var seen: Set<String> = []
    private let keepsSamples: Bool

    /// Outcome for one member.
    private struct Use {
        var dropped: MemberPart?
        var published: MemberPart?
        var open: ImportColumn
        var withheld: ImportColumn
    }

    /// - Parameter dropped: The members that are not kept, or only in part.
    init(_ published: PublishedColumns, dropped: [String: MemberPart] = [:], keepsSamples: Bool) {
        self.published = published
        self.dropped = dropped
        self.keepsSamples = keepsSamples
        var parts = MemberPart.members([:])
        for entry in published.entries {
            parts.add([entry.name])
            parts.add(entry.name.split(separator: ".").map(String.init)[...])
        }
        if case .members(let members) = parts { self.parts = members } else { self.parts = [:] }
    }

    // MARK: Rows

    /// Writes one column of a CSV row; `text` is not empty.
    func write(_ name: String, text: UnsafeBufferPointer<UInt8>, to extra: inout ExtraWriters) {
        let index = use(of: name)
        // A column has no parts: it is published by its whole name or not at all.
        if case .all? = uses[index].published {
            extra.published.key(name)
            extra.published.string(utf8: text)
            uses[index].open.note(keepsSamples ? String(decoding: text, as: UTF8.self) : nil)
        } else {
            extra.withheld.key(name)
            extra.withheld.string(utf8: text)
            uses[index].withheld.note(keepsSamples ? String(decoding: text, as: UTF8.self) : nil)
        }
    }

    /// Writes the members of a feature or of an `extra` object.
    ///
    /// - Parameter isOwnExtra: True for the object `extra` of a file of ours, whose members bear any names.
    func write(_ object: JSONObject, isOwnExtra: Bool = false, to extra: inout ExtraWriters) {
        for (name, value) in object where !value.isBlank {
            let index = use(of: name)
            let whole: JSONValue?
            switch isOwnExtra ? nil : uses[index].dropped {
            case nil: whole = value
            case .all?: whole = nil
            case let part?: whole = value.split(by: part).rest
            }
            guard let whole else { continue }
            // All that an export of ours has under `extra` was public.
            switch isOwnExtra && extra.isExport ? .all : uses[index].published {
            case .all?: open(name, whole, index, &extra)
            case nil: withhold(name, whole, index, &extra)
            case let part?:
                let (chosen, rest) = whole.split(by: part)
                if let chosen { open(name, chosen, index, &extra) }
                if let rest { withhold(name, rest, index, &extra) }
            }
        }
    }

    /// Writes members that are private whatever is published: those that were private where the file comes from.
    func withhold(_ object: JSONObject, to extra: inout ExtraWriters) {
        for (name, value) in object where !value.isBlank { withhold(name, value, use(of: name), &extra) }
    }

    private func open(_ name: String, _ value: JSONValue, _ index: Int, _ extra: inout ExtraWriters) {
        extra.published.key(name)
        extra.published.value(value)
        uses[index].open.note(keepsSamples ? FeatureRow.text(of: value) : nil)
    }

    private func withhold(_ name: String, _ value: JSONValue, _ index: Int, _ extra: inout ExtraWriters) {
        extra.withheld.key(name)
        extra.withheld.value(value)
        uses[index].withheld.note(keepsSamples ? FeatureRow.text(of: value) : nil)
    }

    private func use(of name: String) -> Int {
        if let index = members[name] { return index }
        let part = published == .all ? .all : parts[name]
        var open = name
        if case .members? = part {
            // One path is told as it is written, several by what they have in common.
            let paths = published.entries.map(\.name).filter { $0.hasPrefix(name + ".") }
            if paths.count == 1 { open = paths[0] }
        }
        let use = Use(
            dropped: dropped[name], published: part, open: ImportColumn(name: open), withheld: ImportColumn(name: name))
        members[name] = uses.count
        uses.append(use)
        return uses.count - 1
    }

    // MARK: The whole file

    /// Notes columns that the file has, although a property may take them over.
    func note(present names: some Sequence<String>) { seen.formUnion(names) }

    /// The columns that were published, in the order in which they came.
    var open: [ImportColumn] { uses.map(\.open).filter { $0.rows > 0 } }

    /// The columns that were kept private, in the order in which they came.
    var withheld: [ImportColumn] { uses.map(\.withheld).filter { $0.rows > 0 } }

    /// The warning about each column under `publish` that no row had.
    var warnings: [String] {
        let present = Set(members.keys).union(seen)
        return published.entries.compactMap { entry in
            guard !entry.isOptional, !present.contains(entry.name) else { return nil }
            let steps = entry.name.split(separator: ".").map(String.init)
            if steps.count > 1, let index = members[steps[0]], uses[index].open.rows > 0 { return nil }
            let near = Spelling.nearest(to: entry.name, among: present.sorted()).map { "; is “\($0)” meant?" } ?? ""
            return "`publish` names the column “\(entry.name)”, which no row has\(near)"
        }
    }
}

/// Columns of a row that no property takes over, as they are written.
struct ExtraWriters {
    var published = JSONWriter(capacity: 1024)
    var withheld = JSONWriter(capacity: 1024)
    /// True if the row is of an export of ours.
    var isExport = false

    mutating func begin() {
        published.reset()
        published.beginObject()
        withheld.reset()
        withheld.beginObject()
    }

    mutating func end() {
        published.endObject()
        withheld.endObject()
    }
}

/// A member of a feature, or the part of it that paths lead to.
indirect enum MemberPart: Hashable {
    case all
    case members([String: MemberPart])

    /// Adds a path below this part.
    mutating func add(_ path: ArraySlice<String>) {
        guard let first = path.first else {
            self = .all
            return
        }
        guard case .members(var members) = self else { return }
        var part = members[first] ?? .members([:])
        part.add(path.dropFirst())
        members[first] = part
        self = .members(members)
    }
}

extension JSONValue {
    /// The part of the value that paths lead to, and what is left without it; either is nil if there is nothing.
    ///
    /// Numbers lead into lists, as in columns of a mapping. What is chosen of a list is a list of the chosen.
    func split(by part: MemberPart) -> (chosen: JSONValue?, rest: JSONValue?) {
        guard case .members(let members) = part else { return (self, nil) }
        switch self {
        case .object(let object):
            var (chosen, rest) = (JSONObject(), JSONObject())
            for (name, value) in object where !value.isBlank {
                let (one, other) = members[name].map { value.split(by: $0) } ?? (nil, value)
                chosen[name] = one
                rest[name] = other
            }
            return (chosen.isEmpty ? nil : .object(chosen), rest.isEmpty ? nil : .object(rest))
        case .array(let elements):
            var (chosen, rest): ([JSONValue], [JSONValue]) = ([], [])
            for (index, value) in elements.enumerated() {
                let (one, other) = members[String(index)].map { value.split(by: $0) } ?? (nil, value)
                if let one { chosen.append(one) }
                if let other { rest.append(other) }
            }
            return (chosen.isEmpty ? nil : .array(chosen), rest.isEmpty ? nil : .array(rest))
        default: return (nil, self)
        }
    }

    /// True for null and for a text of nothing but white space: there is no value then.
    var isBlank: Bool {
        switch self {
        case .null: true
        case .string(let text): text.unicodeScalars.allSatisfy(InvisibleSpace.contains)
        default: false
        }
    }
}
