import HTTPEdge
import HTTPTypes
import Hummingbird
import Works

/// What a page for people is asked for: where it stands, in which language, and with which parameters.
struct PageVisit: Sendable {
    let language: Language
    let path: String
    /// Without the language, and without what a form left empty.
    let query: QueryParameters
    let address: PublicAddress
    /// Whether the language was named in the address: then links name it too.
    let namesLanguage: Bool
    let services: MapServices

    /// - Parameter parameters: The names that the page knows beside `lang`.
    /// - Throws: ``Problem`` naming an unknown or malformed parameter. A language that there is not is no error: the page comes in the reader's.
    init(_ request: Request, _ services: MapServices, parameters: [String] = []) throws(Problem) {
        let query = try QueryParameters(request)
        try query.allow(only: parameters + ["lang"])
        path = request.uri.path
        self.services = services
        self.query = query.without("lang").withoutEmpty
        language = request.preferredLanguage(query["lang"], city: services.city.language)
        namesLanguage = query["lang"] != nil
        address = PublicAddress(request, configuration: services.configuration)
    }

    /// The address of another page of this server.
    func link(_ path: String, _ parameters: [(name: String, value: String)] = []) -> String {
        var query = QueryParameters(parameters)
        if namesLanguage { query = query.setting("lang", to: language.rawValue) }
        return path + query.encoded
    }

    /// The address of this page with other parameters.
    func link(setting name: String, to value: String) -> String { link(path, query.setting(name, to: value).pairs) }

    /// The address of this page in a language, relative to the server.
    func link(in language: Language) -> String { path + query.setting("lang", to: language.rawValue).encoded }

    /// A line that says that a page shows works as they were at a moment; nothing for the present.
    func asItWas(_ moment: Instant?, _ clock: CityClock) -> HTML {
        guard let moment else { return "" }
        let present = link(path, query.without("at").pairs)
        return """
            <p class="note">\(language("Как было на", "As it was on")) \(clock.html(moment)): \(language(
                "что было сказано и обещано к этому времени; тексты — нынешние.",
                "what had been said and promised by then; texts are today’s."))
            <a href="\(present)">\(language("Как сейчас", "As it is now"))</a></p>

            """
    }

    /// What tells this page apart from the same address for other readers.
    var variant: String { "\(address.base) \(language.rawValue) \(namesLanguage)" }

    /// The page's answer: one for each language, so that caches keep them apart.
    func content(_ html: HTML, gzip: Bool) -> Content {
        described(Content(text: html.bytes, Self.mediaType, gzip: gzip))
    }

    /// The same with the fields that tell its language.
    func described(_ content: Content) -> Content {
        var content = content
        content.headers[.vary] = "Accept-Encoding, Accept-Language"
        content.headers[.contentLanguage] = language.rawValue
        return content
    }

    static let mediaType = "text/html; charset=utf-8"
}

extension Language {
    /// The language in itself.
    var ownName: String { self == .russian ? "Русский" : "English" }
}
