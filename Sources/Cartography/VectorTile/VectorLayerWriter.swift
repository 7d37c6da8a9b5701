/// Writes one layer of a vector tile.
struct VectorLayerWriter {
    let name: String
    private var features = ProtobufWriter()
    private var feature = ProtobufWriter()
    private var keys: [String] = []
    private var values = ProtobufWriter()
    private var valueCount: UInt32 = 0
    private var known: [String: UInt32] = [:]
    private var knownTruth: UInt32?
    private(set) var count = 0

    init(name: String, keys: [String]) {
        self.name = name
        self.keys = keys
    }

    /// The index of a text among the layer's values, which is added if it is new.
    mutating func value(_ text: String) -> UInt32 {
        if let index = known[text] { return index }
        let index = newValue(text.utf8)
        known[text] = index
        return index
    }

    /// The index of the value true.
    mutating func trueValue() -> UInt32 {
        if let knownTruth { return knownTruth }
        feature.removeAll()
        feature.field(7, varint: 1)
        values.field(4, bytes: feature.bytes)
        valueCount += 1
        knownTruth = valueCount - 1
        return valueCount - 1
    }

    /// Adds a text of which is known that it does not come again.
    mutating func newValue(_ text: some Collection<UInt8>) -> UInt32 {
        feature.removeAll()
        feature.field(1, bytes: text)
        values.field(4, bytes: feature.bytes)
        valueCount += 1
        return valueCount - 1
    }

    /// Adds a feature.
    ///
    /// - Parameter tags: Indices of a key and a value in turn.
    mutating func add(id: UInt64, tags: [UInt32], type: VectorTileGeometry.Kind, geometry: [UInt32]) {
        guard !geometry.isEmpty else { return }
        feature.removeAll()
        feature.field(1, varint: id)
        feature.field(2, packed: tags)
        feature.field(3, varint: UInt64(type.rawValue))
        feature.field(4, packed: geometry)
        features.field(2, bytes: feature.bytes)
        count += 1
    }

    /// The layer as a field of a tile; nothing if it has no feature.
    func write(to tile: inout ProtobufWriter) {
        guard count > 0 else { return }
        var layer = ProtobufWriter()
        layer.field(15, varint: 2)
        layer.field(1, bytes: name.utf8)
        var tail = ProtobufWriter()
        for key in keys { tail.field(3, bytes: key.utf8) }
        var end = ProtobufWriter()
        end.field(5, varint: UInt64(VectorTile.extent))
        tile.field(3, bytes: layer.bytes + features.bytes + tail.bytes + values.bytes + end.bytes)
    }
}
