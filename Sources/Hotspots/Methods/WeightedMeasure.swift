/// Measure that methods count: incidents, or their weights (equivalent property damage only and the like).
///
/// A sum of weights is compared with chance as the number of incidents of one common weight that varies as much: *w̃* = Σ*w*² / Σ*w* (G. Bohm and
/// G. Zech, "Statistics of weighted Poisson events", *Nucl. Instrum. Methods A* 748, 2014).
struct WeightedMeasure: Hashable, Sendable {
    /// *w̃*; 1 for incidents.
    var unit = 1.0
    /// Mean weight of an incident.
    var mean = 1.0
    var isWeighted = false

    init() {}

    /// - Parameter weights: Of the incidents used; one is above 0, unless there are none.
    init(_ weights: [Double]) {
        let sum = weights.sum { $0 }
        guard sum > 0 else { return }
        unit = weights.sum { $0 * $0 } / sum
        mean = sum / Double(weights.count)
        isWeighted = true
    }

    /// Exposure of a place.
    func value(_ count: PlaceCount) -> Double { isWeighted ? count.weighted : Double(count.incidents) }
}
