package import HTTPTypes
package import Hummingbird

extension Request {
    /// How long the client is willing to wait, from `Prefer: wait=SECONDS` (RFC 7240 section 4.3); nil if it does not say.
    ///
    /// A preference that makes no sense is ignored, as section 2 asks.
    package var patience: Duration? { Self.patience(headers[values: .prefer]) }

    /// The same of the fields `Prefer` alone.
    package static func patience(_ fields: [String]) -> Duration? {
        for field in fields {
            for preference in field.split(separator: ",") {
                let token = preference.split(separator: ";")[0]
                let parts = token.split(separator: "=", maxSplits: 1).map { $0.trimmed }
                guard parts.count == 2, parts[0].lowercased() == "wait", let seconds = Int(parts[1].unquoted),
                    (0...86_400).contains(seconds)
                else { continue }
                return .seconds(seconds)
            }
        }
        return nil
    }

    /// Whether the client understands gzip (RFC 9110 section 12.5.3).
    package var acceptsGzip: Bool {
        headers[.acceptEncoding].map(WeightedChoice.acceptsGzip) ?? false
    }

    /// The language to answer people in: `lang=` wins over `Accept-Language`, and the city's over doubt.
    package func language(_ parameters: QueryParameters, city: Language?) throws(Problem) -> Language {
        if let wanted = parameters["lang"] {
            guard let language = Language(rawValue: wanted) else {
                throw .malformedParameter("lang", "“\(wanted.prefix(20))” is neither ru nor en")
            }
            return language
        }
        return preferredLanguage(nil, city: city)
    }

    /// The language of a page for people: the wanted one if there is it, else the reader's first that there is.
    ///
    /// - Parameter city: The city's language, for readers who ask for none that there is. Without one that is Russian for who asks for none
    ///   at all, else English.
    package func preferredLanguage(_ wanted: String?, city: Language?) -> Language {
        if let language = wanted.flatMap({ Language(tag: $0) }) { return language }
        let choices = WeightedChoice.list(headers[.acceptLanguage] ?? "").sorted { $0.weight > $1.weight }
        for choice in choices where choice.weight > 0 {
            if let language = Language(tag: choice.name) { return language }
        }
        return city ?? (choices.isEmpty || choices.contains { $0.name == "*" } ? .russian : .english)
    }
}

/// The languages of texts for people.
package enum Language: String, Sendable, CaseIterable {
    case russian = "ru"
    case english = "en"

    /// The language of a tag such as `en-GB` (RFC 5646); nil if there are no texts in it.
    package init?(tag: String) {
        self.init(rawValue: tag.prefix { $0 != "-" }.lowercased())
    }
}

/// One element of a header that lists choices with weights, such as `text/html;q=0.8`.
package struct WeightedChoice: Hashable, Sendable {
    /// In lower case, without parameters.
    package var name: String
    /// 0…1.
    package var weight: Double

    /// True if a field `Accept-Encoding` allows gzip.
    package static func acceptsGzip(_ field: String) -> Bool {
        var any: Bool?
        for coding in list(field) {
            if coding.name == "gzip" || coding.name == "x-gzip" { return coding.weight > 0 }
            if coding.name == "*" { any = coding.weight > 0 }
        }
        return any ?? false
    }

    /// The elements in their order; an element without `q` weighs 1.
    package static func list(_ field: String) -> [WeightedChoice] {
        field.split(separator: ",").compactMap { element in
            let parts = element.split(separator: ";").map { $0.trimmed }
            guard let name = parts.first, !name.isEmpty else { return nil }
            let weight = parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            return WeightedChoice(name: name.lowercased(), weight: min(max(weight ?? 1, 0), 1))
        }
    }
}

extension StringProtocol {
    /// Without blanks and tabs at both ends.
    package var trimmed: String {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(drop(while: blank).reversed().drop(while: blank).reversed())
    }

    /// Without the quotation marks around it.
    fileprivate var unquoted: String {
        count >= 2 && first == "\"" && last == "\"" ? String(dropFirst().dropLast()) : String(self)
    }
}

extension HTTPField.Name {
    package static let prefer = Self("Prefer")!
    package static let requestID = Self("X-Request-Id")!
    package static let link = Self("Link")!
}
