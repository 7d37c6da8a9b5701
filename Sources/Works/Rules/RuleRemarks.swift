import Foundation

extension RuleBook {
    /// A sentence about a calendar that goes by another clock than the city's; nil if there is one clock.
    public var zoneRemark: String? {
        otherZone.map {
            "calendar: `time_zone: \($0.identifier)` is not the city's clock, which is \(calendar.timeZone.identifier) and holds; "
                + "take the line out of calendar.yaml"
        }
    }

    /// What is allowed but probably not meant: rules that are never reached, reports that nobody gets or nothing times, days off that
    /// change nothing.
    public var remarks: [String] {
        var remarks: [String] = []
        if let zoneRemark { remarks.append(zoneRemark) }
        func earlier<Rule>(_ rules: [Rule], _ name: String, covers: (Rule, Rule) -> Bool) {
            for (later, rule) in rules.enumerated() {
                guard let first = rules[..<later].firstIndex(where: { covers($0, rule) }) else { continue }
                remarks.append(
                    "\(name): rule \(later + 1) is never reached, because rule \(first + 1) fits all that it fits")
            }
        }
        earlier(routes, "routing") {
            Self.covers($0.categories, $1.categories) && Self.covers($0.districts, $1.districts)
        }
        earlier(limits, "limits") {
            Self.covers($0.categories, $1.categories) && Self.covers($0.severities, $1.severities)
        }
        earlier(duplicates, "duplicates") { Self.covers($0.categories, $1.categories) }
        // Of a new city's rules it is said once what each category lacks.
        if routes.isEmpty { remarks.append("routing: there are no rules; nobody gets a report") }
        if limits.isEmpty { remarks.append("limits: there are no rules; no report gets a deadline") }
        for category in categories {
            let isRouted = routes.contains {
                $0.districts.isEmpty && ($0.categories.isEmpty || $0.categories.contains(category.code))
            }
            if !isRouted, !routes.isEmpty {
                remarks.append(
                    "routing: no rule for \(category.code) fits every district; elsewhere nobody gets its reports")
            }
            for severity in Severity.allCases
            where !limits.isEmpty
                && !limits.contains(where: {
                    ($0.categories.isEmpty || $0.categories.contains(category.code))
                        && ($0.severities.isEmpty || $0.severities.contains(severity))
                })
            {
                remarks.append(
                    "limits: no rule fits \(category.code) (\(severity.rawValue)); its reports get no deadline")
            }
        }
        for day in calendar.holidays.sorted(by: { $0.daysSinceEpoch < $1.daysSinceEpoch })
        where calendar.weekend.contains(day.weekday) && !calendar.workingWeekends.contains(day) {
            remarks.append("calendar: the holiday \(day) falls on a weekend and changes nothing")
        }
        for day in calendar.workingWeekends.sorted(by: { $0.daysSinceEpoch < $1.daysSinceEpoch })
        where !calendar.weekend.contains(day.weekday) && !calendar.holidays.contains(day) {
            remarks.append("calendar: \(day) is a working day anyhow")
        }
        if calendar.cutoff > calendar.closes {
            remarks.append("calendar: the cut-off \(calendar.cutoff) is after the working day's end \(calendar.closes)")
        }
        return remarks
    }

    /// Whether a condition, in which nothing means everything, fits all that another one fits.
    private static func covers<Value>(_ one: Set<Value>, _ other: Set<Value>) -> Bool {
        one.isEmpty || (!other.isEmpty && one.isSuperset(of: other))
    }
}
