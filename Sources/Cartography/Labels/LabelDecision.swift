import Lettering

/// Gives places to labels, the most important first.
enum LabelDecision {
    /// - Parameters:
    ///   - candidates: All that are decided by the patch.
    ///   - before: The labels that are there already.
    static func labels(of patch: LabelPatch, _ candidates: [LabelCandidate], after before: [Label]) -> [Label] {
        guard !candidates.isEmpty else { return [] }
        let region = patch.regions.reduce(into: TextBox.empty) { $0.extend($1) }.grown(by: LabelPatch.reach)
        var grid = CollisionGrid(region)
        var places: [String: [SIMD2<Double>]] = [:]
        for label in before where label.box.intersects(region) {
            for box in label.boxes { grid.take(box) }
            places[label.text, default: []].append(SIMD2(label.x, label.y))
        }
        var homes: Set<SIMD2<Double>> = []
        var labels: [Label] = []
        for candidate in candidates.sorted(by: LabelCandidate.goesFirst) {
            let label = candidate.label
            let home = SIMD2(candidate.homeX, candidate.homeY)
            guard candidate.choice == 0 || !homes.contains(home) else { continue }
            // Places along one line are chosen further apart than what bends and parallel carriageways may bring together.
            let distance = candidate.repeatDistance * 0.7
            let here = SIMD2(label.x, label.y)
            if distance > 0, let others = places[label.text] {
                let isRepeated = others.contains { (($0 - here) * ($0 - here)).sum() < distance * distance }
                if isRepeated { continue }
            }
            guard label.boxes.allSatisfy(grid.isFree) else { continue }
            for box in label.boxes { grid.take(box) }
            places[label.text, default: []].append(here)
            homes.insert(home)
            labels.append(label)
        }
        return labels
    }
}
