import SeededRandom

extension SeededRandom {
    mutating func point(_ range: ClosedRange<Double>) -> SIMD2<Double> { SIMD2(number(range), number(range)) }
}
