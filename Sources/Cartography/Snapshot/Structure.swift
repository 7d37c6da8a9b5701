import Geometry
import Works

/// On which floor of the city a road, a railway or a stream lies: what decides who crosses over whom.
enum Structure: String, Hashable, Sendable, CaseIterable {
    case tunnel
    case ground
    case bridge
    /// A bridge over bridges.
    case upperBridge = "upper_bridge"

    /// By the tags `bridge`, `tunnel` and `layer` in a feature's `extra`, as OpenStreetMap has them
    /// (https://wiki.openstreetmap.org/wiki/Key:layer); a passage through a building is not a tunnel.
    init(of feature: ReferenceFeature) {
        self = .ground
        guard let extra = feature.extra, extra.contains(anyOf: Self.keys),
            let value = try? JSONParser.parse([UInt8](extra.utf8))
        else { return }
        let layer = value["layer"].flatMap { $0.integer ?? $0.string.flatMap { Int($0) } } ?? 0
        if Self.isSet(value["bridge"]) {
            self = layer > 1 ? .upperBridge : .bridge
        } else if Self.isSet(value["tunnel"]), value["tunnel"]?.string != "building_passage" {
            self = .tunnel
        }
    }

    private static let keys = ["\"bridge\"", "\"tunnel\""].map { Array($0.utf8) }

    private static func isSet(_ value: JSONValue?) -> Bool {
        switch value {
        case .bool(let value)?: value
        case .string(let text)?: !text.isEmpty && text != "no"
        default: false
        }
    }
}

extension String {
    /// Whether one of the words occurs: most features have nothing of what is looked for, and reading their `extra` would be for nothing.
    func contains(anyOf words: [[UInt8]]) -> Bool {
        var text = self
        return text.withUTF8 { text in
            words.contains { word in
                guard text.count >= word.count else { return false }
                return (0...text.count - word.count).contains { start in
                    text[start] == word[0] && text[start..<start + word.count].elementsEqual(word)
                }
            }
        }
    }
}

/// The combinations of class and structure that occur in a layer, each named by a number.
struct ReferenceKinds: Sendable {
    private struct Kind: Hashable {
        var featureClass: String
        var structure: Structure
    }

    private var all: [Kind] = []
    private var codes: [Kind: UInt16] = [:]

    var count: Int { all.count }

    mutating func code(of featureClass: String, _ structure: Structure) -> UInt16 {
        let kind = Kind(featureClass: featureClass, structure: structure)
        if let code = codes[kind] { return code }
        let code = UInt16(min(all.count, Int(UInt16.max) - 1))
        if Int(code) == all.count { all.append(kind) }
        codes[kind] = code
        return code
    }

    /// What a kind has in a field of a style; nil if it has nothing there.
    func value(of field: StyleField, _ code: Int) -> String? {
        switch field {
        case .featureClass: all[code].featureClass
        case .structure: all[code].structure.rawValue
        default: nil
        }
    }
}
