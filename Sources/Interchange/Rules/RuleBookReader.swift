public import Foundation
public import Works

/// Reads a city's rules from a folder of five YAML files: `calendar`, `categories`, `routing`, `limits` and `duplicates`.
///
/// Everything that is wrong is told at once, each with its file, line and what is allowed there, so that a file is mended in one go.
public struct RuleBookReader {
    private let folder: URL

    public init(folder: URL) {
        self.folder = folder
    }

    /// The rules in the folder.
    ///
    /// - Throws: ``RuleFaults`` with everything that is wrong in any of the files.
    public func read() throws(RuleFaults) -> RuleBook {
        var faults: [RuleFault] = []
        let calendar = root(of: "calendar.yaml", &faults).flatMap { node in
            attempt("calendar.yaml", &faults) { try readCalendar(node) }
        }
        let categories = list("categories.yaml", &faults) { try readCategory($0) }
        let known = Set(categories.map(\.code))
        let routes = list("routing.yaml", &faults) { try readRoute($0, known: known) }
        let limits = list("limits.yaml", &faults) { try readLimit($0, known: known) }
        let duplicates = list("duplicates.yaml", &faults) { try readDuplicate($0, known: known) }

        for (index, category) in categories.enumerated()
        where categories[..<index].contains(where: { $0.code == category.code }) {
            faults.append(
                RuleFault(
                    file: path("categories.yaml"), line: nil, reason: "category \(category.code) stands there twice"))
        }
        guard faults.isEmpty, let calendar else { throw RuleFaults(faults: faults) }
        return RuleBook(
            calendar: calendar, categories: categories, routes: routes, limits: limits, duplicates: duplicates)
    }

    /// What `decode` makes of each entry of a file; the faults are noted, one an entry.
    private func list<Rule>(_ name: String, _ faults: inout [RuleFault], _ decode: (RuleNode) throws -> Rule) -> [Rule]
    {
        guard let root = root(of: name, &faults) else { return [] }
        let entries = attempt(name, &faults) { try root.entries() } ?? []
        return entries.compactMap { entry in attempt(name, &faults) { try decode(entry) } }
    }

    private func root(of name: String, _ faults: inout [RuleFault]) -> RuleNode? {
        attempt(name, &faults) { try RuleNode(file: path(name), at: folder.appendingPathComponent(name)) }
    }

    /// What `body` returns; nil if it throws, with the fault noted.
    private func attempt<Value>(_ name: String, _ faults: inout [RuleFault], _ body: () throws -> Value) -> Value? {
        do {
            return try body()
        } catch let fault as RuleFault {
            faults.append(fault)
        } catch {
            faults.append(RuleFault(file: path(name), line: nil, reason: "\(error)"))
        }
        return nil
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).relativePath }
}

// MARK: - The five files

private func readCalendar(_ node: RuleNode) throws -> WorkingCalendar {
    try node.allow(["time_zone", "weekend", "hours", "cutoff", "holidays", "working_weekends"])
    let zone = try node.required("time_zone")
    guard let timeZone = TimeZone(identifier: try zone.text()) else {
        throw zone.fault("no time zone \(try zone.text()); an IANA name is wanted, such as Europe/Samara")
    }
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    let weekend = try (node.optional("weekend")?.entries() ?? []).map { entry in
        guard let index = names.firstIndex(of: try entry.text()) else { throw entry.fault(allowed: names) }
        return index + 1
    }
    guard Set(weekend).count < 7 else { throw node.fault("somebody has to work on some day of the week") }
    let hours = try node.required("hours")
    let ends = try hours.text().split(separator: "-").map { LocalTime(String($0)) }
    guard ends.count == 2, let opens = ends[0], let closes = ends[1], opens < closes else {
        throw hours.fault("hours are wanted as \"09:00-18:00\"")
    }
    let cutoff = try node.optional("cutoff").map { entry in
        guard let time = LocalTime(try entry.text()) else { throw entry.fault("a time is wanted as \"17:00\"") }
        return time
    }
    func dates(_ key: String) throws -> Set<CivilDate> {
        Set(
            try (node.optional(key)?.entries() ?? []).map { entry in
                guard let date = CivilDate(try entry.text()) else {
                    throw entry.fault("a date is wanted as 2026-12-31")
                }
                return date
            })
    }
    return WorkingCalendar(
        timeZone: timeZone, weekend: node.optional("weekend") == nil ? [6, 7] : Set(weekend),
        holidays: try dates("holidays"), workingWeekends: try dates("working_weekends"), opens: opens, closes: closes,
        cutoff: cutoff)
}

private func readCategory(_ node: RuleNode) throws -> CategoryRule {
    try node.allow([
        "code", "kind", "ru", "en", "hint_ru", "hint_en", "severity", "group", "icon", "report", "moderation",
    ])
    let code = try node.required("code")
    let text = try code.text()
    guard !text.isEmpty, text.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }) else {
        throw code.fault("a code is made of lower-case letters, digits and underscores")
    }
    var descriptions: [String: String] = [:]
    descriptions["ru"] = try node.optional("hint_ru")?.text()
    descriptions["en"] = try node.optional("hint_en")?.text()
    return CategoryRule(
        code: text, kind: try node.required("kind").value(),
        names: ["ru": try node.required("ru").text(), "en": try node.required("en").text()], descriptions: descriptions,
        severity: try node.optional("severity")?.value() ?? .moderate, icon: try node.optional("icon")?.text(),
        group: try node.optional("group")?.text(), isReportable: try node.optional("report")?.truth() ?? true,
        needsModeration: try node.optional("moderation")?.truth() ?? false)
}

private func readRoute(_ node: RuleNode, known: Set<String>) throws -> RoutingRule {
    try node.allow(["categories", "districts", "organisation"])
    return RoutingRule(
        categories: try codes(node, known),
        districts: Set(try (node.optional("districts")?.entries() ?? []).map { try $0.text() }),
        organisation: try node.required("organisation").text())
}

private func readLimit(_ node: RuleNode, known: Set<String>) throws -> LimitRule {
    try node.allow(["categories", "severities", "limit"])
    return LimitRule(
        categories: try codes(node, known),
        severities: Set(try (node.optional("severities")?.entries() ?? []).map { try $0.value() }),
        limit: try node.required("limit").limit())
}

private func readDuplicate(_ node: RuleNode, known: Set<String>) throws -> DuplicateRule {
    try node.allow(["categories", "metres", "within"])
    let metres = try node.required("metres")
    guard let distance = Double(try metres.text()), distance > 0, distance <= 10_000 else {
        throw metres.fault("a distance of more than 0 and at most 10000 metres is wanted")
    }
    let within = try node.required("within")
    let seconds: Int64
    switch try within.limit() {
    case .hours(let hours): seconds = Int64(hours) * 3600
    case .calendarDays(let days): seconds = Int64(days) * 86_400
    default: throw within.fault("hours or days by the clock are wanted, such as `24 hours` or `14 days`")
    }
    return DuplicateRule(categories: try codes(node, known), metres: distance, seconds: seconds)
}

private func codes(_ node: RuleNode, _ known: Set<String>) throws -> Set<String> {
    Set(
        try (node.optional("categories")?.entries() ?? []).map { entry in
            let code = try entry.text()
            guard known.isEmpty || known.contains(code) else {
                throw entry.fault("no category \(code) in categories.yaml")
            }
            return code
        })
}

extension RuleNode {
    fileprivate func limit() throws -> TimeLimit {
        guard let limit = TimeLimit(try text()) else {
            throw fault("a limit is wanted such as `24 hours`, `8 working hours`, `3 working days` or `10 days`")
        }
        return limit
    }
}
