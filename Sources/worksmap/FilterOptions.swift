import ArgumentParser
import Foundation
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
            "Filters as in the HTTP interface, such as open=true kind=outage,hazard deadline_state=overdue q=школа.",
            valueName: "name=value"))
    var conditions: [String] = []

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
        for condition in conditions {
            guard let equals = condition.firstIndex(of: "=") else {
                throw ValidationError("--where \(condition): a filter is name=value, such as open=true")
            }
            let name = String(condition[..<equals])
            guard FilterParameters.isFilter(name) else {
                throw ValidationError(
                    "--where \(condition): there is no filter \(name); there are \(FilterParameters.names.sorted().joined(separator: ", "))"
                )
            }
            parameters.append((name, String(condition[condition.index(after: equals)...])))
        }
        let timeZone = try store.timeZone
        do {
            var filter = try FilterParameters.filter(parameters, in: timeZone)
            if let at {
                guard filter.asOf == nil else { throw ValidationError("--where at= says the same as --at; use either") }
                filter.asOf = at.last(in: timeZone)
            }
            try Self.check(classes: filter.districtsByClass.keys, of: "--where", in: store)
            return filter
        } catch let error as FilterParameterError {
            throw ValidationError("\(error.parameter): \(error.reason)")
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
