import ArgumentParser
import Interchange
import SpatiaLiteStore
import Works

extension SourceCommand {
    /// The source that is meant, and why.
    struct Target: ParsableArguments {
        @OptionGroup var common: CommonOptions
        @Argument(help: "The source.") var name: String
        @Option(help: "Why, in words that everyone may read.") var reason: String

        func validate() throws {
            guard !reason.allSatisfy(\.isWhitespace) else { throw ValidationError("--reason: a reason is wanted") }
        }

        /// - Throws: ``Failure`` if there is no such source.
        func store() throws -> SpatiaLiteStore {
            let store = try common.openStore()
            _ = try SourceSummary.known(name, in: store)
            return store
        }
    }

    /// `worksmap source reset`
    struct Reset: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget the times of a source's lists, so that the next one comes in whatever its time.",
            discussion: """
                Example:
                  worksmap source reset outages --reason "a list was dated wrongly"

                Works stay as they are. The record of imports keeps what was forgotten, and why.
                """)

        @OptionGroup var target: Target

        func run() throws {
            try reporting {
                let last = try ImportUndo(store: target.store()).reset(source: target.name, reason: target.reason)
                let forgotten =
                    last.map { "the last list, of \($0), is forgotten" } ?? "there was no list time to forget"
                Terminal.show("\(target.name): \(forgotten)\n")
            }
        }
    }

    /// `worksmap source undo`
    struct Undo: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take the last import of a source back.",
            discussion: """
                Example:
                  worksmap source undo outages --reason "the file was that of another city"

                Each field that the import changed goes back to what it was before, unless somebody has changed it since. Works that
                it created are rejected, unless a person has decided on them since; a later list that has them opens them
                again. The ledger of each work says what went back, and why.
                """)

        @OptionGroup var target: Target

        func run() throws {
            try reporting {
                let outcome = try ImportUndo(store: target.store())
                    .takeBackLast(ofSource: target.name, reason: target.reason)
                let left = outcome.left > 0 ? ", \(outcome.left) left as they are by now" : ""
                Terminal.show(
                    "\(target.name): import \(outcome.undone.id) (\(outcome.undone.file ?? "–")) is taken back: "
                        + "\(outcome.restored) works as before, \(outcome.rejected) rejected\(left)\n")
            }
        }
    }
}
