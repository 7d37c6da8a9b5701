import HTTPEdge
import Interchange
import Works

/// The filters of the interface as query parameters.
enum FilterQuery {
    /// The parameters that filter works.
    static let names = FilterParameters.names

    /// The filter that the parameters describe; others than ``names`` are not looked at.
    ///
    /// - Parameter city: Its time zone is asked where somebody writes a date.
    static func filter(_ query: QueryParameters, _ city: CityZone) throws(Problem) -> WorkFilter {
        do {
            return try FilterParameters.filter(
                query.pairs.filter { FilterParameters.isFilter($0.name) }, in: city.timeZone)
        } catch {
            throw .malformedParameter(error.parameter, error.reason)
        }
    }
}
