public import Foundation
import Geometry

/// A work as it was at a moment, from its ledger: the one rule behind everything that is told as of then.
///
/// An entry holds from the moment that it states (``LedgerEntry/at``), whenever it was written down. Of two entries about one field the later
/// in the ledger holds, so that at every moment after the last entry the answer is the work itself. What the ledger does not record (titles,
/// texts, hours) is as it is now.
extension Work {
    /// The work as of a moment; nil if it was not known then.
    ///
    /// - Parameter ledger: All entries of the work, in their order.
    public func asOf(_ moment: Instant, _ ledger: [LedgerEntry]) -> Work? {
        let history = LedgerHistory(ledger, until: moment)
        guard let registered = ledger.first(where: { $0.field == .registered }), registered.at <= moment else {
            return ledger.isEmpty ? self : nil
        }
        var work = self
        if let kind = history.value(.kind, now: self.kind.rawValue).flatMap(WorkKind.init(rawValue:)) {
            work.kind = kind
        }
        work.category = history.value(.category, now: category) ?? category
        if let severity = history.value(.severity, now: self.severity.rawValue).flatMap(Severity.init(rawValue:)) {
            work.severity = severity
        }
        work.trafficImpact = history.value(.trafficImpact, now: trafficImpact?.rawValue).flatMap(
            TrafficImpact.init(rawValue:))
        work.organisation = history.value(.organisation, now: organisation)
        work.contractor = history.value(.contractor, now: contractor)
        work.district = history.value(.district, now: district)
        work.startsAt = history.value(.startsAt, now: startsAt?.description).flatMap { Instant($0) }
        work.onSiteAt = history.value(.onSiteAt, now: onSiteAt?.description).flatMap { Instant($0) }
        if history.hasChanged(.geometry) {
            work.geometry = history.value(.geometry, now: nil).flatMap {
                try? GeoJSON.geometry(from: JSONParser.parse($0))
            }
        }
        work.takeDeadline(history)
        work.takeStatus(registered, history)
        if updatedAt > moment { work.updatedAt = history.held.map(\.at).max() ?? moment }
        work.revision = history.held.map(\.revision).max() ?? 1
        return work
    }

    private mutating func takeDeadline(_ history: LedgerHistory) {
        dueAt = history.value(.dueAt, now: dueAt?.description).flatMap { Instant($0) }
        let promises = history.entries.filter { $0.field == .dueAt }
        if let first = promises.first(where: { $0.from == nil }) {
            originalDueAt = first.at <= history.moment ? first.to.flatMap { Instant($0) } : nil
        }
        let moves = history.held.filter { $0.field == .dueAt }
        dueChanges = moves.count { $0.from != nil && $0.to != nil }
        passedDueAt = LateMove.passedDueAt(moves)
    }

    private mutating func takeStatus(_ registered: LedgerEntry, _ history: LedgerHistory) {
        let steps = history.entries.filter { $0.field == .status }
        let step = history.held.last { $0.field == .status }
        let text = step?.to ?? registered.to
        let isLast = step == steps.last
        let end = isLast ? completedAt : step?.at
        guard let now = text.flatMap(WorkStatus.init(rawValue:)) else { return }
        status = now
        if !isLast { isCompletedEstimated = false }
        completedAt = now.isOpen ? nil : end
        // Registered as closed, or closed at a time that was stated more exactly since: until then it was open.
        if !now.isOpen, let end, end > history.moment {
            status = step?.from.flatMap(WorkStatus.init(rawValue:)) ?? .reported
            if !status.isOpen { status = .reported }
            completedAt = nil
        }
        if completedAt == nil { isCompletedEstimated = false }
    }
}

/// Entries of a work, and those that hold at a moment.
private struct LedgerHistory {
    let entries: [LedgerEntry]
    let held: [LedgerEntry]
    let moment: Instant

    init(_ entries: [LedgerEntry], until moment: Instant) {
        self.entries = entries
        self.moment = moment
        held = entries.filter { $0.at <= moment }
    }

    /// True if a field has an entry that did not hold yet, or a later word that did.
    func hasChanged(_ field: LedgerField) -> Bool { entries.contains { $0.field == field && $0.at > moment } }

    /// The value of a field: of the last entry that holds; where none does, of before the first one.
    func value(_ field: LedgerField, now: String?) -> String? {
        guard hasChanged(field) else { return now }
        let text = held.last { $0.field == field }.map(\.to) ?? entries.first { $0.field == field }?.from
        return text.flatMap { LedgerMark.all.contains($0) ? nil : $0 }
    }
}

extension WorksStore {
    /// A work as it was at a moment, or as it is without one; nil if there is none or it was not known then.
    public func work(_ id: WorkID, asOf moment: Instant?) throws -> Work? {
        let work = try work(id)
        guard let moment else { return work }
        return try work.flatMap { try $0.asOf(moment, ledger(of: id)) }
    }

    /// The time zone of the city's clocks; UTC if the store does not say which that is.
    ///
    /// - Throws: `StoreError`.
    public var timeZone: TimeZone {
        get throws { try CityFacts.timeZone(note(.timeZone)) ?? .gmt }
    }
}
