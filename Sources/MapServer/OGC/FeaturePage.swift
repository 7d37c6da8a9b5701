import Geometry
import HTTPEdge
import HTTPTypes
import TimeBudgets
import Works

/// One page of a collection's features: what is asked, and how it is answered.
struct FeaturePage: Sendable {
    let layer: Layer
    let resource: OGCResource
    let question: LayerQuery
    let limit: Int
    let cursor: Cursor?
    /// The system that was asked for, if one was.
    let crs: CoordinateReference
    let now = Instant.now

    /// - Throws: ``Problem`` naming the parameter that cannot be read.
    init(_ layer: Layer, _ resource: OGCResource) throws {
        self.layer = layer
        self.resource = resource
        let query = resource.query
        limit = try Self.limit(query)
        cursor = try query["cursor"].map { text throws(Problem) in try Cursor(text) }
        crs = try query["crs"].map { name throws(Problem) in try CoordinateReference(name, parameter: "crs") } ?? .crs84
        let boxCRS = try query["bbox-crs"].map { name throws(Problem) in
            try CoordinateReference(name, parameter: "bbox-crs")
        }
        let question =
            if let boxCRS, boxCRS != .crs84, let box = query["bbox"] {
                try LayerQuery(layer, query.without("bbox"), resource.services.cityZone).within(try boxCRS.bounds(box))
            } else {
                try LayerQuery(layer, query, resource.services.cityZone)
            }
        self.question = try ExpressionQuery.expression(layer, query).map(question.matching) ?? question
    }

    /// True if the answer needs more of each feature than indexes know, so that it may take long.
    var readsTexts: Bool {
        switch question {
        case .works(let filter): !filter.words.isEmpty || filter.expression != nil || filter.asOf != nil
        case .reference(_, let filter): filter.expression != nil
        case .nothing: false
        }
    }

    /// `limit`, where more than the maximum is the maximum.
    private static func limit(_ query: QueryParameters) throws(Problem) -> Int {
        guard let text = query["limit"] else { return FeaturesRoutes.defaultLimit }
        // Numbers beyond every integer are larger than the maximum too.
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
        guard isNumber, let value = text.utf8.count > 18 ? .max : Int(text), value >= 1 else {
            throw .malformedParameter("limit", "“\(text.prefix(40))” is not a whole number of 1 or more")
        }
        return min(value, FeaturesRoutes.maximumLimit)
    }

    // MARK: JSON

    /// The page as a GeoJSON feature collection.
    func content(gzip: Bool, budget: TimeBudget) throws -> Content {
        let services = resource.services
        let stamp = try services.freshness.stamp(at: now)
        var text = PageText(features: limit)
        var json = PageText.writer()
        json.beginObject()
        json.member("type", "FeatureCollection")
        json.key("features")
        json.beginArray()
        let listing = try listing(stamp, budget: budget)
        let (returned, next) = try writeFeatures(to: &json, listing, budget: budget) {
            text.takePiece(of: &$0, written: $1)
        }
        json.endArray()
        let matched = try matched(stamp, listing, returned: returned, next: next, budget: budget)
        json.key("numberMatched")
        json.integer(matched)
        json.key("numberReturned")
        json.integer(returned)
        let links = links(next: next)
        json.key("links")
        json.value(links.json)
        text.take(&json)
        // The moment is no part of what the entity tag stands for.
        let tag = text.entityTag
        json.member("timeStamp", now.description)
        json.endObject()
        text.take(&json)

        var content = Content(text: text.buffer, "application/geo+json", gzip: gzip, entityTag: tag)
        content.headers[.link] = links.field
        content.headers[.contentCRS] = "<\(crs.rawValue)>"
        content.headers[.vary] = "Accept, Accept-Encoding"
        return content
    }

    /// Writes the features and tells how many, and where the next page starts if there is one.
    ///
    /// - Parameter written: Called after each feature with how many there are.
    private func writeFeatures(
        to json: inout JSONWriter, _ listing: MatchListing?, budget: TimeBudget,
        _ written: (inout JSONWriter, Int) -> Void = { _, _ in }
    ) throws -> (returned: Int, next: Cursor?) {
        let text = FeatureText(now: question.asOf ?? now)
        var returned = 0
        var last: Int64 = 0
        var more = false
        /// Whether the feature belongs to the page; the one after the last only tells that there is a next page.
        func take(_ number: Int64) -> Bool {
            guard returned < limit else {
                more = true
                return false
            }
            returned += 1
            last = number
            return true
        }
        let store = resource.services.store
        switch question {
        case .nothing: break
        case .works(let filter):
            var page = WorkPage(filter: filter, after: cursor?.number, limit: limit + 1)
            listing?.narrow(&page)
            try store.forEachWork(page, at: now, budget: budget) { row in
                guard take(row.number) else { return }
                if crs == .crs84 {
                    try text.write(row, to: &json)
                } else {
                    var work = try row.work()
                    work.geometry = work.geometry.map(crs.geometry)
                    text.write(work, to: &json)
                }
                written(&json, returned)
            }
        case .reference(let layer, let filter):
            try store.forEachFeature(
                in: layer, matching: filter, after: cursor?.number, limit: limit + 1, budget: budget
            ) { number, feature in
                guard take(number) else { return }
                var feature = feature
                if crs != .crs84 { feature.geometry = feature.geometry.map(crs.geometry) }
                try text.write(feature, to: &json)
                written(&json, returned)
            }
        }
        return (returned, more ? Cursor(number: last) : listing?.next.map { Cursor(number: $0) })
    }

    /// The part of all works that match which this page is, where it can be told before they are read.
    private func listing(_ stamp: Freshness.Stamp, budget: TimeBudget) throws -> MatchListing? {
        guard case .works(let filter) = question, !filter.isOfTheTable else { return nil }
        let services = resource.services
        return try services.matches.numbers(of: filter, stamp, in: services.store, budget: budget)
            .map { MatchListing($0, after: cursor?.number, limit: limit) }
    }

    /// How many features match in all. A first page that is also the last has counted them already.
    private func matched(
        _ stamp: Freshness.Stamp, _ listing: MatchListing?, returned: Int, next: Cursor?, budget: TimeBudget
    ) throws -> Int {
        if cursor == nil, next == nil { return returned }
        if let listing { return listing.matched }
        return try resource.services.count(question, stamp, budget: budget)
    }

    // MARK: Links

    private func links(next: Cursor?) -> [Link] {
        var links = resource.selfLinks(json: "application/geo+json")
        let query = resource.query
        if let next {
            let href =
                resource.address(resource.path)
                + query.setting("cursor", to: next.text).setting("f", to: resource.form.rawValue).encoded
            links.append(
                Link(href: href, rel: "next", type: resource.form == .json ? "application/geo+json" : "text/html"))
        }
        if cursor != nil {
            let href = resource.address(resource.path) + query.without("cursor").encoded
            links.append(
                Link(href: href, rel: "first", type: resource.form == .json ? "application/geo+json" : "text/html"))
        }
        links.append(
            Link(href: resource.href("/collections/\(layer.name)"), rel: "collection", type: "application/json"))
        return links
    }

    // MARK: A page for people

    /// The page as a table.
    func pageContent(gzip: Bool, budget: TimeBudget) throws -> Content {
        let say = resource.language
        let stamp = try resource.services.freshness.stamp(at: now)
        var json = JSONWriter()
        json.beginArray()
        let listing = try listing(stamp, budget: budget)
        let (returned, next) = try writeFeatures(to: &json, listing, budget: budget)
        json.endArray()
        let matched = try matched(stamp, listing, returned: returned, next: next, budget: budget)
        var rows: HTML = ""
        for feature in try JSONParser.parse(json.bytes).array ?? [] {
            let properties = feature["properties"]
            let id = feature["id"]?.string ?? ""
            let title = properties?["title"]?.string ?? properties?["name"]?.string ?? id
            let href = "/ogc/collections/\(layer.name)/items/\(PercentEncoding.encode(id))?f=html"
            let status = properties?["status"]?.string.flatMap(WorkStatus.init(rawValue:))
            let detail = status.map(say.name) ?? properties?["class"]?.string ?? ""
            rows += "<tr><td><a href=\"\(href)\">\(title)</a></td><td>\(detail)</td></tr>\n"
        }
        let links = links(next: next)
        var more: HTML = ""
        if let next = links.first(where: { $0.rel == "next" }) {
            more = "<nav><a rel=\"next\" href=\"\(next.href)\">\(say("Дальше", "Next"))</a></nav>"
        }
        let html = resource.page(
            say.name(layer), [(say.name(layer), "/ogc/collections/\(layer.name)?f=html")],
            "<p>\(returned) / \(matched)</p>\n<table>\n\(rows)</table>\n\(more)")
        var content = Content(text: html.bytes, "text/html; charset=utf-8", gzip: gzip)
        content.headers[.link] = links.field
        content.headers[.vary] = "Accept, Accept-Encoding, Accept-Language"
        return content
    }
}

extension WorkFilter {
    /// Whether the store finds the next works that match wherever a page starts: all of them, or those in a box and of a kind.
    fileprivate var isOfTheTable: Bool {
        var plain = WorkFilter.all
        plain.bounds = bounds
        if bounds != nil { plain.kinds = kinds }
        return self == plain
    }
}
