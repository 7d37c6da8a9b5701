public import Geometry

/// Why a hotspot question has no answer: what was asked, and what to ask instead.
public enum HotspotError: Error, Hashable, Sendable {
    /// A number outside its range, named as the parameter is.
    case outOfRange(parameter: String, NumberRangeError)
    /// A distance in metres, named as the parameter is, far below what positions can tell apart over such an extent.
    case distanceTooSmall(parameter: String, metres: Double, smallest: Double)
    /// The cells would not fit: how many there would be, how many there may be, and the extent in metres.
    case tooManyCells(cells: Double, limit: Int, cellSize: Double, width: Double, height: Double)
    /// More pairs of a place and something found near it than an answer may list: the limit.
    case tooManyPairs(limit: Int)
    /// The period ends before it begins, or is empty.
    case emptyPeriod(from: String, until: String)
    /// An exposure that cannot be used, and why.
    case noExposure(String, reason: String)
    /// Every severity, or every incident, has a weight of 0.
    case noWeight
    /// A boundary that encloses nothing: its name.
    case boundaryWithoutArea(String)
    /// A boundary that holds none of the incidents: its name, how many there are, and the box that they are in.
    case boundaryMisses(String, incidents: Int, box: String)
}

extension HotspotError {
    /// The parameter to change.
    public var parameter: String {
        switch self {
        case .outOfRange(let parameter, _), .distanceTooSmall(let parameter, _, _): parameter
        case .tooManyCells: "cell"
        case .tooManyPairs: "within"
        case .emptyPeriod: "since"
        case .boundaryWithoutArea, .boundaryMisses: "boundary"
        case .noExposure: "per"
        case .noWeight: "weights"
        }
    }
}

extension HotspotError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .outOfRange(let parameter, let error): return "\(parameter): \(error)"
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
        case .tooManyPairs(let limit):
            return
                "within reaches so far that the answer would list more than \(limit) pairs of a place and a cell, cluster or peak "
                + "near it; use a smaller distance, larger cells, more incidents for a cluster or a larger bandwidth"
        case .emptyPeriod(let from, let until):
            return "the period from \(from) until \(until) is empty: it must end after it begins"
        case .noWeight: return "weights are 0 for every incident: one severity that occurs has to weigh more"
        case .noExposure(let name, let reason): return "per \(name): \(reason)"
        case .boundaryWithoutArea(let name):
            return "boundary \(name) has no polygon that encloses an area"
        case .boundaryMisses(let name, let incidents, let box):
            return
                "boundary \(name) holds none of the \(incidents) incidents, which lie in \(box) (W,S,E,N): "
                + "give longitude before latitude, or another boundary"
        }
    }
}

extension NumberRange {
    /// Throws unless a parameter's number is in the range.
    func require(_ number: Number, _ parameter: String) throws(HotspotError) {
        do { _ = try checked(number) } catch { throw .outOfRange(parameter: parameter, error) }
    }
}
