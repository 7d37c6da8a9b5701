import Foundation
import HTTPEdge
import Interchange
import Works

// Parameters of the statistics: those of the command line, in the words of the command line.
extension QueryParameters {
    /// The period of `since` and `until`: a date at its end belongs to it, a moment does not.
    func period(_ city: CityZone, now: Instant) throws(Problem) -> Period {
        let (since, until) = (try time("since"), try time("until"))
        let timeZone: TimeZone = since == nil && until == nil ? .gmt : city.timeZone
        return Period(since: since, until: until, in: timeZone, now: now)
    }

    /// A time: RFC 3339, a date, or an age such as `90d`; nil if it was not given.
    func time(_ name: String) throws(Problem) -> StatedTime? {
        guard let text = self[name] else { return nil }
        guard let time = StatedTime(text) else {
            throw .malformedParameter(name, "“\(text.prefix(40))” is not \(StatedTime.wanted)")
        }
        return time
    }

    /// True or false, or nil if it was not given.
    func truth(_ name: String) throws(Problem) -> Bool? {
        switch self[name] {
        case nil: return nil
        case "true": return true
        case "false": return false
        case let text?: throw .malformedParameter(name, "“\(text.prefix(40))” is not true or false")
        }
    }

    /// One of a choice of words, or nil if it was not given.
    func choice<Choice>(_ name: String, of choices: [(word: String, meaning: Choice)]) throws(Problem) -> Choice? {
        guard let text = self[name] else { return nil }
        guard let choice = choices.first(where: { $0.word == text }) else {
            throw .malformedParameter(
                name, "“\(text.prefix(40))” is none of \(choices.map(\.word).joined(separator: ", "))")
        }
        return choice.meaning
    }

    /// One of the values of an enumeration of words, or nil if it was not given.
    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, as: Choice.Type) throws(Problem) -> Choice?
    where Choice.RawValue == String {
        try choice(name, of: Choice.allCases.map { ($0.rawValue, $0) })
    }
}
