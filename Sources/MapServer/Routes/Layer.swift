import Interchange
import Works

/// A layer that the service publishes: all works, the works of one kind, or what they are seen against.
struct Layer: Hashable, Sendable {
    let export: ExportLayer

    init(_ export: ExportLayer) {
        self.export = export
    }

    /// The layers that can be had whole.
    static let downloads = ExportLayer.allCases.map(Layer.init)

    /// The layers with features of their own address; the basemap is for pictures, and for the whole-layer download.
    static let collections = downloads.filter { $0.export != .reference(.basemap) }

    /// The name in addresses.
    var name: String { export.rawValue }

    /// The reference layer, or nil if this one is of works.
    var reference: ReferenceLayer? {
        if case .reference(let layer) = export { layer } else { nil }
    }
}
