import Geometry
import HTTPEdge

/// One file of `web/locales`: texts under paths such as `status.done`, some of them in the plural forms of the language.
struct Phrasebook: Sendable {
    private enum Phrase {
        case single(String)
        /// By the names of CLDR's plural forms.
        case plural([String: String])
    }

    private static let pluralForms: Set = ["zero", "one", "two", "few", "many", "other"]

    private let phrases: [String: Phrase]

    /// - Parameter json: The file; what is no text in it is passed over.
    init(_ json: [UInt8]) {
        var phrases: [String: Phrase] = [:]
        func add(_ value: JSONValue, _ path: String) {
            if let text = value.string { phrases[path] = .single(text) }
            guard let members = value.object else { return }
            if members.allSatisfy({ Self.pluralForms.contains($0.name) && $0.value.string != nil }) {
                phrases[path] = .plural(
                    [String: String](members.map { ($0.name, $0.value.string ?? "") }, uniquingKeysWith: { $1 }))
                return
            }
            for member in members { add(member.value, path.isEmpty ? member.name : "\(path).\(member.name)") }
        }
        if let root = try? JSONParser.parse(json) { add(root, "") }
        self.phrases = phrases
    }

    /// The text with this path, its `{places}` filled; nil if there is none.
    func text(_ path: String, form: String? = nil, _ values: [String: String] = [:], count: Int? = nil) -> String? {
        var text: String
        switch phrases[path] {
        case .single(let phrase)?: text = phrase
        case .plural(let forms)?:
            guard let phrase = form.flatMap({ forms[$0] }) ?? forms["other"] else { return nil }
            text = phrase
        case nil: return nil
        }
        if let count { text.replace("{count}", with: "\(count)") }
        for (name, value) in values { text.replace("{\(name)}", with: value) }
        return text
    }

    /// The last parts of all paths that begin with `path`.
    func names(under path: String) -> [String] {
        let start = path + "."
        return phrases.keys.filter { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
    }
}
