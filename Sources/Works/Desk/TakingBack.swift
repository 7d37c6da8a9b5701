public import Geometry

/// A work that staff have taken out of the public record, as staff see it.
public struct HiddenWork: Hashable, Sendable {
    public var work: Work
    /// The work's whole ledger, oldest entry first.
    public var ledger: [LedgerEntry]

    public init(work: Work, ledger: [LedgerEntry]) {
        self.work = work
        self.ledger = ledger
    }

    /// The entry by which it was hidden.
    public var hiding: LedgerEntry? { ledger.last { $0.field == .hidden } }
}

/// Why something cannot be taken back, or a place not be changed.
public enum TakingBackError: Error, Hashable, Sendable {
    case unknown(WorkID)
    /// Everyone reads why something was taken back.
    case reasonMissing
    /// A text is longer than so many characters, or has characters that no line may have.
    case badText(String, limit: Int)
    case hiddenAlready
    case notHidden
    /// There is nothing to redact.
    case nothingThere(RedactableField)
    /// The ledger has so many entries and not this one.
    case noEntry(Int, of: Int)
    /// The entry says nothing that could be redacted.
    case nothingInEntry(Int)
    /// The text to stand there instead is for title, description and address only, and differs from what stands there.
    case badReplacement(RedactableField)
    /// The geometry is no valid one.
    case badGeometry(String)
    case samePlace
}

extension TakingBackError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknown(let id): "there is no work \(id)"
        case .reasonMissing: "reason: taking something back, and moving a place, needs a reason that everyone can read"
        case .badText(let name, let limit):
            "\(name): a text of 1…\(limit) characters without control characters is wanted"
        case .hiddenAlready: "the work is hidden already"
        case .notHidden: "the work is not hidden"
        case .nothingThere(let field): "field: the work has no \(field.rawValue), so there is nothing to redact"
        case .noEntry(let entry, let count):
            "entry: there is no entry \(entry); the work's history has the entries 1…\(count)"
        case .nothingInEntry(let entry):
            "entry: entry \(entry) has no reason and no text of people, so there is nothing to redact"
        case .badReplacement(let field):
            "replacement: only title, description and address take another text, and not the one that stands there "
                + "(\(field.rawValue))"
        case .badGeometry(let defect): "geometry: \(defect)"
        case .samePlace: "geometry: the work has this place already"
        }
    }
}

/// The use cases of taking back. Each demands a reason and leaves an entry in the ledger.
///
/// `allow` throws if whoever asks may not change the work.
extension DeskTransaction {
    /// Takes a work out of every public output: of it the public record keeps the entry that says so, and why.
    public func hide(
        _ id: WorkID, reason: String?, at now: Instant, by actor: Actor, allow: (Work) throws -> Void = { _ in }
    ) throws -> Work {
        guard let existing = try work(id) else {
            if let hidden = try hiddenWork(id) {
                try allow(hidden)
                throw TakingBackError.hiddenAlready
            }
            throw TakingBackError.unknown(id)
        }
        try allow(existing)
        let (work, entry) = try existing.next(.hidden, from: "false", to: "true", reason: reason, at: now, by: actor)
        try hide(work, ledger: [entry])
        note(Erasure(.hidden, id, at: now))
        return work
    }

    /// Brings a hidden work back with its id, its row id and its whole history.
    public func unhide(
        _ id: WorkID, reason: String?, at now: Instant, by actor: Actor, allow: (Work) throws -> Void = { _ in }
    ) throws -> Work {
        guard let existing = try hiddenWork(id) else {
            guard let shown = try work(id) else { throw TakingBackError.unknown(id) }
            try allow(shown)
            throw TakingBackError.notHidden
        }
        try allow(existing)
        let (work, entry) = try existing.next(.hidden, from: "true", to: "false", reason: reason, at: now, by: actor)
        try unhide(work, ledger: [entry])
        note(Erasure(.shown, id, at: now))
        return work
    }

    /// Moves or mends a work's place, or gives it one; a hidden work stays hidden.
    ///
    /// - Parameter district: The district that the new place lies in; nil if it lies in none.
    public func place(
        _ id: WorkID, at geometry: Geometry, in district: String?, reason: String?, at now: Instant, by actor: Actor,
        allow: (Work) throws -> Void = { _ in }
    ) throws -> Work {
        let existing = try recorded(id)
        try allow(existing)
        let checked: Geometry
        switch GeometryCheck.check(geometry) {
        case .valid(let geometry), .repaired(let geometry, _): checked = geometry
        case .refused(let defect): throw TakingBackError.badGeometry("\(defect)")
        }
        guard checked != existing.geometry else { throw TakingBackError.samePlace }
        var (work, entry) = try existing.next(
            .geometry, from: existing.geometry?.geoJSON, to: checked.geoJSON, reason: reason, at: now, by: actor)
        work.geometry = checked
        work.district = district
        try update(work, ledger: [entry])
        return work
    }

    /// The work, hidden or not.
    func recorded(_ id: WorkID) throws -> Work {
        guard let work = try work(id) ?? hiddenWork(id) else { throw TakingBackError.unknown(id) }
        return work
    }
}

extension Work {
    /// Characters of a reason.
    static let reasonLength = 1000

    /// The work's next revision with the entry that explains it.
    func next(
        _ field: LedgerField, from: String?, to: String?, reason: String?, at now: Instant, by actor: Actor
    ) throws(TakingBackError) -> (Work, LedgerEntry) {
        let reason = reason.map { String($0.drop(while: \.isWhitespace)) } ?? ""
        guard !reason.isEmpty else { throw .reasonMissing }
        guard reason.unicodeScalars.count <= Self.reasonLength, !reason.unicodeScalars.contains("\0") else {
            throw .badText("reason", limit: Self.reasonLength)
        }
        var work = self
        work.revision += 1
        work.updatedAt = now
        let entry = LedgerEntry(
            revision: work.revision, at: now, recordedAt: now, field: field, from: from, to: to, reason: reason,
            actor: actor)
        return (work, entry)
    }
}
