public import Works

extension Open311Document {
    /// `GET services`: the categories that residents may report, in a language of the catalogue.
    public static func services(_ book: RuleBook, language: String) -> Open311Document {
        let services = book.categories.filter(\.isReportable).map { category in
            Value.record([
                Field("service_code", category.code),
                Field("service_name", category.name(in: language)),
                Field("description", category.descriptions[language] ?? category.name(in: language)),
                Field("metadata", .flag(true)),
                Field("type", category.needsModeration ? "batch" : "realtime"),
                Field("keywords", category.names.values.sorted().joined(separator: ",")),
                Field("group", category.group ?? category.kind.rawValue),
            ])
        }
        return Open311Document(root: "services", .list(services, each: "service"))
    }

    /// `GET services/{code}`: the one thing that a report of any category can say beyond the standard's fields is how bad it is.
    public static func definition(_ category: CategoryRule, language: String) -> Open311Document {
        let names: [Severity: [String: String]] = [
            .minor: ["ru": "Мешает", "en": "A nuisance"],
            .moderate: ["ru": "Опасно, если не убрать", "en": "Will become dangerous"],
            .severe: ["ru": "Опасно сейчас", "en": "Dangerous now"],
        ]
        let values = Severity.allCases.map { severity in
            Value.record([
                Field("key", severity.rawValue), Field("name", names[severity]?[language] ?? severity.rawValue),
            ])
        }
        let attribute = Value.record([
            Field("variable", .flag(true)), Field("code", "severity"), Field("datatype", "singlevaluelist"),
            Field("required", .flag(false)), Field("datatype_description", .text(nil)), Field("order", .integer(1)),
            Field("description", language == "ru" ? "Насколько это опасно?" : "How dangerous is it?"),
            Field("values", .list(values, each: "value")),
        ])
        return Open311Document(
            root: "service_definition",
            .record([
                Field("service_code", category.code), Field("attributes", .list([attribute], each: "attribute")),
            ]))
    }
}

extension CategoryRule {
    /// The name in a language, or else in English.
    public func name(in language: String) -> String { names[language] ?? names["en"] ?? code }

    /// The name behind its symbol, for lists that are looked through quickly.
    public func label(in language: String) -> String { (icon.map { $0 + " " } ?? "") + name(in: language) }
}
