import Foundation
import SeededRandom

/// Something came out that must not.
struct Fault: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// Random choices, each case's own.
struct Dice: RandomNumberGenerator {
    private var source: SeededRandom

    init(seed: UInt64) { source = SeededRandom(seed: seed &* 0x9E37_79B9_7F4A_7C15) }

    mutating func next() -> UInt64 { source.next() }
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func number(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &self) }
    mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }
    mutating func one<Value>(of values: [Value]) -> Value { values[number(0...values.count - 1)] }

    /// A number of things: few, often; many, rarely.
    mutating func count(upTo limit: Int) -> Int {
        let magnitude = number(0.0...1.0)
        return Int(Double(limit) * magnitude * magnitude * magnitude * magnitude)
    }

    /// A finite number near a range, on its borders, between whole numbers, or far away.
    mutating func coordinate(_ low: Double, _ high: Double) -> Double {
        switch number(0...11) as Int {
        case 0: low
        case 1: high
        case 2: (low + high) / 2
        case 3, 4, 5: low + (high - low) * Double(number(-4...12) as Int) / 8
        case 6: one(of: [low.nextDown, low.nextUp, high.nextDown, high.nextUp])
        case 7: one(of: [-1, 1]) * one(of: [1e6, 1e9, 1e15, 1e30, 1e100])
        default: number(low - (high - low)...high + (high - low))
        }
    }

    /// A line or a ring: hops between few places, a walk, or anything.
    mutating func shape(_ low: Double, _ high: Double, limit: Int) -> [SIMD2<Double>] {
        let count = count(upTo: limit)
        switch number(0...3) as Int {
        case 0:
            let places = (0..<number(1...6)).map { _ in SIMD2(coordinate(low, high), coordinate(low, high)) }
            return (0..<count).map { _ in one(of: places) }
        case 1:
            var place = SIMD2(coordinate(low, high), coordinate(low, high))
            let stride = (high - low) * number(0.001...0.5)
            return (0..<count).map { _ in
                defer { place += SIMD2(number(-stride...stride), number(-stride...stride)) }
                return place
            }
        case 2:
            // A star around a place: simple, with edges of all directions.
            let middle = SIMD2(number(low...high), number(low...high))
            let radius = (high - low) * number(0.01...3.0)
            return (0..<count).map { step in
                let angle = 2 * Double.pi * Double(step) / Double(max(count, 1))
                return middle + SIMD2(cos(angle), sin(angle)) * radius * number(0.3...1.0)
            }
        default: return (0..<count).map { _ in SIMD2(coordinate(low, high), coordinate(low, high)) }
        }
    }
}
