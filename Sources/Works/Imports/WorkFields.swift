/// Fields of a work that a source can state and withdraw.
public enum WithdrawableField: String, Sendable, CaseIterable {
    case title, description, address, district, organisation, contractor
    case reportedAt = "reported_at"
    case startsAt = "starts_at"
    case dueAt = "due_at"
    case dailyFrom = "daily_from"
    case dailyUntil = "daily_until"
    case onSiteAt = "on_site_at"
    case trafficImpact = "traffic_impact"
    case geometry
}

/// A set of fields that can be withdrawn.
public struct WorkFields: OptionSet, Hashable, Sendable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The deadline, of which the first promise does not stand either.
    public static let deadlineForGood = WorkFields(rawValue: 1 << 15)

    public init(_ field: WithdrawableField) {
        rawValue = 1 << UInt16(WithdrawableField.allCases.firstIndex(of: field)!)
    }

    public func contains(_ field: WithdrawableField) -> Bool { contains(Self(field)) }

    public mutating func insert(_ field: WithdrawableField) { formUnion(Self(field)) }

    public var fields: [WithdrawableField] { WithdrawableField.allCases.filter(contains) }
}

extension WithdrawableField {
    /// The field of the ledger that records it; nil if the ledger has none.
    var ledgerField: LedgerField? { LedgerField(rawValue: rawValue) }

    /// True if a work has a value there.
    func isStated(in work: Work) -> Bool {
        switch self {
        case .title: work.title != nil
        case .description: work.description != nil
        case .address: work.address != nil
        case .district: work.district != nil
        case .organisation: work.organisation != nil
        case .contractor: work.contractor != nil
        case .reportedAt: work.reportedAt != nil
        case .startsAt: work.startsAt != nil
        case .dueAt: work.dueAt != nil
        case .dailyFrom: work.dailyFrom != nil
        case .dailyUntil: work.dailyUntil != nil
        case .onSiteAt: work.onSiteAt != nil
        case .trafficImpact: work.trafficImpact != nil
        case .geometry: work.geometry != nil
        }
    }
}

extension WithdrawableField {
    /// True if a draft has a value for it.
    public func isStated(in draft: WorkDraft) -> Bool {
        switch self {
        case .title: draft.title != nil
        case .description: draft.description != nil
        case .address: draft.address != nil
        case .district: draft.district != nil
        case .organisation: draft.organisation != nil
        case .contractor: draft.contractor != nil
        case .reportedAt: draft.reportedAt != nil
        case .startsAt: draft.startsAt != nil
        case .dueAt: draft.dueAt != nil
        case .dailyFrom: draft.dailyFrom != nil
        case .dailyUntil: draft.dailyUntil != nil
        case .onSiteAt: draft.onSiteAt != nil
        case .trafficImpact: draft.trafficImpact != nil
        case .geometry: draft.geometry != nil
        }
    }
}

extension WorkFields {
    /// Those of the fields in which a work has a value.
    public func stated(in work: Work) -> WorkFields {
        guard !isEmpty else { return self }
        return WorkFields(fields.filter { $0.isStated(in: work) }.map { WorkFields($0) })
    }
}
