import Cartography
package import HTTPEdge
import HTTPTypes
import Works

// Errors of the parts below, as clients see them.

extension StoreError: ProblemConvertible {
    package var problem: Problem? {
        switch self {
        case .locked: .notReady("another process is writing to the database; try again")
        case .unopened: .unopened("the database cannot be opened once more for now")
        case .unwritable(_, let reason):
            .unwritable("507 Insufficient Storage: the database cannot be written now: \(reason); nothing was changed")
        case .gone: .notReady("the database's file is gone or was replaced; nothing can be written until it is back")
        case .keyMissing:
            Problem(
                .serviceUnavailable, "key-missing", "The key of what is private is missing",
                detail:
                    "what is private cannot be read or written, because the key file is missing or not the database's; "
                    + "nothing was changed; whoever runs the service puts it back")
        case .publicCopy:
            Problem(
                .serviceUnavailable, "public-copy", "This is a public copy",
                detail: "the service shows a public copy of the database, which takes no reports and has no staff")
        default: nil
        }
    }
}

extension AtlasError: ProblemConvertible {
    package var problem: Problem? {
        guard case .unknownTileset(let name, let known) = self else { return nil }
        return .notFound("there is no tileset “\(name)”; there are \(known.joined(separator: ", "))")
    }
}

extension WorkChangeError: ProblemConvertible {
    package var problem: Problem? {
        switch self {
        case .unconfirmed(let concerns, let reasonMissing):
            let wanted = reasonMissing ? "“confirm”: true and a “reason” are wanted" : "“confirm”: true is wanted"
            var problem = Problem.unprocessable("confirmation-needed", "\(wanted): \(Self.list(concerns))")
            problem.parameter = "confirm"
            problem.errors = Self.errors(concerns)
            if reasonMissing {
                problem.errors.append(
                    .init(field: "reason", detail: "is wanted, in words that everyone can read"))
            }
            return problem
        case .adminNeeded(let concerns):
            var problem = Problem.unprocessable(
                "unknown-name",
                "\(Self.list(concerns)); take a name of the city's list, or have an admin add the new one")
            problem.parameter = concerns.first?.field
            problem.errors = Self.errors(concerns)
            return problem
        case .notYet(let moment, _):
            var problem = Problem.unprocessable("change-refused", "\(self)")
            problem.parameter = moment.rawValue
            return problem
        default: return .unprocessable("change-refused", "\(self)")
        }
    }

    private static func list(_ concerns: [Concern]) -> String {
        concerns.map { "\($0.field): \($0)" }.joined(separator: "; ")
    }

    private static func errors(_ concerns: [Concern]) -> [Problem.FieldError] {
        concerns.map { Problem.FieldError(field: $0.field, detail: "\($0)") }
    }
}

extension AuthorityError: ProblemConvertible {
    package var problem: Problem? {
        if self == .sourceIDMissing {
            return .malformedParameter("source_id", "a machine's token names the work by it")
        }
        var problem = Problem.forbidden("\(self)")
        problem.parameter = field
        return problem
    }
}

extension DuplicateError: ProblemConvertible {
    package var problem: Problem? { .unprocessable("change-refused", "\(self)") }
}

extension TakingBackError: ProblemConvertible {
    package var problem: Problem? {
        func refused(_ field: String?) -> Problem {
            var problem = Problem.unprocessable("change-refused", "\(self)")
            problem.parameter = field
            return problem
        }
        return switch self {
        case .unknown: .notFound("\(self)")
        case .reasonMissing: refused("reason")
        case .badText(let name, _): refused(name)
        case .hiddenAlready, .notHidden:
            Problem(.conflict, "conflict", "The work is in that state already", detail: "\(self)")
        case .nothingThere: refused("field")
        case .noEntry, .nothingInEntry: refused("entry")
        case .badReplacement: refused("replacement")
        case .badGeometry, .samePlace: refused("geometry")
        }
    }
}

extension Problem {
    /// A work that staff have taken out of the public record, and why.
    static func hidden(_ reason: String?) -> Problem {
        Problem(.gone, "hidden", "The work was taken out of the public record", detail: reason)
    }
}
