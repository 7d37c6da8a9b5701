import ArgumentParser
import Foundation
import Geometry
import Interchange
import Works

/// Which works are meant: the filters of the interface, on the command line.
struct FilterOptions: ParsableArguments {
    // Half of the world begins with a minus, which is no name of an option here.
    @Option(parsing: .unconditional, help: ArgumentHelp("Only what meets this box, in degrees.", valueName: "w,s,e,n"))
    var bbox: String?

    @Option(
        name: .customLong("where"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "Filters as in the HTTP interface, such as open=true kind=outage,hazard deadline_state=overdue q=школа, or conditions in CQL2, such as \"due_changes > 2\".",
            valueName: "name=value"))
    var conditions: [String] = []

    @Option(
        name: .customLong("exclude-at"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Leave out what lies at this position, to about a metre; may be given several times.", valueName: "lon,lat")
    )
    var excluded: [String] = []

    @Option(
        help: ArgumentHelp(
            "The works as they were said and promised by then: RFC 3339, a date (its end), or an age. (default: now)",
            valueName: "time"))
    var at: PointInTime?

    /// The filter, by whose dates days of the city's clock are meant.
    ///
    /// - Parameter store: The city that has to have the classes of districts.
    func workFilter(in store: any WorksStore) throws -> WorkFilter {
        var parameters: [(name: String, value: String)] = []
        if let bbox { parameters.append(("bbox", bbox)) }
        var expressions: [FilterExpression] = []
        for condition in conditions {
            let name = String(condition.prefix { $0 != "=" })
            if FilterParameters.isFilter(name), name.count < condition.count {
                parameters.append((name, String(condition.dropFirst(name.count + 1))))
            } else {
                expressions.append(try Self.expression(condition, name: name))
            }
        }
        let timeZone = try store.timeZone
        do {
            var filter = try FilterParameters.filter(parameters, in: timeZone)
            if let at {
                guard filter.asOf == nil else { throw ValidationError("--where at= says the same as --at; use either") }
                filter.asOf = at.last(in: timeZone)
            }
            filter.expression = expressions.count > 1 ? .and(expressions) : expressions.first
            filter.excluded = try excludedPositions()
            try Self.check(classes: filter.districtsByClass.keys, of: "--where", in: store)
            return filter
        } catch let error as FilterParameterError {
            throw ValidationError("\(error.parameter): \(error.reason)")
        }
    }

    /// A condition in CQL2.
    private static func expression(_ condition: String, name: String) throws -> FilterExpression {
        do { return try CQL2.parse(condition, as: .text, vocabulary: .works) } catch {
            guard name.allSatisfy({ $0.isLetter || $0 == "_" || $0 == "." }) else {
                throw ValidationError("--where \(condition): \(error)")
            }
            let known = FilterParameters.names.sorted().joined(separator: ", ")
            throw ValidationError(
                name.count == condition.count
                    ? "--where \(condition): a filter is name=value, such as open=true"
                    : "--where \(condition): there is no filter \(name); there are \(known)")
        }
    }

    /// The positions of `--exclude-at`.
    func excludedPositions() throws -> [Coordinate] {
        try excluded.flatMap { text -> [Coordinate] in
            do { return try FilterParameters.positions(text) } catch let error as FilterParameterError {
                throw ValidationError("--exclude-at: \(error.reason)")
            }
        }
    }

    /// Refuses classes of districts that the city does not have.
    static func check(classes: some Collection<String>, of option: String, in store: any WorksStore) throws {
        guard !classes.isEmpty else { return }
        let known = try store.districtClasses()
        for name in classes.sorted() where !known.contains(name) {
            throw ValidationError("\(option): \(UnknownDistrictClass(name: name, known: known))")
        }
    }
}
