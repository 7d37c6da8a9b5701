import Glibc
import Lettering
import TimeBudgets
import Works

/// Finds the labels that a part of the world could bear.
struct LabelSurvey {
    let snapshot: Snapshot
    let sheet: LabelSheet
    let fonts: FontSet
    let budget: TimeBudget

    /// Pixels that a label of a point or an area may lie from it.
    private static let farthest = 96.0

    /// The candidates whose decision is this patch's.
    func candidates(of patch: LabelPatch) throws -> [LabelCandidate] {
        var found: [LabelCandidate] = []
        for region in patch.regions {
            for (index, entry) in sheet.entries.enumerated() {
                if entry.paint.field == .housenumber, patch.kind != .interior { continue }
                for offset in sheet.offsets(of: region) {
                    var search = Search(survey: self, entry: entry, index: index, region: region, offset: offset)
                    try search.run(patch, into: &found)
                }
            }
        }
        return found
    }

    /// One paint in one region on one repetition of the world.
    private struct Search {
        let survey: LabelSurvey
        let entry: LabelSheet.Entry
        let index: Int
        let region: TextBox
        /// Pixels by which this repetition of the world is moved.
        let offset: Double
        let size: Double
        let margin: Double
        private let fonts: FontStack

        init(survey: LabelSurvey, entry: LabelSheet.Entry, index: Int, region: TextBox, offset: Double) {
            self.survey = survey
            self.entry = entry
            self.index = index
            self.region = region
            self.offset = offset
            size = entry.paint.size.at(survey.sheet.zoom)
            // One pixel more for what smoothing adds around a shape.
            margin = entry.paint.haloWidth.at(survey.sheet.zoom) + entry.paint.gap + 1
            fonts = entry.paint.isBold ? survey.fonts.bold : survey.fonts.regular
        }

        mutating func run(_ patch: LabelPatch, into found: inout [LabelCandidate]) throws {
            let shelf = survey.snapshot.shelf(entry.source)
            let codes = shelf.classes.texts.count
            var classification = Classification(entry.layer)
            classification.prepare(codes: codes, keeps: false)
            let admitted = (0..<codes).map { code in
                classification.admits(code: code, state: 0) { $0 == .featureClass ? shelf.classes.texts[$1] : nil }
            }
            let margin = entry.paint.placement == .line ? 0 : LabelSurvey.farthest
            guard let box = survey.sheet.world(region.grown(by: margin).moved(x: -offset, y: 0)) else { return }
            let isLine = entry.paint.placement == .line
            let geometry = isLine ? shelf.lines.geometry : shelf.geometry
            let tree = isLine ? shelf.lines.tree : shelf.tree
            // Most features have nothing to say; these arrays tell them apart without a detour.
            let classCodes = isLine ? shelf.lines.classCode : shelf.classCode
            let needsDetail = entry.paint.field == .housenumber || !entry.paint.places.isEmpty
            let texts = isLine ? shelf.lines.name : needsDetail ? shelf.detail : shelf.name
            let words = Words(shelf, entry.paint)
            let boxes = geometry.box
            try tree.forEachRun(meeting: box) { rows, inside in
                try survey.budget.check()
                for row in rows where texts[row] != Traits.absent && admitted[Int(classCodes[row])] {
                    guard inside || boxes[row].intersects(box), let text = words.text(of: row) else { continue }
                    if isLine {
                        along(row, geometry, text, patch, &found)
                    } else {
                        straight(row, geometry, text, patch, &found)
                    }
                }
            }
        }

        // MARK: Straight

        private func straight(
            _ row: Int, _ geometry: ShapeGeometry, _ text: String, _ patch: LabelPatch,
            _ found: inout [LabelCandidate]
        ) {
            let parts = geometry.parts(row)
            guard entry.layer.geometry.contains(GeometrySet(geometry.role[parts.lowerBound])) else { return }
            let anchor = geometry.anchor[row]
            let (x, y) = (survey.sheet.pixels(anchor.x) + offset, survey.sheet.pixels(anchor.y))
            guard region.grown(by: LabelSurvey.farthest).contains(x: x, y: y) else { return }
            let letters = block(of: text)
            let box = geometry.box[row]
            let (width, height) = (
                survey.sheet.length(box.maxX - box.minX), survey.sheet.length(box.maxY - box.minY)
            )
            let label = Label(
                text: text, paint: index, x: x, y: y, letters: letters, margin: margin, isStraight: true)
            guard !label.box.isEmpty else { return }
            if entry.paint.placement == .area {
                let (inkWidth, inkHeight) = (label.box.width - 2 * margin, label.box.height - 2 * margin)
                guard width >= inkWidth * entry.paint.fit, height >= inkHeight * entry.paint.fit else { return }
            }
            let home = ((label.box.minX + label.box.maxX) / 2, (label.box.minY + label.box.maxY) / 2)
            guard region.holds(x: home.0, y: home.1), LabelPatch(of: label.box) == patch else { return }
            found.append(
                LabelCandidate(
                    label: label, priority: entry.paint.priority, importance: width + height,
                    repeatDistance: entry.paint.repeatDistance, homeX: home.0, homeY: home.1, choice: 0))
        }

        /// The text in one line or several of nearly equal width.
        private func block(of text: String) -> PlacedText {
            let lines = lines(of: text)
            var block = PlacedText(size: size)
            let leading = size * 1.12
            // Capitals are 0.73 em high: half of that puts their middle on the place.
            let first =
                entry.paint.offset > 0
                ? entry.paint.offset + 0.76 * size
                : 0.365 * size - leading * Double(lines.count - 1) / 2
            for (index, line) in lines.enumerated() {
                let shaped = fonts.shape(line).spaced(by: entry.paint.spacing)
                block.add(shaped, x: -shaped.width * size / 2, y: first + leading * Double(index))
            }
            return block
        }

        private func lines(of text: String) -> [String] {
            func width(_ text: String) -> Double { fonts.shape(text).spaced(by: entry.paint.spacing).width * size }
            let whole = width(text)
            guard entry.paint.wrap > 0, whole > entry.paint.wrap else { return [text] }
            let words = text.split(separator: " ")
            let target = whole / (whole / entry.paint.wrap).rounded(.up)
            var lines: [String] = []
            for word in words {
                if let last = lines.last, width(last + " " + word) <= max(target * 1.15, 1) {
                    lines[lines.count - 1] = last + " " + word
                } else {
                    lines.append(String(word))
                }
            }
            return lines
        }

        // MARK: Along lines

        private func along(
            _ row: Int, _ geometry: ShapeGeometry, _ text: String, _ patch: LabelPatch,
            _ found: inout [LabelCandidate]
        ) {
            let shaped = fonts.shape(text).spaced(by: entry.paint.spacing)
            let width = shaped.width * size
            let box = geometry.box[row]
            // Along the box's sides no line without detours is longer.
            let extent = survey.sheet.length(box.maxX - box.minX) + survey.sheet.length(box.maxY - box.minY)
            guard extent > width * 0.7 else { return }
            for part in geometry.parts(row) {
                let run = geometry.vertices(part)
                var xs: [Double] = []
                var ys: [Double] = []
                for vertex in run where geometry.importance[vertex] <= survey.sheet.importance {
                    xs.append(survey.sheet.pixels(geometry.x[vertex]) + offset)
                    ys.append(survey.sheet.pixels(geometry.y[vertex]))
                }
                let line = TextLine(x: xs, y: ys)
                guard line.length >= width + 6 else { continue }
                let step = entry.paint.repeatDistance
                let count = step > 0 ? max(1, Int((line.length / max(step, width + 6)).rounded(.down))) : 1
                let slot = line.length / Double(count)
                for turn in 0..<count {
                    let middle = (Double(turn) + 0.5) * slot
                    let point = line.point(at: middle)
                    guard region.grown(by: slot / 2).contains(x: point.x, y: point.y) else { continue }
                    choose(line, middle, (slot - width) / 2 - 3, shaped, text, patch, line.length, &found)
                }
            }
        }

        /// The places for one label: in the middle of its stretch of the line, and on both sides if they are decided by the same patch.
        private func choose(
            _ line: TextLine, _ middle: Double, _ room: Double, _ shaped: ShapedText, _ text: String,
            _ patch: LabelPatch, _ importance: Double, _ found: inout [LabelCandidate]
        ) {
            var home: (x: Double, y: Double)?
            var choice = 0
            for shift in [0, 0.45, -0.45, 0.9, -0.9] {
                let at = middle + shift * max(0, min(room, 160))
                let point = line.point(at: at)
                guard
                    let letters = PlacedText(
                        shaped, size: size, along: line, middle: at, drop: size * 0.33, origin: (point.x, point.y))
                else { continue }
                let label = Label(
                    text: text, paint: index, x: point.x, y: point.y, letters: letters, margin: margin,
                    isStraight: false)
                if home == nil {
                    // The first that the line can bear says whose the label is.
                    guard region.holds(x: point.x, y: point.y), LabelPatch(of: label.box) == patch else { return }
                    home = (point.x, point.y)
                }
                guard let home, LabelPatch(of: label.box) == patch else { continue }
                found.append(
                    LabelCandidate(
                        label: label, priority: entry.paint.priority, importance: importance,
                        repeatDistance: entry.paint.repeatDistance, homeX: home.x, homeY: home.y, choice: choice))
                choice += 1
                if room <= 2 { break }
            }
        }
    }
}

/// What a paint writes for each feature of a shelf.
private struct Words {
    let paint: LabelPaint
    let name: [UInt32]
    let detail: [UInt32]
    let names: [String]
    let details: [String]

    init(_ shelf: ReferenceShelf, _ paint: LabelPaint) {
        self.paint = paint
        name = paint.placement == .line ? shelf.lines.name : shelf.name
        detail = paint.placement == .line ? [] : shelf.detail
        names = shelf.names.texts
        details = shelf.details.texts
    }

    /// Nil if nothing is to be written.
    func text(of row: Int) -> String? {
        let detail = detail.isEmpty ? Traits.absent : detail[row]
        if !paint.places.isEmpty {
            guard detail != Traits.absent, paint.places.contains(details[Int(detail)]) else { return nil }
        }
        switch paint.field {
        case .housenumber: return detail == Traits.absent ? nil : details[Int(detail)]
        case .name:
            guard name[row] != Traits.absent else { return nil }
            let text = names[Int(name[row])]
            return text.isEmpty ? nil : paint.isUpperCase ? text.uppercased() : text
        }
    }
}

extension TextBox {
    fileprivate func contains(x: Double, y: Double) -> Bool { x >= minX && x <= maxX && y >= minY && y <= maxY }

    /// The left and the upper edge belong to the box, the others to its neighbours.
    fileprivate func holds(x: Double, y: Double) -> Bool { x >= minX && x < maxX && y >= minY && y < maxY }
}
