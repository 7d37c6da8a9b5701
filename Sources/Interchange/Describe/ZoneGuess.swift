import Foundation
import Geometry

/// The time zone of a place, guessed by the nearest of the cities that zones are named for.
///
/// The list is the IANA's, as the system has it. Zones have shapes of their own, so a guess near a border may be the neighbour's.
enum ZoneGuess {
    static let files = ["/usr/share/zoneinfo/zone1970.tab", "/usr/share/zoneinfo/zone.tab"]

    /// The name of the zone; nil if the system has no list.
    static func zone(at place: Coordinate) -> String? {
        for file in files {
            guard let bytes = FileManager.default.contents(atPath: file) else { continue }
            return nearest(to: place, in: String(decoding: bytes, as: UTF8.self))
        }
        return nil
    }

    /// The zone of a list in the form of `zone1970.tab` whose city is nearest.
    static func nearest(to place: Coordinate, in list: String) -> String? {
        var best: (zone: Substring, distance: Double)?
        for line in list.split(separator: "\n") where !line.hasPrefix("#") {
            let fields = line.split(separator: "\t")
            guard fields.count >= 3, let city = position(fields[1]) else { continue }
            // Squared chord of a unit sphere grows with the distance.
            let a = unit(place), b = unit(city)
            let distance = (a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1) + (a.2 - b.2) * (a.2 - b.2)
            if distance < best?.distance ?? .infinity { best = (fields[2], distance) }
        }
        return best.map { String($0.zone) }
    }

    private static func unit(_ place: Coordinate) -> (Double, Double, Double) {
        let (longitude, latitude) = (place.longitude * .pi / 180, place.latitude * .pi / 180)
        return (cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude))
    }

    /// A position in ISO 6709: `+4221-07103` or `+515830+0000730`, degrees, minutes and perhaps seconds.
    private static func position(_ text: Substring) -> Coordinate? {
        guard let split = text.dropFirst().firstIndex(where: { $0 == "+" || $0 == "-" }) else { return nil }
        func degrees(_ text: Substring, _ digits: Int) -> Double? {
            let sign = text.hasPrefix("-") ? -1.0 : 1
            let body = text.dropFirst()
            guard let whole = Double(body.prefix(digits)), let minutes = Double(body.dropFirst(digits).prefix(2)) else {
                return nil
            }
            let seconds = Double(body.dropFirst(digits + 2)) ?? 0
            return sign * (whole + minutes / 60 + seconds / 3600)
        }
        guard let latitude = degrees(text[..<split], 2), let longitude = degrees(text[split...], 3) else { return nil }
        return Coordinate(longitude: longitude, latitude: latitude)
    }
}
