import Geometry
import HTTPEdge

/// A link of an OGC resource.
struct Link: Hashable, Sendable {
    var href: String
    var rel: String
    var type: String
    var title: String?
    /// A template with variables in braces.
    var isTemplate = false

    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("href", .string(href)), ("rel", .string(rel)), ("type", .string(type)),
        ]
        if let title { members.append(("title", .string(title))) }
        if isTemplate { members.append(("templated", true)) }
        return .object(JSONObject(members))
    }

    /// The link as an element of a `Link` field (RFC 8288).
    var field: String { "<\(href)>; rel=\"\(rel)\"; type=\"\(type)\"" }
}

extension [Link] {
    var json: JSONValue { .array(map(\.json)) }

    /// All of them in one `Link` field, templates left out.
    var field: String { filter { !$0.isTemplate }.map(\.field).joined(separator: ", ") }
}

extension JSONValue {
    /// The value as JSON text.
    var bytes: [UInt8] {
        var json = JSONWriter()
        json.value(self)
        return json.bytes
    }
}
