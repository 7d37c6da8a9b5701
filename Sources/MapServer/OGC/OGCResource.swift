import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Works

/// What every resource below `/ogc` has in common: it comes as JSON and as a page for people, and links to both.
struct OGCResource: Sendable {
    let services: MapServices
    let address: PublicAddress
    let query: QueryParameters
    let form: Representation
    let language: Language
    /// The path of the resource.
    let path: String

    /// Parameters that every resource knows.
    static let commonParameters = ["f", "lang"]

    /// - Parameter parameters: The names that the resource knows besides the common ones.
    init(_ request: Request, _ services: MapServices, parameters: [String] = []) throws {
        self.services = services
        address = PublicAddress(request, configuration: services.configuration)
        query = try QueryParameters(request)
        try query.allow(only: parameters + Self.commonParameters)
        form = try Representation(request, query)
        language = try request.language(query, city: services.city.language)
        path = request.uri.path
    }

    /// The links to this resource itself and to its other form.
    func selfLinks(json type: String) -> [Link] {
        func link(_ form: Representation, _ type: String) -> Link {
            Link(
                href: address(path) + query.setting("f", to: form.rawValue).encoded,
                rel: form == self.form ? "self" : "alternate", type: type)
        }
        return [link(.json, type), link(.html, "text/html")]
    }

    /// The address of a resource below `/ogc`.
    func href(_ path: String) -> String { address("/ogc" + path) }

    /// The answer with a document in the form asked for.
    ///
    /// - Parameter links: What the `Link` field says; the links to the resource itself if nil.
    func response(
        _ request: Request, _ document: JSONValue, type: String = "application/json", links: [Link]? = nil,
        page: () -> HTML
    ) -> Response {
        var content: Content
        switch form {
        case .json: content = Content(text: document.bytes, type, gzip: request.acceptsGzip)
        case .html:
            content = Content(text: page().bytes, "text/html; charset=utf-8", gzip: request.acceptsGzip)
            content.headers[.contentLanguage] = language.rawValue
        }
        content.headers[.vary] = "Accept, Accept-Encoding, Accept-Language"
        content.headers[.link] = (links ?? selfLinks(json: type)).field
        return content.response(to: request, caching: .revalidate)
    }

    /// A page that shows where one is, a title, and what there is.
    func page(_ title: String, _ trail: [(String, String)] = [], _ body: HTML) -> HTML {
        var nav: HTML = "<a href=\"/\">\(language("Карта", "Map"))</a> <a href=\"/ogc?f=html\">OGC API</a>\n"
        for (name, href) in trail { nav += "<a href=\"\(href)\">\(name)</a>\n" }
        return Page(
            title: title, city: title == services.city.title(language) ? nil : services.city.name(language),
            language: language,
            alternates: [(path + query.setting("f", to: "json").encoded, "application/json", nil)],
            body: "<nav>\(nav)</nav>\n<h1>\(title)</h1>\n\(body)"
        ).html
    }
}
