import Geometry
public import Works

extension Importer {
    /// Imports a file of any format: those that we read ourselves, and all that GDAL reads.
    ///
    /// An OpenStreetMap extract may fill several layers at once; a basemap of it brings its streets too. All of it is one transaction.
    ///
    /// - Parameters:
    ///   - layer: Where its rows go; the mapping's layer if nil.
    ///   - also: Further layers that an extract fills in the same go.
    ///   - mapping: How its columns become our properties. Without one an extract is read by the mappings `osm-…`.
    ///   - mappings: Where those are found.
    ///   - adminLevel: Which `admin_level` of an extract districts are of; the one that cuts the city into the most parts if nil.
    /// - Returns: A report for each layer.
    /// - Throws: As ``importFile(_:as:mapping:progress:)``.
    public func importFile(
        _ path: String, as layer: ImportLayer?, also: [ReferenceLayer], mapping: Mapping?, mappings: MappingLibrary,
        conversion: Conversion, adminLevel: Int? = nil, progress: (ImportProgress) -> Void = { _ in }
    ) throws -> [ImportReport] {
        try UnreadFormat.check(path)
        let isOwn = mapping.map { $0.format == .xml || !$0.records.isEmpty } ?? false
        let format = isOwn && !(path.lowercased().hasSuffix(".zip")) ? nil : ForeignFormat.of(path)
        guard also.isEmpty || format?.isOpenStreetMap ?? false else {
            throw InputError(file: path, "only an OpenStreetMap extract fills several layers at once; leave out --also")
        }
        do {
            return try importFile(
                path, format, as: layer, also: also, mapping: mapping, mappings: mappings, conversion: conversion,
                adminLevel: adminLevel, progress: progress)
        } catch var unknown as UnknownColumns {
            unknown.nearest = mappings.nearest(to: unknown.columns)
            throw unknown
        }
    }

    private func importFile(
        _ path: String, _ format: ForeignFormat?, as layer: ImportLayer?, also: [ReferenceLayer], mapping: Mapping?,
        mappings: MappingLibrary, conversion: Conversion, adminLevel: Int?, progress: (ImportProgress) -> Void
    ) throws -> [ImportReport] {
        guard let format else { return [try importFile(path, as: layer, mapping: mapping, progress: progress)] }
        let encoding = mapping?.encoding
        if format.isArchive,
            let own = try OwnArchive(path, chosen: conversion.layer, limit: conversion.limits.output << 20)
        {
            let report = try importBytes(named: path, as: layer, mapping: mapping, progress: progress) {
                try own.open(encoding: encoding)
            }
            return [report]
        }
        guard format.isOpenStreetMap else {
            let losses = ConversionLosses()
            let stated = conversion.crs ?? mapping?.crs
            var part = ImportPart(layer: layer, mapping: mapping?.withoutCRS, isConverted: true) {
                try conversion.features(of: path, format, encoding: encoding, crs: stated, losses: losses)
            }
            part.notes = { losses.notes }
            do { return try importParts([part], named: path, progress: progress) } catch let error as OutsideProjection
            {
                // GDAL leaves no feature out: read as they are, those outside are refused one by one.
                guard let crs = try stated ?? conversion.code(of: path, format) else { throw error.fault }
                part.crs = crs
                part.open = {
                    try conversion.features(
                        of: path, format, encoding: encoding, asTheyAre: true, losses: losses)
                }
                return try importParts([part], named: path, progress: progress)
            }
        }
        let parts = try objectParts(
            of: path, format, as: layer, also: also, mapping: mapping, mappings: mappings, conversion: conversion,
            adminLevel: adminLevel)
        var reports = try importParts(parts, named: path, progress: progress)
        if reports.allSatisfy({ $0.read == 0 }) {
            throw InputError(file: path, "the extract has no objects with tags and a place; nothing was imported")
        }
        for index in reports.indices where reports[index].read == reports[index].skipped {
            reports[index].notes.append("nothing in the extract belongs to the layer \(reports[index].layer.rawValue)")
        }
        return reports
    }

    private func objectParts(
        of path: String, _ format: ForeignFormat, as layer: ImportLayer?, also: [ReferenceLayer], mapping: Mapping?,
        mappings: MappingLibrary, conversion: Conversion, adminLevel: Int?
    ) throws -> [ImportPart] {
        func part(_ layer: ImportLayer?, _ mapping: Mapping, _ objects: [String]) -> ImportPart {
            let tags = mapping.tags
            let losses = ConversionLosses()
            var part = ImportPart(layer: layer, mapping: mapping, isConverted: true) {
                try conversion.objects(of: path, format, tags: tags, layers: objects, losses: losses)
            }
            part.notes = { losses.notes }
            return part
        }
        if let mapping {
            guard also.isEmpty else {
                throw InputError(file: path, "--mapping makes one layer of an extract; leave out --also")
            }
            return [part(layer, mapping, OSMObjects.all)]
        }
        guard let reference = layer?.reference else {
            throw InputError(
                file: path,
                "an OpenStreetMap extract holds no works; import it as basemap, roads, schools or districts, or say with --mapping what works are in it"
            )
        }
        var wanted: [OSMObjects.Part] = []
        for layer in [reference] + also {
            for part in OSMObjects.parts(of: layer) where !wanted.contains(part) { wanted.append(part) }
        }
        let sea = wanted.contains { $0.layer == .basemap } ? try seaPart(of: path, format, conversion) : nil
        return try (sea.map { [$0] } ?? [])
            + wanted.map { wanted in
                var mapping = try mappings.mapping(wanted.mapping)
                if wanted.layer == .districts {
                    let levels = try AdminLevels(of: path, format, conversion)
                    guard let level = adminLevel ?? levels.most else {
                        return part(.reference(wanted.layer), mapping, wanted.objects)
                    }
                    mapping.require("admin_level", "\(level)")
                    var part = part(.reference(wanted.layer), mapping, wanted.objects)
                    let note = levels.note(chosen: level)
                    part.notes = { [note] }
                    return part
                }
                return part(.reference(wanted.layer), mapping, wanted.objects)
            }
    }

    /// The sea of an extract as features of the basemap, under the objects that lie in it; nil if there is no coast.
    private func seaPart(of path: String, _ format: ForeignFormat, _ conversion: Conversion) throws -> ImportPart? {
        var coasts: [[Coordinate]] = []
        let source = try conversion.objects(of: path, format, tags: ["natural"], layers: ["lines"])
        try source.forEachFeature { feature in
            guard feature.properties["natural"]?.string == "coastline", case .lineString(let line)? = feature.geometry
            else { return }
            coasts.append(line)
        }
        guard !coasts.isEmpty, let frame = try conversion.frame(of: path, format) else { return nil }
        let sea = Sea(coasts: coasts, frame: frame)
        var json = JSONWriter()
        for (index, area) in sea.areas.enumerated() {
            json.beginObject()
            json.key("type")
            json.string("Feature")
            json.key("properties")
            json.beginObject()
            json.key("id")
            json.string("sea-\(index + 1)")
            json.key("class")
            json.string("water")
            json.endObject()
            json.key("geometry")
            json.geometry(.polygon(area))
            json.endObject()
        }
        let bytes = json.bytes
        var mapping = Mapping.ownNames(layer: .reference(.basemap))
        mapping.source = "openstreetmap"
        var part = ImportPart(layer: .reference(.basemap), mapping: mapping, isConverted: true) {
            PeekableSource(MemorySource(name: path, bytes))
        }
        if sea.isBroken {
            part.notes = {
                ["the coast in the extract is not whole, so its sea is left out; an extract of complete ways has it"]
            }
        }
        return part
    }
}

extension PeekableSource {
    /// Calls `body` with each feature of lines of GeoJSON, of which there may be none.
    func forEachFeature(_ body: (GeoJSONFeature) throws -> Void) throws {
        guard try !peek(1).isEmpty else { return }
        var stream = GeoJSONFeatureStream()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var isAtEnd = false
        while !isAtEnd {
            let count = try buffer.withUnsafeMutableBytes { try read(into: $0) }
            isAtEnd = count == 0
            if isAtEnd { stream.finish() } else { stream.feed(buffer[..<count]) }
            while true {
                let item: GeoJSONFeatureStream.Item?
                do throws(GeoJSONError) { item = try stream.next() } catch { throw InputError(file: name, "\(error)") }
                guard let item else { break }
                if case .feature(let feature, _) = item { try body(feature) }
            }
        }
    }
}

extension Mapping {
    /// The mapping for positions that have been moved to WGS 84.
    fileprivate var withoutCRS: Mapping {
        var mapping = self
        mapping.crs = nil
        for index in mapping.variants.indices { mapping.variants[index].mapping.crs = nil }
        return mapping
    }

    /// The keys of objects that the mapping looks at: its columns but for those that every object has.
    var tags: [String] { columns.map(\.name).filter { !$0.hasPrefix("@") && !["osm_id", "osm_way_id"].contains($0) } }

    /// Takes only rows with a value in a column from now on.
    mutating func require(_ column: String, _ value: String) {
        let slot: Int
        if let known = columns.firstIndex(where: { $0.name == column }) {
            slot = known
        } else {
            slot = columns.count
            columns.append(Column(name: column, isOptional: true, isPassedOn: false, line: nil))
        }
        conditions.append(
            Condition(
                column: ColumnReference(name: column, slot: slot), test: .isOneOf(TextTable([(key: value, value: nil)]))
            ))
    }
}
