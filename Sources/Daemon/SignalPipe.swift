import Glibc

/// Signals of the process as bytes in a pipe, so that a thread can wait for them beside other things.
enum SignalPipe {
    /// The end that handlers write to. Set once, before any handler is.
    nonisolated(unsafe) private static var writing: Int32 = -1

    /// Sends the signals from now on into a pipe.
    ///
    /// - Returns: The end to read from; each byte is a signal's number.
    static func open(for signals: [Int32]) -> Int32 {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return -1 }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        writing = ends[1]
        for signal in signals { handle(signal) { SignalPipe.note($0) } }
        return ends[0]
    }

    /// Writes a byte to the pipe, as a signal does. Safe in a signal's handler.
    static func note(_ number: Int32) {
        let saved = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(writing, &byte, 1)
        errno = saved
    }

    static func ignore(_ signals: [Int32]) {
        for signal in signals { handle(signal, SIG_IGN) }
    }

    /// Ends the process by the signal, as if it had never been handled.
    static func die(of signal: Int32) -> Never {
        handle(signal, SIG_DFL)
        kill(getpid(), signal)
        // Another thread may be the one that it is delivered to.
        sleep(1)
        _exit(128 + signal)
    }

    private static func handle(_ signal: Int32, _ handler: sighandler_t?) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        action.sa_flags = SA_RESTART
        sigaction(signal, &action, nil)
    }
}
