/// The figures of counts as strokes, in a box 1 wide and 1 high, y downwards.
enum Digits {
    static let strokes: [Character: [[SIMD2<Double>]]] = [
        "0": [round(0, 0, 1, 1)],
        "1": [[SIMD2(0.15, 0.22), SIMD2(0.55, 0), SIMD2(0.55, 1)]],
        "2": [
            [
                SIMD2(0.02, 0.25), SIMD2(0.12, 0.07), SIMD2(0.35, 0), SIMD2(0.65, 0), SIMD2(0.9, 0.08),
                SIMD2(0.98, 0.25),
                SIMD2(0.9, 0.43), SIMD2(0, 1), SIMD2(1, 1),
            ]
        ],
        "3": [
            [
                SIMD2(0.03, 0.15), SIMD2(0.25, 0.02), SIMD2(0.5, 0), SIMD2(0.8, 0.04), SIMD2(0.95, 0.22),
                SIMD2(0.8, 0.42),
                SIMD2(0.4, 0.47), SIMD2(0.8, 0.52), SIMD2(1, 0.72), SIMD2(0.85, 0.94), SIMD2(0.5, 1), SIMD2(0.2, 0.97),
                SIMD2(0, 0.83),
            ]
        ],
        "4": [[SIMD2(0.75, 1), SIMD2(0.75, 0), SIMD2(0, 0.7), SIMD2(1, 0.7)]],
        "5": [
            [
                SIMD2(0.92, 0), SIMD2(0.12, 0), SIMD2(0.05, 0.45), SIMD2(0.45, 0.37), SIMD2(0.8, 0.42),
                SIMD2(0.98, 0.66),
                SIMD2(0.85, 0.92), SIMD2(0.5, 1), SIMD2(0.2, 0.97), SIMD2(0, 0.85),
            ]
        ],
        "6": [
            [
                SIMD2(0.85, 0.03), SIMD2(0.45, 0.05), SIMD2(0.12, 0.32), SIMD2(0, 0.65), SIMD2(0.12, 0.92),
                SIMD2(0.5, 1),
                SIMD2(0.88, 0.92), SIMD2(1, 0.68), SIMD2(0.88, 0.45), SIMD2(0.5, 0.38), SIMD2(0.12, 0.46),
                SIMD2(0, 0.65),
            ]
        ],
        "7": [[SIMD2(0, 0), SIMD2(1, 0), SIMD2(0.35, 1)]],
        "8": [round(0.06, 0, 0.94, 0.46), round(0, 0.46, 1, 1)],
        "9": [
            [
                SIMD2(0.15, 0.97), SIMD2(0.55, 0.95), SIMD2(0.88, 0.68), SIMD2(1, 0.35), SIMD2(0.88, 0.08),
                SIMD2(0.5, 0),
                SIMD2(0.12, 0.08), SIMD2(0, 0.32), SIMD2(0.12, 0.55), SIMD2(0.5, 0.62), SIMD2(0.88, 0.54),
                SIMD2(1, 0.35),
            ]
        ],
        "k": [
            [SIMD2(0.1, 0), SIMD2(0.1, 1)], [SIMD2(0.85, 0.35), SIMD2(0.1, 0.72)], [SIMD2(0.35, 0.6), SIMD2(0.9, 1)],
        ],
        "+": [[SIMD2(0.5, 0.2), SIMD2(0.5, 0.8)], [SIMD2(0, 0.5), SIMD2(1, 0.5)]],
        "M": [[SIMD2(0, 1), SIMD2(0, 0), SIMD2(0.5, 0.7), SIMD2(1, 0), SIMD2(1, 1)]],
    ]

    /// A closed round stroke in a box.
    private static func round(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double) -> [SIMD2<Double>] {
        let unit: [SIMD2<Double>] = [
            SIMD2(0.5, 0), SIMD2(0.15, 0.07), SIMD2(0, 0.3), SIMD2(0, 0.7), SIMD2(0.15, 0.93), SIMD2(0.5, 1),
            SIMD2(0.85, 0.93), SIMD2(1, 0.7), SIMD2(1, 0.3), SIMD2(0.85, 0.07), SIMD2(0.5, 0),
        ]
        return unit.map { SIMD2(left + $0.x * (right - left), top + $0.y * (bottom - top)) }
    }
}
