import HTTPEdge
import TimeBudgets
import Works

/// What `GET requests` asks for.
struct Open311Query {
    /// The specification's limits: 90 days and 1000 requests.
    static let longestSpan: Int64 = 90 * 86_400
    static let most = 1000

    /// The requests named; everything else is not looked at then.
    private(set) var ids: [WorkID]?
    private(set) var filter = WorkFilter()
    /// The span of `requested_datetime`, both ends in it.
    private(set) var from: Instant
    private(set) var until: Instant
    private(set) var page = 1
    private(set) var pageSize = Open311Query.most

    init(_ parameters: QueryParameters, at now: Instant) throws(Open311Failure) {
        func list(_ name: String) -> [String]? {
            parameters[name].flatMap { $0.isEmpty ? nil : $0.split(separator: ",").map { $0.trimmed } }
        }
        // An empty argument is one that was not given, as the specification has it.
        func date(_ name: String) throws(Open311Failure) -> Instant? {
            guard let text = parameters[name], !text.isEmpty else { return nil }
            // A plus that was not escaped has become a blank.
            guard let instant = Instant(text) ?? Instant(text.replacing(" ", with: "+")) else {
                throw Open311Failure(400, "\(name) is not a time as 2026-11-23T09:00:00Z")
            }
            return instant
        }
        func number(_ name: String, atMost most: Int) throws(Open311Failure) -> Int? {
            guard let text = parameters[name], !text.isEmpty else { return nil }
            guard let value = Int(text), value > 0 else { throw Open311Failure(400, "\(name) is not a number from 1") }
            return min(value, most)
        }
        if let named = list("service_request_id") {
            guard named.count <= Self.most else {
                throw Open311Failure(400, "more than \(Self.most) values of service_request_id")
            }
            ids = named.compactMap { WorkID($0) }
        }
        filter.categories = Set(list("service_code") ?? [])
        if let statuses = list("status") {
            for status in statuses {
                switch status {
                case "open": filter.statuses.formUnion(WorkStatus.allCases.filter(\.isOpen))
                case "closed": filter.statuses.formUnion(WorkStatus.allCases.filter { !$0.isOpen })
                default: throw Open311Failure(400, "status is neither open nor closed")
                }
            }
        }
        for pair in parameters.pairs where !pair.value.isEmpty {
            if let name = DistrictClass.inProperty(pair.name) {
                filter.districtsByClass[name] = Set(list(pair.name) ?? [])
            } else if pair.name == "district" {
                filter.districts = Set(list(pair.name) ?? [])
            }
        }
        let (start, end) = (try date("start_date"), try date("end_date"))
        switch (start, end) {
        case (let start?, let end?):
            guard start <= end else { throw Open311Failure(400, "end_date is before start_date") }
            guard end - start <= Self.longestSpan else {
                throw Open311Failure(400, "start_date and end_date may not span more than 90 days")
            }
            (from, until) = (start, end)
        case (let start?, nil): (from, until) = (start, start + Self.longestSpan)
        case (nil, let end?): (from, until) = (end - Self.longestSpan, end)
        case (nil, nil): (from, until) = (now - Self.longestSpan, now)
        }
        pageSize = try number("page_size", atMost: Self.most) ?? Self.most
        page = try number("page", atMost: 1_000_000) ?? 1
    }

    /// The works asked for, the newest first.
    func works(in store: any WorksStore, at now: Instant, budget: TimeBudget) throws -> [Work] {
        if let ids { return try ids.compactMap { try store.work($0) } }
        // The moments come first and alone: of all that fit only a page is read whole.
        var fitting: [(requested: Instant, number: Int64)] = []
        let columns = WorkColumns(.reportedAt, .startsAt, .updatedAt)
        try store.forEachWork(WorkPage(filter: filter, columns: columns, geometry: false), at: now, budget: budget) {
            guard let requested = $0.instant(.reportedAt) ?? $0.instant(.startsAt) ?? $0.instant(.updatedAt),
                requested >= from, requested <= until
            else { return }
            fitting.append((requested, $0.number))
        }
        fitting.sort { ($0.requested, $0.number) > ($1.requested, $1.number) }
        let wanted = fitting.dropFirst((page - 1) * pageSize).prefix(pageSize)
        return try wanted.compactMap { entry in
            var found: Work?
            let one = WorkPage(after: entry.number - 1, limit: 1)
            try store.forEachWork(one, at: now, budget: budget) {
                if $0.number == entry.number { found = try $0.work() }
            }
            return found
        }
    }
}
