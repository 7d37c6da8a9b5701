import Geometry
import Works

/// Findings about the rows of a file, made before they are imported.
struct RowSurvey {
    /// The moments of the lists that the file holds.
    var moments: Set<Instant> = []
    /// For each id the number of the row with the richest geometry.
    private(set) var richest: [String: Int] = [:]
    private var ranks: [String: Int] = [:]

    /// Notes a row of an id: areas are richer than lines, lines than points, any geometry than none; among equals the first counts.
    mutating func note(_ id: String, _ row: Int, _ geometry: Geometry?) {
        let rank = geometry.map(Self.rank) ?? 0
        if let known = ranks[id], known >= rank { return }
        ranks[id] = rank
        richest[id] = row
    }

    private static func rank(_ geometry: Geometry) -> Int {
        switch geometry {
        case .point: 1
        case .multiPoint: 2
        case .lineString, .multiLineString: 3
        case .polygon, .multiPolygon: 4
        case .geometryCollection(let members): members.map(rank).max() ?? 0
        }
    }
}

/// One of the lists that a file holds: the rows that were observed at one moment.
struct ListOfSeries: Hashable, Sendable {
    var moment: Instant
    /// True for the oldest, with which rows are refused that belong to none.
    var isFirst: Bool

    /// Lists of one file, at most: the file is read once for each.
    static let limit = 1000
}

extension ImportPart {
    /// The part as it is, or, if its mapping says that a file holds several lists, a part for each list in the order of time.
    ///
    /// - Throws: ``InputError`` for standard input and for too many lists, and what reading throws.
    func lists(file: String) throws -> [ImportPart] {
        guard let mapping, case .series = mapping.observedAt else { return [self] }
        guard file != "-" else {
            throw InputError(
                file: file, "a file of several lists is read several times, which standard input cannot be")
        }
        let layer = layer ?? mapping.layer ?? .works
        let task = ImportDecoder.Task(
            file: file, mapping: mapping, layer: layer, source: "", isStrict: false, isSourceKnown: true, now: .now,
            format: mapping.format, isConverted: isConverted)
        var decoder = ImportDecoder(task, output: HandOver(capacity: 1), survey: RowSurvey())
        _ = try decoder.run(open)
        let moments = (decoder.survey?.moments ?? []).sorted()
        guard moments.count <= ListOfSeries.limit else {
            throw InputError(
                file: file,
                "holds \(moments.count) lists by the time in its rows, more than \(ListOfSeries.limit); cut it into several files"
            )
        }
        guard !moments.isEmpty else { return [self] }
        return moments.enumerated().map { index, moment in
            var part = self
            part.list = ListOfSeries(moment: moment, isFirst: index == 0)
            return part
        }
    }
}
