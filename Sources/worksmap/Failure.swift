import ArgumentParser
import Daemon
import Hotspots

/// The ends that a command can come to.
extension ExitCode {
    /// The work could not be done.
    static let couldNotBeDone = ExitCode(1)
    /// Some of the input was refused; the rest is in.
    static let badInput = ExitCode(2)
}

/// Why a command could not be done, in words for the person who called it.
struct Failure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Writes a line to standard error. Whatever a terminal would obey in it is spelled out. A full disk or a reader that left ends no command.
func tell(_ message: String) {
    StandardStreams.tell(message.escapedForTerminal() + "\n")
}

/// Tells why a command could not be done. Further lines of the reason are set in, so that no word of a file passes for a line of ours.
func tell(failure error: any Error) {
    let lines = "\(error)".split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() { tell((index == 0 ? "worksmap: " : "  ") + line) }
}

/// Runs `body`; whatever it throws is told on standard error and ends the program with status 1.
func reporting<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let end as ExitCode {
        throw end
    } catch let usage as ValidationError {
        throw usage
    } catch {
        tell(failure: error)
        throw ExitCode.couldNotBeDone
    }
}

/// As ``reporting(_:)-swift.function``, for work that suspends.
func reporting<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch let end as ExitCode {
        throw end
    } catch let usage as ValidationError {
        throw usage
    } catch {
        tell(failure: error)
        throw ExitCode.couldNotBeDone
    }
}
