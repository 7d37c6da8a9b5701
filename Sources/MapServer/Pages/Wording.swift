import Interchange
import Works

/// The words of the map, in Russian and English.
extension Language {
    /// One of two texts.
    func callAsFunction(_ russian: String, _ english: String) -> String {
        switch self {
        case .russian: russian
        case .english: english
        }
    }

    func name(_ kind: WorkKind) -> String {
        switch kind {
        case .roadRepair: self("Дорожные работы", "Road works")
        case .outage: self("Отключение", "Outage")
        case .hazard: self("Опасность", "Hazard")
        }
    }

    func name(_ status: WorkStatus) -> String {
        switch status {
        case .reported: self("Сообщено", "Reported")
        case .accepted: self("Принято", "Accepted")
        case .inProgress: self("В работе", "In progress")
        case .done: self("Выполнено", "Done")
        case .rejected: self("Отклонено", "Rejected")
        }
    }

    func name(_ state: DeadlineState) -> String {
        switch state {
        case .none: self("Срок не назначен", "No deadline")
        case .onTime: self("В срок", "On time")
        case .dueSoon: self("Срок подходит", "Due soon")
        case .overdue: self("Просрочено", "Overdue")
        case .met: self("Выполнено в срок", "Deadline met")
        case .missed: self("Выполнено с опозданием", "Deadline missed")
        }
    }

    func name(_ severity: Severity) -> String {
        switch severity {
        case .minor: self("Незначительная", "Minor")
        case .moderate: self("Средняя", "Moderate")
        case .severe: self("Серьёзная", "Severe")
        }
    }

    func name(_ impact: TrafficImpact) -> String {
        switch impact {
        case .none: self("Движение не ограничено", "No restriction")
        case .sidewalkClosed: self("Закрыт тротуар", "Sidewalk closed")
        case .laneClosed: self("Закрыта полоса", "Lane closed")
        case .alternating: self("Движение поочерёдно", "Alternating traffic")
        case .roadClosed: self("Дорога закрыта", "Road closed")
        }
    }

    func name(_ field: LedgerField) -> String {
        switch field {
        case .registered: self("Внесено", "Registered")
        case .status: self("Статус", "Status")
        case .dueAt: self("Срок", "Deadline")
        case .startsAt: self("Начало", "Start")
        case .category: self("Категория", "Category")
        case .severity: self("Серьёзность", "Severity")
        case .organisation: self("Ответственная служба", "Service responsible")
        case .contractor: self("Подрядчик", "Contractor")
        case .geometry: self("Место", "Place")
        case .onSiteAt: self("Подтверждено на месте", "Confirmed on site")
        case .duplicateOf: self("Повтор", "Duplicate")
        }
    }

    func name(_ kind: Actor.Kind) -> String {
        switch kind {
        case .source: self("источник", "source")
        case .rule: self("правило", "rule")
        case .person: self("сотрудник", "staff")
        case .resident: self("житель", "resident")
        }
    }

    func name(_ layer: Layer) -> String {
        switch layer.export {
        case .works(nil): self("Все работы", "All works")
        case .works(.roadRepair?): self("Дорожные работы", "Road works")
        case .works(.outage?): self("Отключения", "Outages")
        case .works(.hazard?): self("Опасности", "Hazards")
        case .reference(.schools): self("Школы", "Schools")
        case .reference(.districts): self("Районы", "Districts")
        case .reference(.roads): self("Дороги", "Roads")
        case .reference(.basemap): self("Основа карты", "Basemap")
        }
    }
}
