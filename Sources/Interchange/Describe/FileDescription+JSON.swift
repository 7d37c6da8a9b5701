public import Geometry
import Works

extension FileDescription {
    /// Writes the description as a JSON object.
    public func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("file")
        json.string(file)
        json.key("format")
        json.string(format)
        json.key("gzip")
        json.bool(isPacked)
        json.key("encoding")
        json.string(encoding)
        if let delimiter {
            json.key("delimiter")
            json.string(delimiter)
        }
        if let records {
            json.key("records")
            json.string(records)
        }
        json.key("rows")
        json.integer(rows)
        json.key("whole_file")
        json.bool(isWhole)
        if let share {
            json.key("share_of_file")
            json.number((share * 1000).rounded() / 1000)
        }
        json.key("place")
        write(place, to: &json)
        if let bounds {
            json.key("extent")
            json.beginArray()
            for value in [bounds.west, bounds.south, bounds.east, bounds.north] { json.number(value) }
            json.endArray()
        }
        if !geometryKinds.isEmpty || withoutGeometry > 0 {
            json.key("geometries")
            json.beginObject()
            for (kind, count) in geometryKinds.sorted(by: { $0.key < $1.key }) {
                json.key(kind)
                json.integer(count)
            }
            json.key("none")
            json.integer(withoutGeometry)
            json.endObject()
        }
        json.key("needs_time_zone")
        json.bool(needsZone)
        json.key("time_zone")
        zone.map { json.string($0) } ?? json.null()
        for (name, values) in [
            ("ids", ids), ("personal", columns.filter(\.looksPersonal).map(\.name)), ("collection", members),
            ("notes", notes),
        ] {
            json.key(name)
            json.beginArray()
            for value in values { json.string(value) }
            json.endArray()
        }
        json.key("columns")
        json.beginArray()
        for column in columns { column.write(to: &json) }
        json.endArray()
        json.endObject()
    }

    private func write(_ place: PlaceGuess, to json: inout JSONWriter) {
        json.beginObject()
        json.key("kind")
        switch place {
        case .feature: json.string("feature")
        case .none: json.string("none")
        case .columns(let longitude, let latitude):
            json.string("columns")
            json.key("longitude")
            json.string(longitude)
            json.key("latitude")
            json.string(latitude)
        case .projected(let x, let y, let candidates):
            json.string("projected")
            json.key("x")
            json.string(x)
            json.key("y")
            json.string(y)
            json.key("candidates")
            json.beginArray()
            for candidate in candidates { json.string(candidate) }
            json.endArray()
        case .pair(let column, let isLatitudeFirst):
            json.string(isLatitudeFirst ? "lat_lon" : "lon_lat")
            json.key("column")
            json.string(column)
        case .wkt(let column), .wkb(let column), .geoJSON(let column):
            switch place {
            case .wkt: json.string("wkt")
            case .wkb: json.string("wkb")
            default: json.string("geojson")
            }
            json.key("column")
            json.string(column)
        }
        json.endObject()
    }
}

extension ColumnDescription {
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("name")
        json.string(name)
        json.key("rows")
        json.integer(filled)
        json.key("fill")
        json.number((fill * 1000).rounded() / 1000)
        json.key("kind")
        json.string(kind.rawValue)
        json.key("distinct")
        json.integer(distinct)
        json.key("distinct_is_exact")
        json.bool(isExact)
        json.key("unique")
        json.bool(isUnique)
        if let range {
            json.key("range")
            json.beginArray()
            json.number(range.lowerBound)
            json.number(range.upperBound)
            json.endArray()
        }
        if let time {
            json.key("time")
            json.beginObject()
            for (name, values) in [("formats", time.formats), ("empty_values", time.emptyValues)] {
                json.key(name)
                json.beginArray()
                for value in values { json.string(value) }
                json.endArray()
            }
            json.key("has_zone")
            json.bool(time.hasZone)
            json.key("date_only")
            json.bool(time.isDateOnly)
            json.key("other_order")
            time.otherOrder.map { json.string($0) } ?? json.null()
            json.key("earliest")
            json.string(time.earliest)
            json.key("latest")
            json.string(time.latest)
            json.endObject()
        }
        json.key("looks_personal")
        looksPersonal ? json.string(personalReason) : json.null()
        json.key("samples")
        json.beginArray()
        for (value, count) in samples {
            json.beginObject()
            json.key("value")
            json.string(value)
            json.key("rows")
            json.integer(count)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
