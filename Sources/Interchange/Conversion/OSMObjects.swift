import Works

/// What an OpenStreetMap extract is taken apart into.
enum OSMObjects {
    /// The features of one of our layers that come from an extract: which mapping makes them of which objects.
    struct Part: Hashable {
        var layer: ReferenceLayer
        /// In `geodata/mappings`.
        var mapping: String
        /// GDAL's names of the kinds of objects.
        var objects: [String]
    }

    /// A map needs streets and what lies between them, so the basemap fills both layers.
    static func parts(of layer: ReferenceLayer) -> [Part] {
        switch layer {
        case .roads: [Part(layer: .roads, mapping: "osm-roads", objects: ["lines"])]
        case .basemap:
            parts(of: .roads)
                + [Part(layer: .basemap, mapping: "osm-basemap", objects: ["points", "lines", "multipolygons"])]
        case .schools: [Part(layer: .schools, mapping: "osm-schools", objects: ["points", "multipolygons"])]
        case .districts: [Part(layer: .districts, mapping: "osm-districts", objects: ["multipolygons"])]
        }
    }

    /// All kinds of objects that have a geometry of one kind.
    static let all = ["points", "lines", "multipolygons"]

    /// Which closed ways are areas, if they do not say `area=yes`: by key, or by key and value where a key is used for lines too.
    private static let areas = [
        "aeroway=apron", "aeroway=helipad", "aeroway=terminal", "amenity", "area:highway", "boundary", "building",
        "building:part", "craft", "highway=platform", "landuse", "leisure", "man_made=bridge", "man_made=pier",
        "man_made=breakwater", "man_made=groyne", "man_made=storage_tank", "natural=bare_rock", "natural=bay",
        "natural=beach", "natural=fell", "natural=glacier", "natural=grassland", "natural=heath", "natural=mud",
        "natural=rock", "natural=sand", "natural=scree", "natural=scrub", "natural=shingle", "natural=water",
        "natural=wetland", "natural=wood", "office", "place", "power=substation", "public_transport=platform",
        "railway=platform", "shop", "sport", "tourism", "waterway=boatyard", "waterway=dock", "waterway=riverbank",
    ]

    /// The settings of GDAL's OSM driver (https://gdal.org/drivers/vector/osm.html) that make properties of these keys, and of no others.
    static func configuration(_ tags: [String]) -> String {
        var text = "closed_ways_are_polygons=\(areas.joined(separator: ","))\nattribute_name_laundering=no\n"
        for kind in ["points", "lines", "multipolygons", "multilinestrings", "other_relations"] {
            text += "[\(kind)]\nosm_id=yes\n"
            for column in ["version", "timestamp", "uid", "user", "changeset"] { text += "osm_\(column)=no\n" }
            text += "attributes=\(tags.joined(separator: ","))\nunsignificant=created_by,source\nother_tags=no\n"
        }
        return text
    }
}
