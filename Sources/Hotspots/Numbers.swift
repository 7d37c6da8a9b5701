import Foundation

extension Double {
    /// With a fixed number of digits after the point, rounded.
    func fixed(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }

    /// Three digits, with an exponent where it is small: `0.0123`, `4.56e-07`.
    var scientific: String { String(format: "%.3g", self) }

    /// Without a needless `.0`.
    var shortest: String { self == rounded() && magnitude < 1e15 ? fixed(0) : "\(self)" }
}
