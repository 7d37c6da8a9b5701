/// The names of the city's streets, each given once.
struct StreetNames: Sendable {
    /// A main street that the plan itself knows.
    enum Landmark: String, Sendable, CaseIterable {
        case bypass, embankment, farEmbankment, boulevardRing, gardenRing, outerRing
        case northRadial, stationRadial, mainAvenue, southWestRadial, southRadial, bridgeAvenue, southBridge
        case railStreet, north1, south1, south2, south3, cross1, cross2, cross3, cross4, cross5
        case southCollector, southLane, northCollector, northLane
        case far1, far2, far3, farNorth, farUpper, farSouth, farTop, dachaRoad, dachaLane, portRoad, parkRoad
    }

    /// What an ordinary street is called after: the quarter decides.
    enum Style: Sendable {
        case street, lane, garden, works
    }

    private(set) var names: [String] = []
    private var taken: Set<String> = []
    private var streets: [String]
    private var lanes: [String]
    private var drives: [String]
    private var prospekts: [String]
    private var gardens: [String]
    private var gardenLines = 0
    private var landmarks: [Landmark: Int] = [:]

    init(generator: inout SeededGenerator) {
        let persons = StreetNameTables.persons.map { "улица \($0)" }
        let trades = StreetNameTables.trades.map { "улица \($0)" }
        let adjectives = StreetNameTables.adjectives.map { "\($0) улица" }
        streets = generator.shuffled(persons + trades + adjectives)
        lanes = generator.shuffled(StreetNameTables.lanes).map { "\($0) переулок" }
        drives = generator.shuffled(StreetNameTables.lanes).map { "\($0) проезд" }
        prospekts = generator.shuffled([
            "проспект Победы", "проспект Мира", "проспект Строителей", "проспект Космонавтов", "проспект Октября",
            "проспект Гагарина", "проспект Химиков", "Молодёжный проспект", "проспект Энтузиастов", "проспект Дружбы",
            "проспект Вавилова", "проспект Королёва",
        ])
        gardens = generator.shuffled(StreetNameTables.gardens)
    }

    /// The street index of a main street; asked for twice, it is the same street.
    mutating func landmark(_ landmark: Landmark) -> Int {
        if let known = landmarks[landmark] { return known }
        let name =
            switch landmark {
            case .bypass: "Объездное шоссе"
            case .embankment: "набережная Велани"
            case .farEmbankment: "Заречная набережная"
            case .boulevardRing: "Бульварное кольцо"
            case .gardenRing: "Валовая улица"
            case .outerRing: "улица Большая Окружная"
            case .northRadial: "улица Карла Маркса"
            case .stationRadial: "Привокзальная улица"
            case .mainAvenue: "проспект Ленина"
            case .southWestRadial: "Пензенское шоссе"
            case .southRadial: "Большая Саратовская улица"
            case .bridgeAvenue: "Мостовой проспект"
            case .southBridge: "улица Южный Мост"
            case .railStreet: "Железнодорожная улица"
            case .dachaRoad: "Дачное шоссе"
            case .dachaLane: "улица Садоводческая"
            case .portRoad: "улица Портовиков"
            case .northLane: "улица Северная Застава"
            case .northCollector: "Индустриальная улица"
            default: nextProspekt(landmark)
            }
        landmarks[landmark] = add(name)
        return names.count - 1
    }

    private mutating func nextProspekt(_ landmark: Landmark) -> String {
        switch landmark {
        case .north1, .south1, .cross2, .cross3, .cross5, .far1, .far2, .south2, .farNorth, .cross1:
            prospekts.popLast() ?? nextStreet()
        default: nextStreet()
        }
    }

    private mutating func nextStreet() -> String {
        while let name = streets.popLast() { if !taken.contains(name) { return name } }
        return numbered(lanesFirst: false)
    }

    /// When the plain names are used up: «2-я Садовая улица», «3-й Луговой переулок».
    private mutating func numbered(lanesFirst: Bool) -> String {
        for number in 1... {
            let bases = lanesFirst ? StreetNameTables.lanes : StreetNameTables.adjectives
            for base in bases {
                let name = lanesFirst ? "\(number)-й \(base) переулок" : "\(number)-я \(base) улица"
                if !taken.contains(name) { return name }
            }
        }
        return ""
    }

    private mutating func add(_ name: String) -> Int {
        taken.insert(name)
        names.append(name)
        return names.count - 1
    }

    /// A new street's index.
    mutating func next(_ style: Style) -> Int {
        switch style {
        case .street: return add(nextStreet())
        case .works:
            if let name = drives.popLast() { return add(name) }
            return add(nextStreet())
        case .lane:
            if let name = lanes.popLast() { return add(name) }
            if let name = drives.popLast() { return add(name) }
            return add(numbered(lanesFirst: true))
        case .garden:
            if gardenLines == 0, gardens.count > 1 { gardens.removeLast() }
            for number in 1... {
                let name = "СНТ «\(gardens[gardens.count - 1])», \(number)-я линия"
                if !taken.contains(name) {
                    gardenLines = (gardenLines + 1) % 9
                    return add(name)
                }
            }
            return 0
        }
    }
}

/// A name in Latin letters, close to BGN/PCGN, with the kind of street in English.
func english(street name: String) -> String {
    var words = name.split(separator: " ").map(String.init)
    let kinds = [
        "улица": "Street", "переулок": "Lane", "проезд": "Drive", "проспект": "Avenue", "шоссе": "Highway",
        "набережная": "Embankment", "кольцо": "Ring", "линия": "Line",
    ]
    var kind: String?
    words.removeAll { word in
        guard let english = kinds[word] else { return false }
        kind = english
        return true
    }
    return ([latin(words.joined(separator: " "))] + (kind.map { [$0] } ?? [])).joined(separator: " ")
}

/// Cyrillic letters in Latin ones.
func latin(_ text: String) -> String {
    let table: [Character: String] = [
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
        "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu",
        "я": "ya", "«": "“", "»": "”",
    ]
    var result = ""
    for character in text {
        let lower = Character(character.lowercased())
        guard let letters = table[lower] else {
            result.append(character)
            continue
        }
        result += lower == character ? letters : letters.prefix(1).uppercased() + letters.dropFirst()
    }
    return result
}
