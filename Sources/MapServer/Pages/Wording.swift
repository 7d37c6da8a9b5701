import Geometry
import HTTPEdge
import Interchange
import Works

/// The words of the map. What the residents' page says too is said by its files of texts; the rest stands where it is used, in both languages.
extension Language {
    /// One of two texts.
    func callAsFunction(_ russian: String, _ english: String) -> String {
        switch self {
        case .russian: russian
        case .english: english
        }
    }

    private static let russianPhrases = Phrasebook(PackageResources.ru_json)
    private static let englishPhrases = Phrasebook(PackageResources.en_json)

    private var phrases: Phrasebook {
        switch self {
        case .russian: Self.russianPhrases
        case .english: Self.englishPhrases
        }
    }

    /// The text with this path in the language's file, such as `status.done`.
    ///
    /// - Parameters:
    ///   - count: Chooses the plural form and fills the place `{count}`.
    ///   - values: What fills the other places.
    func text(_ path: String, count: Int? = nil, _ values: [String: String] = [:]) -> String {
        phrases.text(path, form: count.map(pluralForm), values, count: count) ?? path
    }

    /// The plural form of a number, by the rules of CLDR for whole numbers.
    func pluralForm(_ number: Int) -> String {
        switch self {
        case .english: return number == 1 ? "one" : "other"
        case .russian:
            let (tens, ones) = (number / 10 % 10, number % 10)
            return tens == 1 ? "many" : ones == 1 ? "one" : (2...4).contains(ones) ? "few" : "many"
        }
    }

    func name(_ kind: WorkKind) -> String { text("kind.\(kind.rawValue)") }

    func name(_ status: WorkStatus) -> String { text("status.\(status.rawValue)") }

    func name(_ state: DeadlineState) -> String { text("deadline_state.\(state.rawValue)") }

    func name(_ severity: Severity) -> String { text("severity.\(severity.rawValue)") }

    func name(_ impact: TrafficImpact) -> String { text("traffic_impact.\(impact.rawValue)") }

    func name(_ kind: Actor.Kind) -> String { text("history.actor.\(kind.rawValue)") }

    /// The name of a category; a code that nobody has named is shown as words.
    func category(_ code: String) -> String {
        phrases.text("category.\(code)") ?? code.replacing("_", with: " ")
    }

    /// The codes of the categories that have names, by their names.
    var categories: [String] {
        phrases.names(under: "category").sorted { (category($0), $0) < (category($1), $1) }
    }

    func name(_ field: LedgerField) -> String {
        switch field {
        case .registered: self("Внесено", "Registered")
        case .geometry: self("Место", "Place")
        case .duplicateOf: self("Повтор", "Duplicate")
        case .hidden: self("Видимость", "Visibility")
        case .redacted: self("Удалено", "Redacted")
        case .kind: self("Вид", "Kind")
        case .completedAt, .district, .status, .dueAt, .startsAt, .category, .severity, .trafficImpact, .organisation,
            .contractor, .onSiteAt:
            text("field.\(field.rawValue)")
        }
    }

    /// A text of the ledger; a mark in the reader's words.
    func ledger(_ text: String?) -> String {
        switch text {
        case LedgerMark.redacted?: self("[удалено]", "[redacted]")
        case LedgerMark.hidden?: self("[скрытая работа]", "[hidden work]")
        default: text ?? ""
        }
    }

    /// A value of ``LedgerField/hidden``.
    func isHidden(_ value: String) -> String {
        value == "true" ? self("скрыта", "hidden") : self("видна всем", "public")
    }

    /// The name of a part that was redacted, as ``RedactedPart/name`` has it.
    func redactedPart(_ name: String) -> String {
        guard let field = RedactableField(rawValue: name) else {
            return name.hasPrefix("entry ") ? self("запись \(name.dropFirst(6))", name) : name
        }
        return self.name(field)
    }

    func name(_ field: RedactableField) -> String {
        switch field {
        case .title: self("Название", "Title")
        case .description: self("Описание", "Description")
        case .address: text("field.address")
        case .photo: self("Фото", "Photo")
        case .extra: self("Дополнительные сведения", "Further details")
        case .privateExtra: self("Сведения не для публикации", "Details that are not public")
        }
    }

    func name(_ layer: Layer) -> String {
        switch layer.export {
        case .works(nil): self("Все работы", "All works")
        case .works(.roadRepair?): self("Ремонт дорог", "Road repairs")
        case .works(.outage?): self("Отключения", "Outages")
        case .works(.hazard?): self("Опасности", "Hazards")
        case .reference(.schools): self("Школы", "Schools")
        case .reference(.districts): self("Районы", "Districts")
        case .reference(.roads): self("Дороги", "Roads")
        case .reference(.basemap): self("Основа карты", "Basemap")
        }
    }
}

extension Work {
    /// What the work is called, in a language if its source gave that: otherwise its title, or else its category.
    func title(in say: Language) -> String { text("title", in: say) ?? title ?? say.category(category) }

    func description(in say: Language) -> String? { text("description", in: say) ?? description }

    /// Texts in further languages are kept beside the work as `title_en` and the like.
    private func text(_ field: String, in say: Language) -> String? {
        let name = "\(field)_\(say.rawValue)"
        guard let extra, extra.contains(name) else { return nil }
        return (try? JSONParser.parse(Array(extra.utf8)))?.object?[name]?.string
    }
}
