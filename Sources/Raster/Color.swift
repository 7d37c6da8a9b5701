/// A colour with opacity: red, green, blue as sRGB-encoded bytes, not premultiplied.
///
/// All arithmetic of this module (coverage, opacity, source-over) is done on the sRGB-encoded values, 8 bits a
/// channel, as Mapnik, MapServer and the browsers do, so that pictures can be compared with theirs.
public struct Color: Hashable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8
    /// 0 is transparent, 255 opaque.
    public var alpha: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    /// Reads `#rgb`, `#rgba`, `#rrggbb` or `#rrggbbaa`, upper or lower case; `nil` for anything else.
    public init?(_ hex: some StringProtocol) {
        guard hex.first == "#" else { return nil }
        var digits: [UInt8] = []
        for character in hex.dropFirst() {
            guard character.isASCII, let value = character.hexDigitValue, digits.count < 8 else { return nil }
            digits.append(UInt8(value))
        }
        let bytes: [UInt8]
        switch digits.count {
        case 3, 4: bytes = digits.map { $0 * 17 }
        case 6, 8: bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] * 16 + digits[$0 + 1] }
        default: return nil
        }
        self.init(red: bytes[0], green: bytes[1], blue: bytes[2], alpha: bytes.count == 4 ? bytes[3] : 255)
    }

    public static let transparent = Color(red: 0, green: 0, blue: 0, alpha: 0)
    public static let black = Color(red: 0, green: 0, blue: 0)
    public static let white = Color(red: 255, green: 255, blue: 255)

    /// The same colour with its alpha multiplied by `opacity` (0 to 1; outside values are clamped, NaN is 0).
    public func opacity(_ opacity: Double) -> Color {
        var color = self
        let clamped = opacity > 0 ? min(opacity, 1) : 0
        color.alpha = UInt8((Double(alpha) * clamped).rounded())
        return color
    }

    /// The pixel of this colour.
    public var premultiplied: Pixel {
        func scaled(_ value: UInt8) -> UInt32 { (UInt32(value) * UInt32(alpha) + 127) / 255 }
        return Pixel(
            bits: scaled(red) | scaled(green) << 8 | scaled(blue) << 16 | UInt32(alpha) << 24)
    }
}

extension Color: CustomStringConvertible {
    /// `#rrggbb`, or `#rrggbbaa` when not opaque.
    public var description: String {
        func hex(_ value: UInt8) -> String { (value < 16 ? "0" : "") + String(value, radix: 16) }
        return "#" + hex(red) + hex(green) + hex(blue) + (alpha == 255 ? "" : hex(alpha))
    }
}
