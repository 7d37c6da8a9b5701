import Geometry

/// A file for a works layer, without a mapping, of which no column is one of ours.
struct UnknownColumns: Error, Hashable, CustomStringConvertible {
    var file: String
    var columns: [String]
    /// The shipped mapping that fits best.
    var nearest: String?

    private static let shown = 40

    var description: String {
        let more = columns.count > Self.shown ? " and \(columns.count - Self.shown) more" : ""
        let advice =
            nearest.map { "the mapping \($0) seems to be for it: --mapping \($0)" }
            ?? "name a mapping with --mapping, or have one suggested: worksmap import --suggest-mapping \(file)"
        return
            "\(file == "-" ? "standard input" : file): none of its columns is one of ours, so nothing was imported; \(advice). "
            + "Its columns are \(columns.prefix(Self.shown).joined(separator: ", "))\(more)"
    }
}

extension Mapping {
    /// Columns without which a file is not of this mapping.
    private var needed: [String] { columns.filter { !$0.isOptional }.map(\.name) }

    /// The properties of works that only columns of our own name say.
    private static let ownNames = Set(MappedField.allCases.filter { $0.isOfWork || $0.isOfReference }.map(\.rawValue))

    /// True if names can be the header of a file of this mapping: all columns are there that must be, or some of ours.
    func recognises(header: [String]) -> Bool {
        let header = Set(header)
        // One word alone may stand in any line.
        if hasOwnNames { return header.intersection(Self.ownNames).count > 1 }
        let shapes = variants.map(\.needs) + [needed]
        // A mapping that needs nothing has no doubt about any header.
        return shapes.contains { $0.allSatisfy(header.contains) }
    }

    /// True if a feature has a property of ours, or nothing but an id.
    func recognises(_ feature: GeoJSONFeature) -> Bool {
        if feature.properties.isEmpty { return true }
        return feature.properties.contains { Self.ownNames.contains($0.name) }
    }

    /// - Throws: ``UnknownColumns`` if none of the columns is one of ours.
    func requireOwn(among columns: some Sequence<String>, file: String) throws {
        guard !columns.contains(where: { Self.ownNames.contains(CSVWriter.unguarded($0)) }) else { return }
        throw UnknownColumns(file: file, columns: Array(columns))
    }

    /// Share of the columns of a mapping that a file has, 0…1; 0 if one is missing that it must have.
    func fit(of columns: Set<String>) -> Double {
        guard !needed.isEmpty, needed.allSatisfy(columns.contains) else {
            return variants.map { $0.mapping.fit(of: columns) }.max() ?? 0
        }
        let named = self.columns.map(\.name).filter { !$0.hasPrefix("@") && !$0.contains(".") }
        return Double(named.count(where: columns.contains)) / Double(max(named.count, 1))
    }
}

extension MappingLibrary {
    /// The mapping that fits a file of these columns best; nil if none does.
    func nearest(to columns: [String]) -> String? {
        let present = Set(columns)
        let fits = names.compactMap { name in
            (try? mapping(name)).map { (name: name, fit: $0.fit(of: present), columns: $0.columns.count) }
        }
        return fits.filter { $0.fit > 0 && $0.columns > 3 }.max { ($0.fit, $0.columns) < ($1.fit, $1.columns) }?.name
    }
}

extension CSVReader {
    /// Remarks on the header, for the user.
    var notes: [String] {
        var notes: [String] = []
        for column in renamed where !column.from.isEmpty {
            notes.append(
                "the header has the column \(column.from) more than once; the further one is called \(column.to)")
        }
        if skippedLines > (hasSeparatorLine ? 1 : 0) {
            notes.append(
                "the header is in line \(skippedLines + 1); what stands before it is not read (`header_row` says otherwise)"
            )
        }
        return notes
    }
}
