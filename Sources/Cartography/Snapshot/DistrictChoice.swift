import Works

/// The districts by class that a filter asks for. What texts say is found out once for each.
struct DistrictChoice {
    private let wanted: [(name: String, districts: Set<String>)]
    private var verdicts: [Key: Bool] = [:]

    private struct Key: Hashable {
        var districts: UInt32
        var district: UInt32
    }

    init(_ wanted: [String: Set<String>]) {
        self.wanted = wanted.map { ($0.key, $0.value) }
    }

    /// True if a trait's districts are among those asked for in every class, as `WorkFilter.matches` has it.
    mutating func admits(_ trait: WorkTrait, _ traits: Traits) -> Bool {
        guard !wanted.isEmpty else { return true }
        let key = Key(districts: trait.districts, district: trait.district)
        if let verdict = verdicts[key] { return verdict }
        let text = traits.text(trait.districts)
        let verdict = wanted.allSatisfy { name, districts in
            let district =
                text.map { DistrictClass.district(in: name, of: $0) }
                ?? (name == DistrictClass.unnamed ? traits.text(trait.district) : nil)
            return district.map(districts.contains) ?? false
        }
        verdicts[key] = verdict
        return verdict
    }
}
