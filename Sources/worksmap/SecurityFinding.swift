import Geometry

/// Something that `worksmap check --security` found.
struct SecurityFinding: Equatable {
    enum Severity: String {
        /// Wants mending; the check ends with status 1.
        case serious
        /// May be meant.
        case note
    }

    var severity: Severity
    /// Subject of the check: `files`, `address`, `tokens`, `moderation` or `published`.
    var check: String
    /// The file, token or column in question.
    var subject: String
    /// Problem, and its remedy.
    var problem: String
    /// Values that look alike, and one of them shortened.
    var count: Int?
    var sample: String?

    var line: String {
        let shown = sample.map { ", such as \($0)" } ?? ""
        return "\(severity.rawValue): \(subject): \(problem)\(shown)"
    }

    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("severity", .string(severity.rawValue)), ("check", .string(check)), ("subject", .string(subject)),
            ("problem", .string(problem)),
        ]
        if let count { members.append(("count", .integer(count))) }
        if let sample { members.append(("sample", .string(sample))) }
        return .object(JSONObject(members))
    }
}
