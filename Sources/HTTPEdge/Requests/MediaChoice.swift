import HTTPTypes
package import Hummingbird

/// The forms in which an OGC resource comes.
package enum Representation: String, Sendable, CaseIterable {
    case json
    case html

    /// The form that a request asks for: `f=` wins over `Accept`, and JSON over doubt.
    ///
    /// - Throws: ``Problem``: 400 for an `f` that there is not, 406 if `Accept` admits none of the forms.
    package init(_ request: Request, _ parameters: QueryParameters) throws(Problem) {
        if let wanted = parameters["f"] {
            switch wanted {
            case "json", "geojson": self = .json
            case "html": self = .html
            default: throw .malformedParameter("f", "“\(wanted.prefix(20))” is neither json nor html")
            }
            return
        }
        let choices = WeightedChoice.list(request.headers[values: .accept].joined(separator: ","))
        guard !choices.isEmpty else {
            self = .json
            return
        }
        func weight(_ names: [String]) -> Double {
            for name in names {
                if let choice = choices.first(where: { $0.name == name }) { return choice.weight }
            }
            return 0
        }
        let html = weight(["text/html", "application/xhtml+xml", "text/*", "*/*"])
        let json = [
            "application/geo+json", "application/json", "application/vnd.oai.openapi+json", "application/schema+json",
        ].map { weight([$0, "application/*", "*/*"]) }.max()!
        guard html > 0 || json > 0 else {
            throw .notAcceptable("this comes as JSON and as HTML; the request accepts neither")
        }
        self = html > json ? .html : .json
    }
}
