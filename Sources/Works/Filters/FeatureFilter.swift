public import Geometry

/// Which features of a reference layer somebody asks for; the default matches every one.
public struct FeatureFilter: Hashable, Sendable {
    /// Features whose geometry intersects this box, and features without a geometry.
    public var bounds: Bounds?
    public var expression: FilterExpression?
    /// Only features with these numbers, ascending, where they are known: they are looked up and nothing else is.
    public var numbers: [Int64]?

    public init(bounds: Bounds? = nil, expression: FilterExpression? = nil) {
        self.bounds = bounds
        self.expression = expression
    }

    /// A filter that matches every feature.
    public static let all = FeatureFilter()

    /// The smallest box known in which all features are that can match and have a geometry; nil if that is the world.
    public var searchBounds: Bounds? { .smaller(bounds, expression?.normalized.necessaryBounds) }

    /// Whether a feature matches: the meaning of the filter, which the database's SQL has to agree with.
    public func matches(_ feature: ReferenceFeature, relate: SpatialJudge = { _, _, _ in nil }) -> Bool {
        if let bounds, let geometry = feature.geometry, !bounds.intersects(geometry) { return false }
        return expression.map { $0.truth(of: feature.filterValue, relate: relate) == true } ?? true
    }
}
