/// A stretch of text that is shaped at once: of one font and one direction.
struct TextRun {
    var text: String
    /// The place of its font in the stack.
    var face: Int
    /// As in Unicode's bidirectional algorithm: odd from right to left.
    var level: Int

    /// The runs of a line of text in the order in which they are seen from left to right.
    ///
    /// This is the part of Unicode Annex 9 that names need: letters have their direction, digits after right-to-left letters run from
    /// left to right within them, spaces and punctuation go with what surrounds them, and rule L2 puts the runs in order. Explicit
    /// embeddings and mirrored brackets are not done.
    static func runs(of text: String, faceCount: Int, has: (Int, Unicode.Scalar) -> Bool) -> [TextRun] {
        let scalars = Array(text.unicodeScalars)
        let levels = levels(of: scalars)
        var runs: [TextRun] = []
        for (index, scalar) in scalars.enumerated() {
            let face: Int
            if let last = runs.last, scalar.properties.isWhitespace || isMark(scalar), has(last.face, scalar) {
                face = last.face
            } else {
                face = (0..<faceCount).first { has($0, scalar) } ?? 0
            }
            if let last = runs.last, last.face == face, last.level == levels[index] {
                runs[runs.count - 1].text.unicodeScalars.append(scalar)
            } else {
                runs.append(TextRun(text: String(scalar), face: face, level: levels[index]))
            }
        }
        return ordered(runs)
    }

    private static func levels(of scalars: [Unicode.Scalar]) -> [Int] {
        guard let first = scalars.first(where: { isRightToLeft($0) || $0.properties.isAlphabetic }) else {
            return scalars.map { _ in 0 }
        }
        let base = isRightToLeft(first) ? 1 : 0
        guard scalars.contains(where: isRightToLeft) else { return scalars.map { _ in 0 } }
        var levels = [Int?](repeating: nil, count: scalars.count)
        var afterRightToLeft = base == 1
        for (index, scalar) in scalars.enumerated() {
            if isRightToLeft(scalar) {
                levels[index] = 1
                afterRightToLeft = true
            } else if scalar.properties.numericType == .decimal {
                levels[index] = afterRightToLeft ? 2 : 0
            } else if scalar.properties.isAlphabetic {
                levels[index] = base == 1 ? 2 : 0
                afterRightToLeft = false
            } else if isMark(scalar), index > 0 {
                levels[index] = levels[index - 1]
            }
        }
        for index in scalars.indices where levels[index] == nil {
            let before = levels[..<index].last { $0 != nil } ?? base
            let after = levels[index...].first { $0 != nil } ?? base
            // Digits among right-to-left letters count as such; what lies between two directions goes with the line.
            func isRight(_ level: Int?) -> Bool { (level ?? base) > 0 && !(base == 1 && level == 2) }
            levels[index] = isRight(before) && isRight(after) ? 1 : before == after ? before : base
        }
        return levels.map { $0 ?? base }
    }

    /// Rule L2: from the highest level to 1 every stretch of that level or above is reversed.
    private static func ordered(_ runs: [TextRun]) -> [TextRun] {
        var runs = runs
        guard let highest = runs.map(\.level).max(), highest > 0 else { return runs }
        for level in stride(from: highest, through: 1, by: -1) {
            var start = 0
            while start < runs.count {
                var end = start
                while end < runs.count, runs[end].level >= level { end += 1 }
                runs[start..<end].reverse()
                start = max(end, start + 1)
            }
        }
        return runs
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark, .format: true
        default: false
        }
    }

    /// Letters of Hebrew, Arabic, Syriac, Thaana, N'Ko and their neighbours.
    private static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.properties.isAlphabetic else { return false }
        return switch scalar.value {
        case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
        default: false
        }
    }
}
