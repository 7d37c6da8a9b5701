/// What a contractor can be called for.
enum Trade: Sendable {
    case roads, pipes, power, greenery, property
}

/// A firm that works for the city's services, and how it keeps its word.
struct Contractor: Sendable {
    var name: String
    var trades: [Trade]
    /// From 0, late more often than not, to 1, hardly ever late.
    var reliability: Double
    /// How likely it asks for a new date rather than running over the old one, 0…1.
    var candour: Double

    static let all: [Contractor] = [
        Contractor(name: "ООО «Дорстрой-7»", trades: [.roads], reliability: 0.86, candour: 0.5),
        Contractor(name: "ООО «Веланьавтодор»", trades: [.roads], reliability: 0.62, candour: 0.7),
        Contractor(name: "АО «Мостоотряд-112»", trades: [.roads], reliability: 0.74, candour: 0.85),
        Contractor(name: "ООО «СК „Магистраль“»", trades: [.roads, .pipes], reliability: 0.28, candour: 0.8),
        Contractor(name: "ИП Кулагин А. В.", trades: [.roads, .property], reliability: 0.08, candour: 0.25),
        Contractor(name: "ООО «Асфальт-Регион»", trades: [.roads], reliability: 0.45, candour: 0.4),
        Contractor(name: "ООО «Сантехмонтаж»", trades: [.pipes], reliability: 0.78, candour: 0.5),
        Contractor(name: "АО «Трубопроводстрой»", trades: [.pipes], reliability: 0.55, candour: 0.65),
        Contractor(name: "ООО «Теплоремонт»", trades: [.pipes], reliability: 0.35, candour: 0.55),
        Contractor(name: "ООО «Гидросервис-Поволжье»", trades: [.pipes], reliability: 0.92, candour: 0.7),
        Contractor(name: "ООО «Энергомонтаж»", trades: [.power], reliability: 0.81, candour: 0.6),
        Contractor(name: "ООО «Светосервис»", trades: [.power], reliability: 0.5, candour: 0.3),
        Contractor(name: "АО «Волгаэлектросетьремонт»", trades: [.power], reliability: 0.9, candour: 0.75),
        Contractor(name: "ООО «Зелёный город»", trades: [.greenery], reliability: 0.7, candour: 0.4),
        Contractor(name: "ООО «Чистый двор»", trades: [.greenery, .property], reliability: 0.4, candour: 0.35),
        Contractor(name: "ООО «Комфорт-Сервис»", trades: [.property], reliability: 0.66, candour: 0.5),
    ]

    /// How long a job takes, as a share of the time promised.
    func pace(_ generator: inout SeededGenerator) -> Double { Self.pace(reliability: reliability, &generator) }

    /// The same for anyone of a given reliability: most finish in time, a tail does not, the longer the less reliable.
    static func pace(reliability: Double, _ generator: inout SeededGenerator) -> Double {
        let slack = 1 - reliability
        return Spread(
            low: 0.3 + 0.15 * slack, median: 0.62 + 0.42 * slack, high: 0.97 + 0.75 * slack, extreme: 1.35 + 2.4 * slack
        ).draw(&generator)
    }
}

/// A skewed quantity by its 0th, 50th, 90th and 100th percentile, linear in between.
struct Spread: Sendable {
    var low: Double
    var median: Double
    var high: Double
    var extreme: Double

    func draw(_ generator: inout SeededGenerator) -> Double {
        let share = generator.unit()
        return share < 0.5
            ? low + (median - low) * share / 0.5
            : share < 0.9
                ? median + (high - median) * (share - 0.5) / 0.4 : high + (extreme - high) * (share - 0.9) / 0.1
    }
}
