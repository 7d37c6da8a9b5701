/// A table for a terminal: columns as wide as their widest cell, by what the terminal shows and not by what is stored.
public struct TextTable: Sendable {
    public enum Alignment: Sendable {
        case left
        case right
    }

    public struct Column: Sendable {
        public var title: String
        public var alignment: Alignment
        /// Whether cells may be cut when the table is wider than the terminal.
        public var mayShrink: Bool

        public init(_ title: String, _ alignment: Alignment = .right, mayShrink: Bool = false) {
            self.title = title
            self.alignment = alignment
            self.mayShrink = mayShrink
        }
    }

    public var columns: [Column]
    public var rows: [[String]] = []

    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// One cell for each column.
    public mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count)
        rows.append(cells)
    }

    /// The table as lines, each ending in a line feed; columns that may shrink are cut so that it fits `width` characters.
    public func text(width: Int? = nil) -> String {
        var widths = columns.indices.map { column in
            ([columns[column].title] + rows.map { $0[column] }).map(\.terminalWidth).max() ?? 0
        }
        if let width {
            var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
            for column in columns.indices where columns[column].mayShrink && excess > 0 {
                let cut = min(excess, max(0, widths[column] - 8))
                widths[column] -= cut
                excess -= cut
            }
        }
        func line(_ cells: [String]) -> String {
            let padded = columns.indices.map { column in
                let cell = cells[column].cut(toTerminalWidth: widths[column])
                let space = String(repeating: " ", count: widths[column] - cell.terminalWidth)
                return columns[column].alignment == .left ? cell + space : space + cell
            }
            var line = padded.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ") + "\n"
        return line(columns.map(\.title)) + rule + rows.map(line).joined()
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
