import Daemon
import Glibc
import Hotspots

/// A line on standard error that tells how far a long job has come, when standard error is a terminal.
struct ProgressBar {
    private let title: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shownPercent = -1

    init(_ title: String) {
        self.title = title.escapedForTerminal()
    }

    /// Shows `done` of `total`; where the total is not known, how many rows have come.
    mutating func show(_ done: Int, of total: Int?, rows: Int) {
        guard isTerminal else { return }
        guard let total, total > 0 else {
            let thousands = rows / 1000
            if thousands != shownPercent { write("\r\(title): \(thousands) 000 rows") }
            shownPercent = thousands
            return
        }
        let percent = min(100, done * 100 / total)
        guard percent != shownPercent else { return }
        shownPercent = percent
        let filled = percent * 30 / 100
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        write("\r\(title) \(bar) \(percent) %")
    }

    /// Clears the line.
    mutating func finish() {
        guard isTerminal, shownPercent >= 0 else { return }
        write("\r\u{1B}[K")
        shownPercent = -1
    }

    private func write(_ text: String) {
        StandardStreams.tell(text)
    }
}
