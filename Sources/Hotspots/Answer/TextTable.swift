/// A table for a terminal: columns as wide as their widest cell, by what the terminal shows and not by what is stored.
public struct TextTable: Sendable {
    public enum Alignment: Sendable {
        case left
        case right
    }

    public struct Column: Sendable {
        /// May be of several lines; a word may be broken by a hyphen at a line's end.
        public var title: String
        public var alignment: Alignment
        /// Whether cells may be cut when the table is wider than the terminal.
        public var mayShrink: Bool
        /// The place of the column among those that are left out when the table is wider than the terminal, the lowest first. Those
        /// without a place go last, from the right; the first column and those that may shrink stay.
        public var givesWay: Int?

        public init(_ title: String, _ alignment: Alignment = .right, mayShrink: Bool = false, givesWay: Int? = nil) {
            self.title = title
            self.alignment = alignment
            self.mayShrink = mayShrink
            self.givesWay = givesWay
        }

        fileprivate var titleLines: [String] { title.split(separator: "\n").map(String.init) }
    }

    /// How wide a column that may shrink stays while others can give way, and in the end.
    private static let (comfortable, narrowest) = (18, 8)

    public var columns: [Column]
    public var rows: [[String]] = []

    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// One cell for each column. A terminal shows whatever is in them and obeys none of it.
    public mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count)
        rows.append(cells.map { $0.escapedForTerminal() })
    }

    /// The table as lines, each ending in a line feed.
    ///
    /// - Parameter width: How many characters a line may have. Columns that may shrink are cut and others left out until the table
    ///   fits; a line below it names those that are.
    public func text(width: Int? = nil) -> String {
        var widths = columns.indices.map { column in
            (columns[column].titleLines + rows.map { $0[column] }).map(\.terminalWidth).max() ?? 0
        }
        var shown = Array(columns.indices)
        if let width {
            func excess() -> Int { shown.reduce(-2) { $0 + widths[$1] + 2 } - width }
            func shrink(to least: Int) {
                for column in shown where columns[column].mayShrink && excess() > 0 {
                    widths[column] -= min(excess(), max(0, widths[column] - least))
                }
            }
            shrink(to: Self.comfortable)
            let yielding = shown.dropFirst().filter { !columns[$0].mayShrink }
                .sorted { (columns[$0].givesWay ?? .max, -$0) < (columns[$1].givesWay ?? .max, -$1) }
            for column in yielding where excess() > 0 { shown.removeAll { $0 == column } }
            shrink(to: Self.narrowest)
        }
        func line(_ cells: [String]) -> String {
            let padded = shown.map { column in
                let cell = cells[column].cut(toTerminalWidth: widths[column])
                let space = String(repeating: " ", count: widths[column] - cell.terminalWidth)
                return columns[column].alignment == .left ? cell + space : space + cell
            }
            var line = padded.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }
        let titles = columns.map(\.titleLines)
        let height = shown.map { titles[$0].count }.max() ?? 0
        // Titles stand on the rule, however many lines they have.
        let head = (0..<height).map { row in
            line(titles.map { $0.count + row >= height ? $0[$0.count + row - height] : "" })
        }
        let rule = shown.map { String(repeating: "─", count: widths[$0]) }.joined(separator: "  ") + "\n"
        let missing = columns.indices.filter { !shown.contains($0) }.map { column in
            titles[column].joined(separator: " ").replacing("- ", with: "")
        }
        let note = missing.isEmpty ? "" : "The terminal is too narrow for: \(missing.joined(separator: ", ")).\n"
        return head.joined() + rule + rows.map(line).joined() + note.wrapped(toTerminalWidth: width)
    }
}

extension String {
    /// How many columns of a terminal the text takes: Latin and Cyrillic letters one, East Asian wide ones and emoji two,
    /// combining marks none.
    ///
    /// Wide are the ranges that Unicode's `EastAsianWidth.txt` gives as `W` and `F`, taken together where only unassigned
    /// characters lie between them.
    public var terminalWidth: Int { reduce(0) { $0 + $1.terminalWidth } }

    /// The text, or as much of its beginning as fits with an ellipsis behind it.
    func cut(toTerminalWidth width: Int) -> String {
        guard terminalWidth > width else { return self }
        var (kept, used) = ("", 0)
        for character in self {
            guard used + character.terminalWidth < width else { break }
            kept.append(character)
            used += character.terminalWidth
        }
        return width > 0 ? kept + "…" : ""
    }

    /// The text with lines broken between words so that they fit `width` characters; unchanged if that is nil.
    func wrapped(toTerminalWidth width: Int?) -> String {
        guard let width else { return self }
        let lines = split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var broken = ""
            var used = 0
            for word in line.split(separator: " ", omittingEmptySubsequences: false) {
                let length = String(word).terminalWidth
                if used > 0 {
                    broken += used + 1 + length > width ? "\n" : " "
                    used = used + 1 + length > width ? 0 : used + 1
                }
                broken += word
                used += length
            }
            return broken
        }
        return lines.joined(separator: "\n")
    }
}

extension Character {
    var terminalWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        // A grapheme is as wide as its base; the variation selector for emoji makes a narrow base wide.
        if unicodeScalars.contains("\u{FE0F}") { return 2 }
        switch first.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0xFEFF: return 0
        case 0x1100...0x115F, 0x231A...0x231B, 0x23E9...0x23EC, 0x2614...0x2615, 0x2E80...0x303E, 0x3041...0xA4CF,
            0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
            0x1F1E6...0x1F1FF, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default:
            return first.properties.generalCategory.isMark ? 0 : 1
        }
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isMark: Bool { self == .nonspacingMark || self == .enclosingMark || self == .format }
}
