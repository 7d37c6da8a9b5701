import Cartography
package import HTTPEdge
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
    package var problem: Problem? { .unprocessable("change-refused", "\(self)") }
}

extension DuplicateError: ProblemConvertible {
    package var problem: Problem? { .unprocessable("change-refused", "\(self)") }
}
