import Geometry

/// A source of numbers that is the same for a seed on every machine: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
///
/// Each part of the city draws from a stream of its own, so that a change in one does not shuffle the others. The standard
/// library's `random(in:using:)` is avoided: how it maps bits to values is not promised to stay.
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64, stream: UInt64) {
        state = seed &* 0xD134_2543_DE82_EF95 &+ stream &* 0x9E37_79B9_7F4A_7C15 &+ 0x632B_E59B_D9B4_E019
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// A number in 0..<1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func number(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

    /// A whole number of 0..<`count`.
    mutating func index(_ count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }

    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[index(elements.count)] }

    /// An index drawn in proportion to `weights`, of which at least one must be positive.
    mutating func weighted(_ weights: [Double]) -> Int {
        var remaining = unit() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() where weight > 0 {
            remaining -= weight
            if remaining < 0 { return index }
        }
        return weights.lastIndex { $0 > 0 } ?? 0
    }

    /// A number around 0 with a standard deviation of 1, at most 3.5 away: the sum of four uniform ones.
    mutating func bell() -> Double { (unit() + unit() + unit() + unit() - 2) * 1.732_050_807_568_877 }

    mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var result = elements
        for last in stride(from: result.count - 1, to: 0, by: -1) { result.swapAt(last, index(last + 1)) }
        return result
    }
}

/// Running totals of weights, for many draws from one distribution.
struct WeightedChoice: Sendable {
    private var totals: [Double] = []

    init(_ weights: some Sequence<Double>) {
        var total = 0.0
        for weight in weights {
            total += weight
            totals.append(total)
        }
    }

    /// The index of an element, drawn in proportion to its weight.
    func draw(using generator: inout SeededGenerator) -> Int {
        let target = generator.unit() * (totals.last ?? 0)
        return totals.dropLast().partitioningIndex { $0 > target }
    }
}
