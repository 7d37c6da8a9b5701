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
            "As of when deadlines are judged: RFC 3339, a date, or an age. (default: now)", valueName: "time"))
    var at: PointInTime?

    /// The moment as of which deadlines are judged.
    func moment(in timeZone: TimeZone) -> Instant { at?.last(in: timeZone) ?? .now }

    /// - Parameter timeZone: The city's, by which dates are days.
    func workFilter(in timeZone: TimeZone) throws -> WorkFilter {
        var parameters: [(name: String, value: String)] = []
        if let bbox { parameters.append(("bbox", bbox)) }
        for condition in conditions {
            guard let equals = condition.firstIndex(of: "=") else {
                throw ValidationError("--where \(condition): a filter is name=value, such as open=true")
            }
            let name = String(condition[..<equals])
            guard FilterParameters.names.contains(name) else {
                throw ValidationError(
                    "--where \(condition): there is no filter \(name); there are \(FilterParameters.names.sorted().joined(separator: ", "))"
                )
            }
            parameters.append((name, String(condition[condition.index(after: equals)...])))
        }
        do {
            return try FilterParameters.filter(parameters, in: timeZone)
        } catch {
            throw ValidationError("\(error.parameter): \(error.reason)")
        }
    }
}
