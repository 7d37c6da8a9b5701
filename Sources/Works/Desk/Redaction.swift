import Geometry

/// A text of a work that can be redacted.
public enum RedactableField: String, Sendable, CaseIterable {
    case title, description, address
    /// The address of a picture.
    case photo
    /// Everything of the source that the city publishes beside our properties.
    case extra
    /// Everything of the source that only staff see.
    case privateExtra = "private_extra"

    /// Characters of a text that may stand there instead; nil if none may.
    var replacementLength: Int? {
        switch self {
        case .title, .address: 500
        case .description: 4000
        case .photo, .extra, .privateExtra: nil
        }
    }

    /// True for a member beside our properties that says the same, perhaps in another language.
    fileprivate func covers(_ member: String) -> Bool {
        switch self {
        case .title, .description: member.hasPrefix("\(rawValue)_")
        case .address: false
        case .photo: member == WebAddress.mediaProperty
        case .extra, .privateExtra: true
        }
    }

    /// The object without the members that say the same as the field; nil if nothing is left.
    fileprivate func stripped(_ text: String?) -> String? {
        if self == .extra || self == .privateExtra { return nil }
        guard let text, var members = (try? JSONParser.parse(text))?.object else { return text }
        let before = members
        for (name, _) in before where covers(name) { members[name] = nil }
        return members == before ? text : members.isEmpty ? nil : members.description
    }
}

/// Part of a work that is redacted.
public enum RedactedPart: Hashable, Sendable {
    /// A property, for which a replacement may stand.
    case field(RedactableField)
    /// The texts of an entry of the ledger, counted from 1, the oldest.
    case entry(Int)

    /// The part of a ``name``; nil if it is none.
    public init?(name: String) {
        if let field = RedactableField(rawValue: name) {
            self = .field(field)
        } else if name.hasPrefix("entry "), let number = Int(name.dropFirst(6)) {
            self = .entry(number)
        } else {
            return nil
        }
    }

    /// The part as the ledger and the audit log name it.
    public var name: String {
        switch self {
        case .field(let field): field.rawValue
        case .entry(let number): "entry \(number)"
        }
    }
}

/// Texts of one entry of a work's ledger that a mark takes the place of.
public struct LedgerRedaction: Hashable, Sendable {
    /// The entry, counted from 1, the oldest.
    public var entry: Int
    public var from: Bool
    public var to: Bool
    public var reason: Bool

    public init(entry: Int, from: Bool = false, to: Bool = false, reason: Bool = false) {
        self.entry = entry
        self.from = from
        self.to = to
        self.reason = reason
    }

    var isEmpty: Bool { !from && !to && !reason }
}

extension DeskTransaction {
    /// Takes a text back for good: from the work, from the ledger, and from the report that the work was made of.
    ///
    /// From then on its source is not heard about the field. A hidden work stays hidden.
    ///
    /// - Parameter replacement: A text that stands there from then on.
    public func redact(
        _ part: RedactedPart, of id: WorkID, replacement: String? = nil, reason: String?, at now: Instant,
        by actor: Actor, allow: (Work) throws -> Void = { _ in }
    ) throws -> Work {
        let existing = try recorded(id)
        try allow(existing)
        let ledger = try self.ledger(of: id)
        var (work, entry) = try existing.next(
            .redacted, from: nil, to: part.name, reason: reason, at: now, by: actor)
        var marks: [LedgerRedaction] = []
        switch part {
        case .field(let field):
            let old = try work.take(field, replacement: replacement)
            for (index, entry) in ledger.enumerated() where entry.field.rawValue == field.rawValue {
                marks.append(LedgerRedaction(entry: index + 1, from: entry.from == old, to: entry.to == old))
            }
            try redactReport(field, of: id)
        case .entry(let number):
            guard ledger.indices.contains(number - 1) else {
                throw TakingBackError.noEntry(number, of: ledger.count)
            }
            let mark = ledger[number - 1].redaction(number)
            guard !mark.isEmpty else { throw TakingBackError.nothingInEntry(number) }
            marks = [mark]
        }
        try redact(marks.filter { !$0.isEmpty }, of: id)
        try update(work, ledger: [entry])
        note(Erasure(.redacted, Erasure.redacted(part, of: id), at: now))
        return work
    }
}

extension LedgerEntry {
    /// The texts of people in the entry. Statuses, moments and the like are facts and stay.
    fileprivate func redaction(_ number: Int) -> LedgerRedaction {
        func isText(_ text: String?) -> Bool { text.map { $0 != LedgerMark.redacted } ?? false }
        let isFree =
            switch field {
            case .organisation, .contractor, .geometry, .district: true
            case .registered, .status, .kind, .completedAt, .dueAt, .startsAt, .category, .severity, .trafficImpact,
                .onSiteAt, .duplicateOf, .hidden,
                .redacted:
                false
            }
        return LedgerRedaction(
            entry: number, from: isFree && isText(from), to: isFree && isText(to), reason: isText(reason))
    }
}

extension Work {
    /// Takes a text out, and what says the same in other languages; returns it.
    fileprivate mutating func take(
        _ field: RedactableField, replacement: String?
    ) throws(TakingBackError) -> String {
        let old: String?
        let (extraBefore, privateBefore) = (extra, privateExtra)
        if let replacement {
            guard let limit = field.replacementLength else { throw .badReplacement(field) }
            let isLine = field != .description
            let hasControls = replacement.unicodeScalars.contains { $0.value < (isLine ? 32 : 1) || $0.value == 127 }
            guard !replacement.allSatisfy(\.isWhitespace), replacement.unicodeScalars.count <= limit, !hasControls
            else { throw .badText("replacement", limit: limit) }
        }
        switch field {
        case .title:
            old = title
            title = replacement
        case .description:
            old = description
            description = replacement
        case .address:
            old = address
            address = replacement
        case .photo, .extra: old = nil
        case .privateExtra: old = privateExtra
        }
        if let old, old == replacement { throw .badReplacement(field) }
        if field != .privateExtra { extra = field.stripped(extra) }
        if field != .extra { privateExtra = field.stripped(privateExtra) }
        if let old { return old }
        guard extra != extraBefore || privateExtra != privateBefore else { throw .nothingThere(field) }
        return (field == .extra ? extraBefore : nil) ?? ""
    }
}

extension WorkDraft {
    /// The draft without what was redacted: a source is not heard about it any more.
    func sparing(_ fields: Set<RedactableField>) -> WorkDraft {
        var draft = self
        for field in fields {
            switch field {
            case .title:
                draft.title = nil
                draft.withdrawn.remove(WorkFields(.title))
            case .description:
                draft.description = nil
                draft.withdrawn.remove(WorkFields(.description))
            case .address:
                draft.address = nil
                draft.withdrawn.remove(WorkFields(.address))
            case .photo, .extra, .privateExtra: break
            }
            guard var extra = draft.extra else { continue }
            if field != .privateExtra { extra.published = field.stripped(extra.published) }
            if field != .extra { extra.withheld = field.stripped(extra.withheld) }
            draft.extra = extra
        }
        return draft
    }
}

extension [LedgerEntry] {
    /// Fields that were redacted.
    var redactedFields: Set<RedactableField> {
        Set(compactMap { $0.field == .redacted ? $0.to.flatMap(RedactableField.init(rawValue:)) : nil })
    }
}
