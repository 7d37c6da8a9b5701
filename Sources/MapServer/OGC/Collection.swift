import Geometry
import HTTPEdge
import Interchange
import Works

/// What is said about a collection of features (OGC 17-069r4, section 7.14).
struct Collection {
    let layer: Layer
    let title: String
    let description: String
    let extent: Bounds?
    let links: [Link]

    /// It asks the store for the extent, so it is made on a worker.
    init(_ layer: Layer, _ resource: OGCResource) throws {
        self.layer = layer
        let say = resource.language
        title = say.name(layer)
        description = Self.description(layer, say)
        extent = try resource.services.store.extent(of: layer.reference)
        let path = "/collections/\(layer.name)"
        var links = [
            Link(href: resource.href(path), rel: "self", type: "application/json"),
            Link(href: resource.href(path + "?f=html"), rel: "alternate", type: "text/html"),
            Link(href: resource.href(path + "/items"), rel: "items", type: "application/geo+json", title: title),
            Link(href: resource.href(path + "/items?f=html"), rel: "items", type: "text/html", title: title),
            Link(
                href: resource.href(path + "/queryables"), rel: "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                type: "application/schema+json"),
            Link(
                href: resource.href(path + "/schema"), rel: "describedby", type: "application/schema+json"),
            Link(
                href: resource.address("/geojson/\(layer.name).geojson"), rel: "enclosure", type: "application/geo+json"
            ),
        ]
        if layer.reference == nil {
            links.append(
                Link(href: resource.address("/tiles/\(layer.name).json"), rel: "alternate", type: "application/json"))
        }
        self.links = links
    }

    private static func description(_ layer: Layer, _ say: Language) -> String {
        switch layer.export {
        case .works(nil):
            say("Все работы города с их сроками и статусами", "All works of the city with their deadlines and statuses")
        case .works(.roadRepair?): say("Ремонт и строительство дорог", "Repair and building of roads")
        case .works(.outage?): say("Отключения воды, тепла, света, газа", "Outages of water, heating, electricity, gas")
        case .works(.hazard?): say("Опасности, о которых сообщили", "Hazards that were reported")
        case .reference(.schools): say("Школы города", "The city's schools")
        case .reference(.districts): say("Районы города", "The city's districts")
        case .reference(.roads): say("Улицы и дороги", "Streets and roads")
        case .reference(.basemap): say("Основа карты", "What the map is drawn on")
        }
    }

    var json: JSONValue {
        let box = (extent ?? .world)
        return [
            "id": .string(layer.name), "title": .string(title), "description": .string(description),
            "itemType": "feature",
            "extent": [
                "spatial": [
                    "bbox": [[.number(box.west), .number(box.south), .number(box.east), .number(box.north)]],
                    "crs": .string(CoordinateReference.crs84.rawValue),
                ],
                "temporal": [
                    "interval": [[nil, nil]], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
                ],
            ],
            "crs": .array(CoordinateReference.allCases.map { .string($0.rawValue) }),
            "storageCrs": .string(CoordinateReference.crs84.rawValue),
            "links": links.json,
        ]
    }
}
