public import Geometry
public import Works

/// Content of a file, as its first rows show it.
public struct FileDescription: Sendable {
    public var file: String
    /// `csv`, `json`, or features that another program made.
    public var format: String
    public var isPacked: Bool
    public var encoding: String
    /// Character between the fields of CSV.
    public var delimiter: String?
    /// Rows that were read.
    public var rows: Int
    /// True if the file ended before a limit did.
    public var isWhole: Bool
    /// Share of the file's bytes that were read, if that is known.
    public var share: Double?
    public var columns: [ColumnDescription]
    public var place: PlaceGuess
    public var bounds: Bounds?
    /// Features by kind of geometry, and those without one.
    public var geometryKinds: [String: Int]
    public var withoutGeometry: Int
    /// Zone of the place, if times without an offset need one.
    public var zone: String?
    public var needsZone: Bool
    /// Columns that could name a work, the best first.
    public var ids: [String]
    /// Members of the feature collection that have a value, as paths.
    public var members: [String]
    public var notes: [String]
    /// Path to the rows in a document, if they lie deeper than its top.
    public var records: String?
    /// Paths to lists in a document that looks like one row.
    var lists: [String]

    /// A column by its name.
    public func column(_ name: String) -> ColumnDescription? { columns.first { $0.name == name } }

    init(_ survey: SurveyedRows) {
        file = survey.file
        format = survey.format
        isPacked = survey.isPacked
        encoding = survey.encoding
        delimiter = survey.delimiter.map { $0 == 9 ? "tab" : String(decoding: [$0], as: UTF8.self) }
        rows = survey.count
        isWhole = !survey.isCut
        share = survey.share
        columns = survey.columns.map { ColumnDescription($0, rows: survey.count) }
        let search = PlaceSearch(columns: survey.columns, geometries: survey.geometries)
        place = search.guess
        bounds = search.bounds(of: place)
        geometryKinds = survey.geometries.kinds
        withoutGeometry = survey.geometries.missing
        members = survey.members.filter { $0.value.string != nil }.map(\.name)
        notes = []
        lists = survey.lists
        needsZone = columns.contains { $0.time.map { !$0.hasZone } ?? false }
        if needsZone, let centre = search.centre(of: place) { zone = ZoneGuess.zone(at: centre) }
        ids = Self.ids(columns)
        // The order of day and month follows the continent where the values leave it open.
        let settled = Set(columns.compactMap { $0.time.flatMap { $0.otherOrder == nil ? $0.formats.first : nil } })
        for index in columns.indices {
            // Another column of the same form leaves no doubt.
            if let format = columns[index].time?.formats.first, settled.contains(format) {
                columns[index].time?.otherOrder = nil
            }
            guard let time = columns[index].time, let other = time.otherOrder, let bounds else { continue }
            let isAmerican = bounds.west < -30
            if time.formats[0].contains("%m/%d") != isAmerican, !time.formats[0].contains(".") {
                columns[index].time?.formats[0] = other
                columns[index].time?.otherOrder = time.formats[0]
            }
        }
        if survey.faults.count > 0 {
            notes.append(
                "\(survey.faults.count) rows cannot be read and would be refused; the first is in line \(survey.faults.line): \(survey.faults.first)"
            )
        }
        if survey.leftOut > 0 { notes.append("only the first \(survey.limits.columns) columns were looked at") }
    }

    /// Columns whose values are all different and none of them missing, by how well their names fit.
    private static func ids(_ columns: [ColumnDescription]) -> [String] {
        columns.compactMap { column -> (name: String, rank: Int)? in
            guard column.isUnique, column.fill > 0.98, column.time == nil, column.kind != .geometry,
                column.longest <= 100, !column.looksPersonal,
                !column.samples.contains(where: { $0.value.hasPrefix("http") })
            else { return nil }
            let name = FoldedText(column.name, isName: true)
            var rank = name.match(FieldWords.ids) * 4
            if column.name == ColumnReference.featureID { rank = 12 }
            if rank == 0, column.kind == .text, column.samples.contains(where: { $0.value.contains(" ") }) {
                return nil
            }
            if rank == 0, column.kind == .number, column.hasFractions { return nil }
            // Numbers that a program gave to rows change from file to file.
            if name.match(["objectid", "fid_", "gid_", "rownum", "row_", "ogc fid", "index_"]) > 0 { rank = 2 }
            if column.countsRows { rank = 1 }
            return (column.name, rank)
        }.sorted { $0.rank > $1.rank }.map(\.name)
    }
}

/// One column, as the first rows of its file show it.
public struct ColumnDescription: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case empty, number, text, time, boolean, geometry
    }

    public var name: String
    /// Rows with a value, and their share of all.
    public var filled: Int
    public var fill: Double
    public var kind: Kind
    /// Number of different values; more than that if ``isExact`` is false.
    public var distinct: Int
    public var isExact: Bool
    /// The most frequent values.
    public var samples: [(value: String, count: Int)]
    /// Lowest and highest number.
    public var range: ClosedRange<Double>?
    public var hasFractions: Bool
    public var time: TimeGuess?
    /// Parts of values that look personal, by sort, and whether the name of the column does.
    public var personal: [PersonalValue: Int]
    public var isNamedPersonal: Bool
    public var isUnique: Bool
    /// True if values are GeoJSON geometries beside that of the feature.
    public var holdsGeometry: Bool
    public var countsRows: Bool
    /// Characters of the longest value that was looked at.
    public var longest: Int
    /// All values that were counted, the most frequent first.
    var values: [(value: String, count: Int)]

    public var looksPersonal: Bool { isNamedPersonal || !personal.isEmpty }

    private static let sampleCount = 3

    init(_ profile: ColumnProfile, rows: Int) {
        name = profile.name
        filled = profile.rows
        fill = rows > 0 ? Double(profile.rows) / Double(rows) : 0
        distinct = profile.distinct
        isExact = profile.isComplete
        var places: [String: Int] = [:]
        for (index, value) in profile.order.enumerated() { places[value] = index }
        values = profile.counts.map { (value: $0.key, count: $0.value) }.sorted {
            ($1.count, places[$0.value] ?? 0) < ($0.count, places[$1.value] ?? 0)
        }
        samples = Array(values.prefix(Self.sampleCount))
        range = profile.numbers > 0 && profile.lowest <= profile.highest ? profile.lowest...profile.highest : nil
        hasFractions = profile.order.contains { PlaceSearch.number($0).map { $0 != $0.rounded() } ?? false }
        isUnique = profile.isUnique
        holdsGeometry = profile.holdsGeometry
        countsRows = profile.countsRows
        longest = profile.order.map(\.count).max() ?? 0
        let folded = FoldedText(profile.name, isName: true)
        time = TimeGuess(values.map { (text: $0.value, count: $0.count) }, isNamed: folded.match(FieldWords.times) > 0)
        isNamedPersonal = PersonalValue.isNamed(byColumn: profile.name)
        personal = [:]
        let truths: Set<String> = [
            "true", "false", "yes", "no", "y", "n", "t", "f", "да", "нет", "ja", "nein", "si", "sí", "0", "1",
        ]
        if profile.rows == 0 {
            kind = .empty
        } else if profile.holdsGeometry || PlaceSearch.isGeometry(profile) {
            kind = .geometry
        } else if time != nil {
            kind = .time
        } else if isExact, distinct <= 2, profile.order.allSatisfy({ truths.contains($0.lowercased()) }),
            Set(profile.order) != ["1"], Set(profile.order) != ["0"]
        {
            kind = .boolean
        } else if profile.numbers * 20 >= profile.rows * 19 {
            kind = .number
        } else {
            kind = .text
        }
        guard kind == .text || kind == .number else { return }
        for value in profile.order {
            // Ten digits alone are a number of a case as well as of a telephone: in a column of numbers its name decides.
            guard kind == .text else { break }
            for finding in PersonalValue.findings(in: value) where finding.value != .entrepreneur {
                personal[finding.value, default: 0] += 1
            }
        }
        // One value among many that reads like a name is a street or a firm.
        if let names = personal[.name], longest <= 80, names * 50 < profile.order.count { personal[.name] = nil }
    }
}
