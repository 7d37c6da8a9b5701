import Foundation

/// How colours look to people with different eyes, and how far apart they seem.
enum ColorVision: String, CaseIterable {
    case normal, protanopia, deuteranopia, tritanopia

    /// Linear light to linear light, for the whole loss of one kind of cones: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A
    /// physiologically-based model for simulation of color vision deficiency", *IEEE Trans. Vis. Comput. Graph.* 15 (2009), severity 1.0.
    private var matrix: [[Double]] {
        switch self {
        case .normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
        case .protanopia:
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
        case .deuteranopia:
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
        case .tritanopia:
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
        }
    }

    /// What is seen of an sRGB colour `#rrggbb`, in CIELAB under D65.
    func lab(_ hex: String) -> SIMD3<Double> {
        let linear = (0..<3).map { channel -> Double in
            let start = hex.index(hex.startIndex, offsetBy: 1 + channel * 2)
            let value = Double(Int(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)!) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        let seen = matrix.map { row in min(1, max(0, zip(row, linear).reduce(0) { $0 + $1.0 * $1.1 })) }
        let x = (0.4124564 * seen[0] + 0.3575761 * seen[1] + 0.1804375 * seen[2]) / 0.95047
        let y = 0.2126729 * seen[0] + 0.7151522 * seen[1] + 0.0721750 * seen[2]
        let z = (0.0193339 * seen[0] + 0.1191920 * seen[1] + 0.9503041 * seen[2]) / 1.08883
        func f(_ t: Double) -> Double { t > 216 / 24389.0 ? cbrt(t) : (24389 / 27.0 * t + 16) / 116 }
        return SIMD3(116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z)))
    }

    /// The distance CIEDE2000; about 2 is just seen side by side. G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 color-difference formula",
    /// *Color Res. Appl.* 30 (2005).
    static func distance(_ one: SIMD3<Double>, _ other: SIMD3<Double>) -> Double {
        func degrees(_ radians: Double) -> Double { radians * 180 / .pi }
        func radians(_ degrees: Double) -> Double { degrees * .pi / 180 }
        let meanChroma = (hypot(one.y, one.z) + hypot(other.y, other.z)) / 2
        let power = pow(meanChroma, 7)
        let stretch = 1 + 0.5 * (1 - (power / (power + pow(25, 7))).squareRoot())
        func polar(_ lab: SIMD3<Double>) -> (chroma: Double, hue: Double) {
            let a = lab.y * stretch
            let hue = a == 0 && lab.z == 0 ? 0 : degrees(atan2(lab.z, a))
            return (hypot(a, lab.z), hue < 0 ? hue + 360 : hue)
        }
        let (p, q) = (polar(one), polar(other))
        var turn = q.hue - p.hue
        if p.chroma * q.chroma == 0 { turn = 0 } else if turn > 180 { turn -= 360 } else if turn < -180 { turn += 360 }
        let (lightness, chroma) = (other.x - one.x, q.chroma - p.chroma)
        let hue = 2 * (p.chroma * q.chroma).squareRoot() * sin(radians(turn / 2))
        let middle = (one.x + other.x) / 2
        let middleChroma = (p.chroma + q.chroma) / 2
        var middleHue = p.hue + q.hue
        if p.chroma * q.chroma != 0 {
            if abs(p.hue - q.hue) > 180 { middleHue += middleHue < 360 ? 360 : -360 }
            middleHue /= 2
        }
        let weight =
            1 - 0.17 * cos(radians(middleHue - 30)) + 0.24 * cos(radians(2 * middleHue))
            + 0.32 * cos(radians(3 * middleHue + 6)) - 0.20 * cos(radians(4 * middleHue - 63))
        let rotation = 30 * exp(-pow((middleHue - 275) / 25, 2))
        let middlePower = pow(middleChroma, 7)
        let cross = -sin(radians(2 * rotation)) * 2 * (middlePower / (middlePower + pow(25, 7))).squareRoot()
        let l = lightness / (1 + 0.015 * pow(middle - 50, 2) / (20 + pow(middle - 50, 2)).squareRoot())
        let c = chroma / (1 + 0.045 * middleChroma)
        let h = hue / (1 + 0.015 * middleChroma * weight)
        return (l * l + c * c + h * h + cross * c * h).squareRoot()
    }
}
