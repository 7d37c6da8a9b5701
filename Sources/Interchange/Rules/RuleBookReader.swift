public import Foundation
public import Works

/// Reads a city's rules from a folder of five YAML files: `calendar`, `categories`, `routing`, `limits` and `duplicates`.
///
/// Everything that is wrong is told at once, each with its file, line, key and what is allowed there, so that a file is mended in one go.
public struct RuleBookReader {
    private let folder: URL

    public init(folder: URL) {
        self.folder = folder
    }

    /// The rules in the folder.
    ///
    /// - Parameter city: The city's clock, which holds over the calendar's; nil if the city states none.
    /// - Throws: ``RuleFaults`` with everything that is wrong in any of the files.
    public func read(city: TimeZone? = nil) throws(RuleFaults) -> RuleBook {
        let reading = RuleReading()
        var calendar = WorkingCalendar(timeZone: city ?? .gmt)
        var stated: TimeZone?
        if let read = root(of: "calendar.yaml", reading).flatMap({ reading.calendar($0, city: city) }) {
            (calendar, stated) = read
        }
        let entries = entries(of: "categories.yaml", reading)
        // A category counts as known even if something else about it is wrong: one mistake is told once.
        for entry in entries {
            guard let node = entry.optional("code"), let code = try? node.text() else { continue }
            if !reading.codes.insert(code).inserted {
                reading.faults.append(node.fault("the category \(code) stands there twice; keep one"))
            }
        }
        var book = RuleBook(
            calendar: calendar,
            categories: entries.compactMap { reading.category($0) },
            routes: self.entries(of: "routing.yaml", reading).compactMap { reading.route($0) },
            limits: self.entries(of: "limits.yaml", reading).compactMap { reading.limit($0) },
            duplicates: self.entries(of: "duplicates.yaml", reading).compactMap { reading.duplicate($0) })
        if let stated, stated != calendar.timeZone { book.otherZone = stated }
        guard reading.faults.isEmpty else { throw RuleFaults(faults: reading.faults) }
        return book
    }

    private func root(of name: String, _ reading: RuleReading) -> RuleNode? {
        let url = folder.appendingPathComponent(name)
        return reading.attempt { try RuleNode(file: url.relativePath, at: url) }
    }

    private func entries(of name: String, _ reading: RuleReading) -> [RuleNode] {
        guard let root = root(of: name, reading) else { return [] }
        return reading.attempt { try root.entries() } ?? []
    }
}

/// One reading of the files, which gathers what is wrong. A class, because all parts of it add to the same list.
private final class RuleReading {
    var faults: [RuleFault] = []
    /// The codes in the catalogue.
    var codes: Set<String> = []

    /// What `body` returns; nil if it throws, with the fault noted.
    func attempt<Value>(_ body: () throws -> Value) -> Value? {
        do {
            return try body()
        } catch let fault as RuleFault {
            faults.append(fault)
        } catch {
            preconditionFailure("a reader of rules threw \(error)")
        }
        return nil
    }

    /// What `read` makes of an entry that knows these keys; nil if anything is wrong with it.
    private func entry<Value>(_ node: RuleNode, keys: [String], _ read: () -> Value?) -> Value? {
        let before = faults.count
        faults += node.unknownKeys(besides: keys)
        // What is no mapping has no parts to complain about.
        if faults.count > before, node.optional(keys[0]) == nil, keys.allSatisfy({ node.optional($0) == nil }) {
            return nil
        }
        let value = read()
        return faults.count == before ? value : nil
    }

    // MARK: The five files

    /// The calendar by the city's clock, else by the one that it states; and that one.
    func calendar(_ node: RuleNode, city: TimeZone?) -> (WorkingCalendar, stated: TimeZone?)? {
        entry(node, keys: ["time_zone", "weekend", "hours", "cutoff", "holidays", "working_weekends"]) {
            let stated = attempt {
                try node.optional("time_zone").map { zone in
                    let name = try zone.text()
                    do throws(UnknownTimeZone) { return try CityZones.zone(named: name) } catch {
                        throw zone.fault("\(error)")
                    }
                }
            }
            let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
            let weekend = list(node, "weekend") { entry in
                guard let index = names.firstIndex(of: try entry.text()) else { throw entry.fault(allowed: names) }
                return index + 1
            }
            if Set(weekend).count == 7 {
                faults.append(node.fault("`weekend`: somebody has to work on some day of the week"))
            }
            let hours = attempt {
                let hours = try node.required("hours")
                let ends = try hours.text().split(separator: "-").map { LocalTime(String($0)) }
                guard ends.count == 2, let opens = ends[0], let closes = ends[1], opens < closes else {
                    throw hours.fault("the beginning and the end of a working day are wanted as \"09:00-18:00\"")
                }
                return (opens, closes)
            }
            let cutoff = attempt {
                try node.optional("cutoff").map { entry in
                    guard let time = LocalTime(try entry.text()) else {
                        throw entry.fault("a time of the day is wanted as \"17:00\"")
                    }
                    return time
                }
            }
            let holidays = Set(list(node, "holidays", date))
            let workingWeekends = Set(list(node, "working_weekends", date))
            guard let stated, let (opens, closes) = hours, Set(weekend).count < 7 else { return nil }
            let calendar = WorkingCalendar(
                timeZone: city ?? stated ?? .gmt, weekend: node.optional("weekend") == nil ? [6, 7] : Set(weekend),
                holidays: holidays, workingWeekends: workingWeekends, opens: opens, closes: closes,
                cutoff: cutoff ?? nil)
            return (calendar, stated)
        }
    }

    private func date(_ node: RuleNode) throws -> CivilDate {
        guard let date = CivilDate(try node.text()) else { throw node.fault("a date is wanted as 2026-12-31") }
        return date
    }

    func category(_ node: RuleNode) -> CategoryRule? {
        let keys = [
            "code", "kind", "ru", "en", "hint_ru", "hint_en", "severity", "group", "icon", "report", "moderation",
        ]
        return entry(node, keys: keys) {
            let code = attempt {
                let code = try node.required("code")
                let text = try code.text()
                let isCode = text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
                guard !text.isEmpty, isCode else {
                    throw code.fault("“\(text)”: a code is made of lower-case letters a-z, digits and underscores")
                }
                return text
            }
            let kind: WorkKind? = attempt { try node.required("kind").value() }
            let russian = attempt { try node.required("ru").text() }
            let english = attempt { try node.required("en").text() }
            let hints = [("ru", "hint_ru"), ("en", "hint_en")].compactMap { language, key in
                (attempt { try node.optional(key)?.text() } ?? nil).map { (language, $0) }
            }
            let severity: Severity? = attempt { try node.optional("severity")?.value() ?? .moderate }
            let icon = attempt {
                try node.optional("icon").map { icon in
                    let text = try icon.text()
                    guard text.count == 1 else { throw icon.fault("one symbol is wanted, such as \"⚡\"") }
                    return text
                }
            }
            let group = attempt { try node.optional("group")?.text() }
            let isReportable = attempt { try node.optional("report")?.truth() ?? true }
            let needsModeration = attempt { try node.optional("moderation")?.truth() ?? false }
            guard let code, let kind, let russian, let english, let severity, let isReportable, let needsModeration
            else { return nil }
            return CategoryRule(
                code: code, kind: kind, names: ["ru": russian, "en": english],
                descriptions: Dictionary(uniqueKeysWithValues: hints), severity: severity, icon: icon ?? nil,
                group: group ?? nil, isReportable: isReportable, needsModeration: needsModeration)
        }
    }

    func route(_ node: RuleNode) -> RoutingRule? {
        entry(node, keys: ["categories", "districts", "organisation"]) {
            let categories = categories(node)
            let districts = Set(list(node, "districts") { try $0.text() })
            let organisation = attempt { try node.required("organisation").text() }
            return organisation.map {
                RoutingRule(categories: categories, districts: districts, organisation: $0)
            }
        }
    }

    func limit(_ node: RuleNode) -> LimitRule? {
        entry(node, keys: ["categories", "severities", "limit"]) {
            let categories = categories(node)
            let severities: [Severity] = list(node, "severities") { try $0.value() }
            let limit = attempt { try node.required("limit").limit() }
            return limit.map { LimitRule(categories: categories, severities: Set(severities), limit: $0) }
        }
    }

    func duplicate(_ node: RuleNode) -> DuplicateRule? {
        entry(node, keys: ["categories", "metres", "within"]) {
            let categories = categories(node)
            let metres = attempt {
                let metres = try node.required("metres")
                guard let distance = Double(try metres.text()), distance > 0, distance <= 10_000 else {
                    throw metres.fault("a distance of more than 0 and at most 10000 metres is wanted")
                }
                return distance
            }
            let seconds = attempt {
                let within = try node.required("within")
                switch try within.limit() {
                case .hours(let hours): return Int64(hours) * 3600
                case .calendarDays(let days): return Int64(days) * 86_400
                default: throw within.fault("hours or days by the clock are wanted, such as `24 hours` or `14 days`")
                }
            }
            guard let metres, let seconds else { return nil }
            return DuplicateRule(categories: categories, metres: metres, seconds: seconds)
        }
    }

    // MARK: Lists

    /// The values of a list that may be missing; entries that are wrong are noted and left out.
    private func list<Value>(_ node: RuleNode, _ key: String, _ read: (RuleNode) throws -> Value) -> [Value] {
        let entries = attempt { try node.optional(key)?.entries() ?? [] } ?? []
        return entries.compactMap { entry in attempt { try read(entry) } }
    }

    private func categories(_ node: RuleNode) -> Set<String> {
        Set(
            list(node, "categories") { entry in
                let code = try entry.text()
                guard codes.isEmpty || codes.contains(code) else {
                    throw entry.fault("no category “\(code)” in categories.yaml\(RuleNode.meant(code, codes.sorted()))")
                }
                return code
            })
    }
}

extension RuleNode {
    fileprivate func limit() throws -> TimeLimit {
        guard let limit = TimeLimit(try text()) else {
            throw fault(
                "“\(try text())” is no limit; one is wanted such as `24 hours`, `8 working hours`, `3 working days` or `10 days`"
            )
        }
        return limit
    }
}
