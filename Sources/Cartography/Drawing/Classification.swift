/// Which features a layer draws, and which of its paints' values each of them takes.
///
/// Features come by codes: the trait of a work, the class of a reference feature. Each code is looked up in the style once a picture and
/// remembered in a byte.
struct Classification {
    private static let unknown: UInt8 = 255
    private static let none: UInt8 = 254

    private let layer: StyleLayer
    private let value: (StyleField, Int) -> String?
    private var admitted: [UInt8]

    /// - Parameter value: What a code has in a field.
    init(_ layer: StyleLayer, codes: Int, value: @escaping (StyleField, Int) -> String?) {
        self.layer = layer
        self.value = value
        admitted = [UInt8](repeating: layer.conditions.isEmpty ? 1 : Self.unknown, count: codes)
    }

    /// Whether the layer draws features with a code and, for works, a state of their deadline.
    @inline(__always)
    mutating func admits(code: Int, state: UInt8) -> Bool {
        guard layer.states >> state & 1 != 0 else { return false }
        if admitted[code] == Self.unknown { admitted[code] = judge(code) ? 1 : 0 }
        return admitted[code] == 1
    }

    private func judge(_ code: Int) -> Bool {
        layer.conditions.allSatisfy { field, wanted in value(field, code).map(wanted.contains) ?? false }
    }

    /// The places of a choice's values, by code or by state.
    struct Places {
        private let field: StyleField?
        private let named: [String: Int]
        private let otherwise: Int?
        private var byCode: [UInt8]
        private let byState: [Int?]
        private let value: (StyleField, Int) -> String?

        init<Value>(_ choice: Choice<Value>, codes: Int, value: @escaping (StyleField, Int) -> String?) {
            field = choice.field
            named = choice.named
            otherwise = choice.otherwise
            self.value = value
            byState = DeadlineStateNames.all.map { choice.place(of: $0) }
            byCode =
                choice.field == nil || choice.field == .deadlineState ? [] : [UInt8](repeating: unknown, count: codes)
        }

        /// The place of the value that a feature takes; nil if it is not to be drawn.
        @inline(__always)
        mutating func place(code: Int, state: UInt8) -> Int? {
            guard let field else { return 0 }
            if field == .deadlineState { return byState[Int(state)] }
            if byCode[code] == unknown {
                let place = value(field, code).flatMap { named[$0] } ?? otherwise
                byCode[code] = place.map { UInt8($0) } ?? none
            }
            return byCode[code] == none ? nil : Int(byCode[code])
        }
    }
}
