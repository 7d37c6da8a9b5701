import Geometry
import Synchronization
import TimeBudgets
import Works

/// The first view of the city's map, kept for a while: it follows from all works, and need not follow each of them at once.
///
/// A class, because all requests share what was worked out last.
final class FirstView: Sendable {
    /// Seconds after which a change of the works counts.
    private static let lifetime: Int64 = 600

    private struct Known {
        var view: CityView
        var revision: StoreRevision
        var bounds: Bounds?
        var madeAt: Instant
    }

    private let known = Mutex<Known?>(nil)

    /// - Throws: `StoreError`, `TimeBudgetError`.
    func view(_ store: any WorksStore, _ facts: CityFacts, at now: Instant, budget: TimeBudget) throws -> CityView {
        let revision = try store.revision()
        if let last = known.withLock({ $0 }), last.bounds == facts.bounds, last.view != .world,
            last.revision == revision
                || last.revision.layers == revision.layers && (0..<Self.lifetime).contains(now - last.madeAt)
        {
            return last.view
        }
        let view = try store.cityView(at: now, budget: budget)
        known.withLock { $0 = Known(view: view, revision: revision, bounds: facts.bounds, madeAt: now) }
        return view
    }
}
