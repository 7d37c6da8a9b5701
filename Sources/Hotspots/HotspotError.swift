/// Why a hotspot question has no answer: what was asked, and what to ask instead.
public enum HotspotError: Error, Hashable, Sendable {
    /// A distance in metres, named as the parameter is, that is 0, negative or not a number.
    case distanceNotPositive(parameter: String, metres: Double)
    /// A distance in metres, named as the parameter is, far below what positions can tell apart over such an extent.
    case distanceTooSmall(parameter: String, metres: Double, smallest: Double)
    /// The cells would not fit: how many there would be, how many there may be, and the extent in metres.
    case tooManyCells(cells: Double, limit: Int, cellSize: Double, width: Double, height: Double)
    /// `dbscan` needs at least 1 point, which is the point itself.
    case minimumPointsNotPositive(Int)
    /// The period ends before it begins, or is empty.
    case emptyPeriod(from: String, until: String)
}

extension HotspotError {
    /// The parameter to change.
    public var parameter: String {
        switch self {
        case .distanceNotPositive(let parameter, _), .distanceTooSmall(let parameter, _, _): parameter
        case .tooManyCells: "cell"
        case .minimumPointsNotPositive: "minimum_points"
        case .emptyPeriod: "since"
        }
    }
}

extension HotspotError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .distanceNotPositive(let parameter, let metres):
            return "\(parameter) is \(metres.shortest) m; it must be more than 0"
        case .distanceTooSmall(let parameter, let metres, let smallest):
            return "\(parameter) is \(metres.shortest) m, too fine for data this far apart; "
                + "use at least \(smallest < 0.001 ? smallest.scientific : smallest.fixed(3)) m"
        case .tooManyCells(let cells, let limit, let cellSize, let width, let height):
            // A tenth more than the bare root, so that the advice holds after rounding.
            let enough = (cellSize * (cells / Double(limit)).squareRoot() * 1.1).rounded(.up)
            return
                "cells of \(cellSize.shortest) m over \((width / 1000).fixed(1)) × \((height / 1000).fixed(1)) km would be "
                + "\(cells.fixed(0)) cells, more than the \(limit) that are allowed; use cells of at least \(enough.fixed(0)) m, "
                + "or look for incidents far outside the city"
        case .minimumPointsNotPositive(let points):
            return "a cluster needs at least 1 incident around a place, itself counted, not \(points)"
        case .emptyPeriod(let from, let until):
            return "the period from \(from) until \(until) is empty: it must end after it begins"
        }
    }
}

/// Throws unless a distance is more than 0 and finite.
func requirePositive(_ metres: Double, _ parameter: String) throws(HotspotError) {
    guard metres > 0, metres.isFinite else {
        throw .distanceNotPositive(parameter: parameter, metres: metres)
    }
}
