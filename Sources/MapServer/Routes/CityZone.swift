import Foundation
import Works

/// The time zone of the city's clocks, by which dates in parameters are days. No look at the store is needed for it.
struct CityZone: Sendable {
    let record: CityRecord

    var timeZone: TimeZone { record.facts.timeZone ?? .gmt }
}
