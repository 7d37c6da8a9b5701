import Works

extension WorkColumn {
    /// The column's name in the table and in the published interface.
    var name: String {
        switch self {
        case .id: "id"
        case .kind: "kind"
        case .category: "category"
        case .title: "title"
        case .description: "description"
        case .address: "address"
        case .status: "status"
        case .severity: "severity"
        case .district: "district"
        case .organisation: "organisation"
        case .contractor: "contractor"
        case .reportedAt: "reported_at"
        case .startsAt: "starts_at"
        case .dueAt: "due_at"
        case .originalDueAt: "original_due_at"
        case .completedAt: "completed_at"
        case .updatedAt: "updated_at"
        case .dailyFrom: "daily_from"
        case .dailyUntil: "daily_until"
        case .onSiteAt: "on_site_at"
        case .trafficImpact: "traffic_impact"
        case .source: "source"
        case .sourceID: "source_id"
        case .extra: "extra"
        }
    }
}
