/// Numbers the schools and kindergartens from the city's middle outwards, as they were founded.
func nameInstitutions(_ buildings: inout [Building], generator: inout SeededGenerator) {
    func order(_ use: Building.Use) -> [Int] {
        buildings.indices.filter { buildings[$0].use == use }
            .map { ($0, buildings[$0].middle.distance(to: Skeleton.square)) }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    }
    for (position, index) in order(.school).enumerated() {
        let kind = generator.chance(0.09) ? "Гимназия" : generator.chance(0.09) ? "Лицей" : "Школа"
        buildings[index].name = "\(kind) № \(position + 1)"
    }
    for (position, index) in order(.kindergarten).enumerated() {
        buildings[index].name = "Детский сад № \(position + 1)"
    }
}
