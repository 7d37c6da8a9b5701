import Works

/// The names of the deadline's states in the order of their indices.
enum DeadlineStateNames {
    static let all: [String] = DeadlineState.allCases.sorted { $0.index < $1.index }.map(\.rawValue)
}
