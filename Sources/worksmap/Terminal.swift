import Foundation
import Hotspots

/// The terminal on standard output.
///
/// Titles, names of files and reasons are anybody's words, and a terminal obeys control characters: everything that is printed goes through
/// these functions, or through ``tell(_:)`` to standard error.
enum Terminal {
    static var isStandardOutput: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Prints text for people, which ends in a line feed.
    static func show(_ text: String) {
        print(text.escapedForTerminal(keeping: "\n"), terminator: "")
    }

    /// Prints one JSON text on a line of its own; what a terminal would obey is escaped as JSON has it.
    static func show(json: String) { show(json.hasSuffix("\n") ? json : json + "\n") }

    /// Prints a document of another format as it is, and escaped where a terminal reads it.
    static func show(document: String) {
        isStandardOutput ? show(document.replacing("\r\n", with: "\n")) : print(document, terminator: "")
    }

    /// How many characters fit into a line: as the variable `COLUMNS` says, else as the terminal does; nil if the output goes elsewhere
    /// and nothing has to be cut.
    static var width: Int? {
        if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 {
            return columns
        }
        guard isStandardOutput else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
