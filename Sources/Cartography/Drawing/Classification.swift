/// Which features a layer draws, and which of its paints' values each of them takes.
///
/// Features come by codes: the trait of a work, the class of a reference feature. Each code is looked up in the style once and remembered
/// in a byte.
struct Classification {
    private static let unknown: UInt8 = 255
    private static let none: UInt8 = 254

    /// What a code has in a field.
    typealias Value = (_ field: StyleField, _ code: Int) -> String?

    private let conditions: [StyleField: Set<String>]
    private let states: UInt8
    private var admitted: [UInt8] = []

    init(_ layer: StyleLayer) {
        conditions = layer.conditions
        states = layer.states
    }

    /// Makes room for a number of codes, which mean what they meant before or else are all looked up again.
    mutating func prepare(codes: Int, keeps: Bool) {
        admitted.prepare(codes: codes, keeps: keeps, unknown: conditions.isEmpty ? 1 : Self.unknown)
    }

    /// Whether the layer draws features with a code and, for works, a state of their deadline.
    @inline(__always)
    mutating func admits(code: Int, state: UInt8, _ value: Value) -> Bool {
        guard states >> state & 1 != 0 else { return false }
        let known = admitted[code]
        if known != Self.unknown { return known == 1 }
        return judge(code, value)
    }

    @inline(never)
    private mutating func judge(_ code: Int, _ value: Value) -> Bool {
        let isAdmitted = conditions.allSatisfy { field, wanted in value(field, code).map(wanted.contains) ?? false }
        admitted[code] = isAdmitted ? 1 : 0
        return isAdmitted
    }

    /// The places of a choice's values, by code or by state.
    struct Places {
        private let field: StyleField?
        private let named: [String: Int]
        private let otherwise: Int?
        private var byCode: [UInt8] = []
        private let byState: [Int?]

        init<Value>(_ choice: Choice<Value>) {
            field = choice.field
            named = choice.named
            otherwise = choice.otherwise
            byState = DeadlineStateNames.all.map { choice.place(of: $0) }
        }

        /// Makes room for a number of codes, which mean what they meant before or else are all looked up again.
        mutating func prepare(codes: Int, keeps: Bool) {
            if field != nil, field != .deadlineState { byCode.prepare(codes: codes, keeps: keeps, unknown: unknown) }
        }

        /// The place of the value that a feature takes; nil if it is not to be drawn.
        @inline(__always)
        mutating func place(code: Int, state: UInt8, _ value: Classification.Value) -> Int? {
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

extension Array {
    /// Makes room for what is known of a number of codes: all that were known before, unless none of it is kept.
    mutating func prepare(codes: Int, keeps: Bool, unknown: Element) {
        if !keeps { removeAll(keepingCapacity: true) }
        if count < codes { append(contentsOf: repeatElement(unknown, count: codes - count)) }
    }
}
