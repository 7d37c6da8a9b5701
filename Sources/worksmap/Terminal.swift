import Foundation

/// The terminal on standard output.
enum Terminal {
    /// How many characters fit into a line: as the variable `COLUMNS` says, else as the terminal does; nil if the output goes elsewhere
    /// and nothing has to be cut.
    static var width: Int? {
        if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 {
            return columns
        }
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
