public import Foundation
public import Geometry

/// Facts about a city that its database holds. The options of `city set`, what `city show` prints and the members of `/api/city` follow from
/// this declaration; the raw value is the option's name.
public enum CityFact: String, Sendable, CaseIterable {
    case name
    case nameEnglish = "name-en"
    case timeZone = "time-zone"
    case language
    case bounds
    case contact
    case licence

    /// Longest text of a fact, in characters.
    public static let longest = 200

    /// The note that keeps the fact.
    public var note: StoreNote {
        switch self {
        case .name: .cityNameRussian
        case .nameEnglish: .cityNameEnglish
        case .timeZone: .timeZone
        case .language: .cityLanguage
        case .bounds: .cityBounds
        case .contact: .cityContact
        case .licence: .cityLicence
        }
    }

    /// The member of `/api/city` and of `city show --format json`.
    public var member: String { rawValue.replacing("-", with: "_") }

    /// The placeholder for its value in a command's usage.
    public var placeholder: String {
        switch self {
        case .name, .nameEnglish: "name"
        case .timeZone: "zone"
        case .language: CityFacts.languages.joined(separator: "|")
        case .bounds: "w,s,e,n"
        case .contact, .licence: "text"
        }
    }

    /// The value and the places where it shows, for those who run the city's map.
    public var meaning: String {
        switch self {
        case .name: "The city's name: on the map, the pages, the desk and in every description of the service."
        case .nameEnglish: "Its name in English, where that is another."
        case .timeZone:
            "The clock of the city, an IANA name such as Europe/Samara: of deadlines, days, months and working hours."
        case .language: "The language of pages for readers who ask for none that there is: ru or en."
        case .bounds: "The box that the map shows first, in degrees. (default: around the districts or the works)"
        case .contact: "Where people ask about the map: an e-mail or web address or a telephone number."
        case .licence: "The licence of the city's own data: a name such as CC-BY-4.0, or its web address."
        }
    }

    /// The value as it is kept; nil for an empty one, which takes the fact away.
    ///
    /// - Throws: ``CityFactError`` with what is wrong and what would be right.
    public func checked(_ value: String) throws(CityFactError) -> String? {
        let text = value.trimmingCharacters(in: .whitespacesAndNewlines)
        func refused(_ reason: String) -> CityFactError { CityFactError(fact: self, reason: reason) }
        guard !text.isEmpty else { return nil }
        guard text.count <= Self.longest else {
            throw refused("has \(text.count) characters; at most \(Self.longest) are taken")
        }
        let isPlain = text.unicodeScalars.allSatisfy {
            ![.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
        guard isPlain else { throw refused("has line breaks or other control characters") }
        switch self {
        case .name, .nameEnglish, .contact: return text
        case .licence:
            guard !text.contains("://") || WebAddress.isPlain(text) else {
                throw refused("“\(text)” is no web address with http or https")
            }
            return text
        case .timeZone:
            do throws(UnknownTimeZone) { _ = try CityZones.zone(named: text) } catch { throw refused("\(error)") }
            return text
        case .language:
            guard CityFacts.languages.contains(text) else {
                throw refused("“\(text)” is none of \(CityFacts.languages.joined(separator: ", "))")
            }
            return text
        case .bounds:
            let bounds: Bounds
            do throws(BoundsError) { bounds = try Bounds(list: text) } catch {
                throw refused("“\(text)” is not \(error.wanted)")
            }
            guard bounds.width > 0, bounds.height > 0 else { throw refused("the box \(bounds) has no area") }
            return bounds.description
        }
    }
}

/// A value that a fact cannot have.
public struct CityFactError: Error, Hashable, Sendable, CustomStringConvertible {
    public var fact: CityFact
    public var reason: String

    public var description: String { "--\(fact.rawValue): \(reason)" }
}

/// The facts about a city that are known.
public struct CityFacts: Hashable, Sendable {
    /// Languages that a city's pages come in.
    public static let languages = ["ru", "en"]

    private let texts: [CityFact: String]
    /// The city's clock; nil if none is stated.
    public let timeZone: TimeZone?

    /// The facts that a store notes.
    ///
    /// - Throws: `StoreError`
    public init(_ store: some WorksStore) throws {
        self.init(try CityFact.allCases.compactMap { fact in try store.note(fact.note).map { (fact, $0) } })
    }

    public init(_ facts: [(CityFact, String)] = []) {
        texts = Dictionary(facts, uniquingKeysWith: { $1 })
        timeZone = Self.timeZone(texts[.timeZone])
    }

    /// The zone that a note names; nil if there is no note, or this machine lacks the zone.
    static func timeZone(_ noted: String?) -> TimeZone? { noted.flatMap { TimeZone(identifier: $0) } }

    /// The value of a fact as text; nil if it is not stated.
    public subscript(fact: CityFact) -> String? { texts[fact] }

    /// The box of the city, as stated.
    public var bounds: Bounds? { Self.bounds(texts[.bounds]) }

    /// The box that a note holds; nil if it holds none.
    public static func bounds(_ noted: String?) -> Bounds? { noted.flatMap { try? Bounds(list: $0) } }

    /// The facts as members of a JSON object, null where one is not stated: `name` by language, `bounds` as numbers, all others as text.
    public var json: JSONObject {
        JSONObject(
            CityFact.allCases.filter { $0 != .nameEnglish }.map { fact in
                let value: JSONValue? =
                    switch fact {
                    case .name:
                        .object(
                            JSONObject(Self.languages.map { ($0, name(in: $0).map { .string($0) } ?? .null) }))
                    case .bounds: bounds.map { .array([$0.west, $0.south, $0.east, $0.north].map { .number($0) }) }
                    default: self[fact].map { .string($0) }
                    }
                return (fact.member, value ?? .null)
            })
    }

    /// The city's name in a language; a name in the other one if there is none in it.
    public func name(in language: String) -> String? {
        language == "en"
            ? texts[.nameEnglish] ?? texts[.name] : texts[.name] ?? texts[.nameEnglish]
    }
}
