import Lettering

/// A label in its place. Positions are pixels of the style in the whole world of a zoom.
struct Label: Sendable {
    var text: String
    /// The place of its paint in the sheet's list of labels.
    var paint: Int
    var x: Double
    var y: Double
    /// Around (x, y).
    var letters: PlacedText
    /// What it keeps free, halo and gap included.
    var boxes: [TextBox]
    /// Around all of ``boxes``.
    var box: TextBox

    init(text: String, paint: Int, x: Double, y: Double, letters: PlacedText, margin: Double, isStraight: Bool) {
        self.text = text
        self.paint = paint
        self.x = x
        self.y = y
        self.letters = letters
        let all = letters.boxes.map { $0.grown(by: margin).moved(x: x, y: y) }
        box = all.reduce(into: .empty) { $0.extend($1) }
        boxes = isStraight ? [box] : all
    }

    /// The same label elsewhere on a world that repeats.
    func moved(x distance: Double) -> Label {
        var label = self
        label.x += distance
        label.box = box.moved(x: distance, y: 0)
        label.boxes = boxes.map { $0.moved(x: distance, y: 0) }
        return label
    }
}

/// A label that would like to be placed.
struct LabelCandidate: Sendable {
    var label: Label
    var priority: Int
    /// Among those of one priority the larger goes first.
    var importance: Double
    var repeatDistance: Double
    /// Where the first choice of its kind stands: of candidates with one home only one is placed.
    var homeX: Double
    var homeY: Double
    /// 0 for the first choice.
    var choice: Int

    /// The order in which places are given; it depends on nothing but the map.
    static func goesFirst(_ a: LabelCandidate, _ b: LabelCandidate) -> Bool {
        if a.priority != b.priority { return a.priority > b.priority }
        if a.importance != b.importance { return a.importance > b.importance }
        if a.homeY != b.homeY { return a.homeY < b.homeY }
        if a.homeX != b.homeX { return a.homeX < b.homeX }
        if a.choice != b.choice { return a.choice < b.choice }
        return a.label.text < b.label.text
    }
}
