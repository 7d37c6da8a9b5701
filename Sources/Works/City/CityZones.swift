public import Foundation

/// Time zones that a city may have: IANA names such as `Europe/Samara`, and `UTC`.
///
/// Abbreviations and offsets are none: they know nothing of the days on which clocks change.
public enum CityZones {
    /// The zone with this name.
    ///
    /// - Throws: ``UnknownTimeZone``
    public static func zone(named name: String) throws(UnknownTimeZone) -> TimeZone {
        if name == "UTC" { return .gmt }
        guard name.contains("/"), name.utf8.allSatisfy(isPlain), let zone = TimeZone(identifier: name),
            zone.identifier == name
        else { throw UnknownTimeZone(name: name, near: nearest(to: name)) }
        return zone
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch UnicodeScalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9", "/", "_", "-", "+": true
        default: false
        }
    }

    /// Names that may have been meant: of the same city in another spelling, else those that are few edits away; at most three.
    private static func nearest(to name: String) -> [String] {
        let known = TimeZone.knownTimeZoneIdentifiers
        let wanted = name.lowercased().replacing(" ", with: "_")
        let place = wanted.split(separator: "/").last.map(String.init) ?? wanted
        let same = known.filter { $0.lowercased() == wanted || $0.lowercased().hasSuffix("/" + place) }
        if !same.isEmpty { return Array(same.prefix(3)) }
        let places = Dictionary(
            known.map { (($0.split(separator: "/").last.map(String.init) ?? $0), $0) }, uniquingKeysWith: { a, _ in a })
        return [
            Spelling.nearest(to: wanted, among: known),
            Spelling.nearest(to: place, among: places.keys.sorted()).flatMap { places[$0] },
        ].compactMap { $0 }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

/// A name that no time zone has.
public struct UnknownTimeZone: Error, Hashable, Sendable, CustomStringConvertible {
    public var name: String
    /// Names that may have been meant.
    public var near: [String]

    public var description: String {
        let shown = name.count > 60 ? name.prefix(60) + "…" : name[...]
        let meant = near.isEmpty ? "" : "; is \(near.joined(separator: " or ")) meant?"
        return "no time zone “\(shown)”; an IANA name is wanted, such as Europe/Samara, or UTC\(meant)"
    }
}
