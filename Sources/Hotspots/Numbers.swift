import Foundation

extension Double {
    /// With a fixed number of digits after the point, rounded.
    func fixed(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }

    /// With at most so many digits after the point, rounded, without zeros at the end.
    func trimmed(_ digits: Int) -> String {
        var text = fixed(digits)
        guard text.contains(".") else { return text }
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text == "-0" ? "0" : text
    }

    /// Three digits, with an exponent where it is small: `0.0123`, `4.56e-07`.
    var scientific: String { String(format: "%.3g", self) }

    /// A probability in few letters: `0.031`, `<0.001`.
    var short: String { self < 0.001 ? "<0.001" : fixed(3) }

    /// Without a needless `.0`.
    var shortest: String { self == rounded() && magnitude < 1e15 ? fixed(0) : "\(self)" }
}
