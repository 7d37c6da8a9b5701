import Geometry
import TimeBudgets
import Works

/// The features of one reference layer, in the order of the Hilbert curve.
struct ReferenceShelf: Sendable {
    /// Numbers in ``classes``.
    var classCode: [UInt16]
    /// Numbers in ``kinds``.
    var kindCode: [UInt16]
    /// Numbers in ``names``; ``Traits/absent`` if the feature has none.
    var name: [UInt32]
    /// Numbers in ``details``, see ``FeatureDetail``; ``Traits/absent`` if the feature has none.
    var detail: [UInt32]
    let geometry: ShapeGeometry
    let tree: PackedTree
    let classes: TextTable
    /// What features are drawn by, each combination once.
    let kinds: ReferenceKinds
    let names: TextTable
    let details: TextTable
    /// What names are written along.
    let lines: JoinedLines

    static let empty = ReferenceShelf(
        classCode: [], kindCode: [], name: [], detail: [], geometry: ShapeGeometry(), classes: TextTable(),
        kinds: ReferenceKinds(), names: TextTable(), details: TextTable())

    init(
        classCode: [UInt16], kindCode: [UInt16], name: [UInt32], detail: [UInt32], geometry: ShapeGeometry,
        classes: TextTable, kinds: ReferenceKinds, names: TextTable, details: TextTable
    ) {
        let order = ShapeShelf.order(geometry.box)
        self.classCode = order.map { classCode[Int($0)] }
        self.kindCode = order.map { kindCode[Int($0)] }
        self.name = order.map { name[Int($0)] }
        self.detail = order.map { detail[Int($0)] }
        let arranged = geometry.arranged(order)
        self.geometry = arranged
        self.classes = classes
        self.kinds = kinds
        self.names = names
        self.details = details
        lines = JoinedLines(joining: arranged, name: self.name, classCode: self.classCode)
        tree = PackedTree(count: arranged.count, fanOut: ShapeShelf.fanOut) { arranged.box[$0] }
    }

    var count: Int { geometry.count }
    var bytes: Int {
        geometry.bytes + tree.bytes + lines.bytes + count * 12 + classes.bytes + names.bytes + details.bytes
    }

    /// Reads a whole layer from the store.
    static func load(_ layer: ReferenceLayer, from store: any WorksStore) throws -> ReferenceShelf {
        var geometry = ShapeGeometry()
        var classes = TextTable()
        var names = TextTable()
        var details = TextTable()
        var kinds = ReferenceKinds()
        var classCode: [UInt16] = []
        var kindCode: [UInt16] = []
        var name: [UInt32] = []
        var detail: [UInt32] = []
        let intake = GeometryIntake()
        try store.forEachFeature(in: layer, bounds: nil, after: nil, limit: nil, budget: .unlimited) { _, feature in
            guard let shape = feature.geometry else { return }
            switch intake.take(shape, into: &geometry) {
            case .empty: return
            case .point(let position):
                geometry.add(position.x, position.y, first: geometry.x.count)
                geometry.endPart(.point)
                guard geometry.endFeature() else { return }
            case .shape: break
            }
            let code = classes.number(of: feature.featureClass ?? "")
            classCode.append(UInt16(min(code, UInt32(UInt16.max))))
            kindCode.append(kinds.code(of: feature.featureClass ?? "", Structure(of: feature)))
            name.append(feature.name.map { names.number(of: $0) } ?? Traits.absent)
            detail.append(FeatureDetail.text(of: feature).map { details.number(of: $0) } ?? Traits.absent)
        }
        return ReferenceShelf(
            classCode: classCode, kindCode: kindCode, name: name, detail: detail, geometry: geometry, classes: classes,
            kinds: kinds, names: names, details: details)
    }
}
