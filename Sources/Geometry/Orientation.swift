/// On which side of a line a position lies, decided exactly.
enum Orientation {
    /// Positive if `c` lies to the left of the line from `a` to `b`, negative if to the right, 0 if exactly on it.
    ///
    /// The quick result counts when it exceeds the largest possible rounding error, else the sign is computed without
    /// rounding. J. R. Shewchuk, *Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates*,
    /// 1997, section 4.2.
    @inline(__always)
    static func sign(_ a: Coordinate, _ b: Coordinate, _ c: Coordinate) -> Int {
        let left = (a.longitude - c.longitude) * (b.latitude - c.latitude)
        let right = (a.latitude - c.latitude) * (b.longitude - c.longitude)
        let determinant = left - right
        let bound = 3.3306690738754716e-16 * (left.magnitude + right.magnitude)
        if determinant > bound { return 1 }
        if determinant < -bound { return -1 }
        return exactSign(a, b, c)
    }

    /// The sign of ax·by − ax·cy − cx·by − ay·bx + ay·cx + cy·bx as a sum without rounding.
    @inline(never)
    private static func exactSign(_ a: Coordinate, _ b: Coordinate, _ c: Coordinate) -> Int {
        var sum = Expansion()
        sum.add(a.longitude, b.latitude)
        sum.add(-a.longitude, c.latitude)
        sum.add(-c.longitude, b.latitude)
        sum.add(-a.latitude, b.longitude)
        sum.add(a.latitude, c.longitude)
        sum.add(c.latitude, b.longitude)
        return sum.sign
    }

    /// A sum of doubles of ever larger size that do not overlap.
    private struct Expansion {
        private var parts: [Double] = []

        mutating func add(_ one: Double, _ other: Double) {
            let product = one * other
            grow((-product).addingProduct(one, other))
            grow(product)
        }

        /// Shewchuk's Grow-Expansion.
        private mutating func grow(_ value: Double) {
            var carried = value
            for index in parts.indices {
                let sum = carried + parts[index]
                let virtual = sum - carried
                parts[index] = (carried - (sum - virtual)) + (parts[index] - virtual)
                carried = sum
            }
            parts.append(carried)
        }

        var sign: Int {
            guard let largest = parts.last(where: { $0 != 0 }) else { return 0 }
            return largest > 0 ? 1 : -1
        }
    }
}
