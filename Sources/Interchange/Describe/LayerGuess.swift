import Works

/// The layer that a file's rows belong to, guessed by its name, its columns and the kind of its geometries.
struct LayerGuess {
    let file: FileDescription

    init(_ file: FileDescription) { self.file = file }

    var guess: (layer: ImportLayer, reason: String) {
        let name = FoldedText(InputFile.stem(of: file.file), isName: true)
        let columns = file.columns.map { FoldedText($0.name, isName: true) }
        func score(_ words: [String]) -> Int {
            let inColumns = columns.count { $0.match(words) > 0 }
            return (name.match(words) > 0 ? 3 : 0) + min(inColumns, 2)
        }
        let hasTimes = file.columns.contains { column in
            column.time != nil && FoldedText(column.name, isName: true).match(FieldWords.changed) == 0
        }
        let hasStatus = columns.contains { $0.match(["status", "статус", "состояни", "estado"]) > 0 }
        if !hasTimes, !hasStatus || file.geometryKinds["point"] == nil, let reference = reference(score) {
            return reference
        }
        let repairs = score(LayerWords.repairs), outages = score(LayerWords.outages),
            hazards = score(LayerWords.hazards)
        // Estimates of restoration and numbers of customers stand in lists of outages alone.
        let telling = columns.count { $0.match(LayerWords.outageColumns) > 0 }
        if telling >= 2, repairs < 3 {
            return (.outages, "columns speak of restoration and of customers without supply")
        }
        if outages > max(repairs, hazards), outages >= 3 { return (.outages, "names speak of outages") }
        if repairs > max(outages, hazards), repairs >= 3 { return (.roadRepairs, "names speak of works in streets") }
        return (.works, "several kinds, row by row; or name one: road_repairs, outages, hazards")
    }

    private func reference(_ score: ([String]) -> Int) -> (layer: ImportLayer, reason: String)? {
        let total = file.geometryKinds.values.reduce(0, +)
        func most(_ kind: String) -> Bool { total > 0 && file.geometryKinds[kind, default: 0] * 2 > total }
        if score(LayerWords.schools) >= 3 {
            return (.reference(.schools), "names speak of schools, and there are no dates")
        }
        if most("area") {
            return score(LayerWords.districts) >= 3
                ? (.reference(.districts), "areas without dates whose names speak of districts")
                : (.reference(.basemap), "areas without dates; or districts")
        }
        if most("line") {
            return (.reference(.roads), "lines without dates; or basemap")
        }
        return nil
    }
}
