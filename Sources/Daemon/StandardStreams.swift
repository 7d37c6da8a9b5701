import Glibc
import Synchronization

/// Standard input, output and error of a process that may have been started without them.
public enum StandardStreams {
    private static let diversion = Mutex<LogWriter?>(nil)

    /// Fills those of the three descriptors that are closed, so that no file that is opened later takes the place of one and is written to by mistake.
    ///
    /// A stand-in of standard output refuses what is written, as the closed one would; one of standard error takes it.
    public static func fillGaps() {
        for (descriptor, flags) in [
            (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
        ] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is the closed one, as those before it are open.
            _ = open("/dev/null", flags)
        }
    }

    /// Hands what is told from now on to a writer, so that telling never blocks. At the process's end it has a second to write the rest.
    public static func divertErrors(to writer: LogWriter) {
        let isFirst = diversion.withLock { diversion in
            defer { diversion = writer }
            return diversion == nil
        }
        if isFirst { atexit { StandardStreams.diversion.withLock { $0 }?.flush(within: .seconds(1)) } }
    }

    /// Writes to standard error. Whatever happens there, a full disk or a reader that left, the program goes on.
    public static func tell(_ text: String) {
        if let writer = diversion.withLock({ $0 }) {
            writer.write(text)
            return
        }
        withoutPipeSignal {
            var text = text
            text.withUTF8 { bytes in
                var written = 0
                while written < bytes.count {
                    let count = write(STDERR_FILENO, bytes.baseAddress! + written, bytes.count - written)
                    if count > 0 {
                        written += count
                    } else if errno == EAGAIN {
                        var wanted = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
                        poll(&wanted, 1, 1000)
                    } else if errno != EINTR {
                        return
                    }
                }
            }
        }
    }

    /// Runs `body` with SIGPIPE kept from this thread; one that came of it is taken back.
    private static func withoutPipeSignal(_ body: () -> Void) {
        var pipe = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        var before = sigset_t()
        var pending = sigset_t()
        sigpending(&pending)
        let wasPending = sigismember(&pending, SIGPIPE) == 1
        pthread_sigmask(SIG_BLOCK, &pipe, &before)
        body()
        if !wasPending {
            var now = timespec()
            while sigtimedwait(&pipe, nil, &now) < 0, errno == EINTR {}
        }
        pthread_sigmask(SIG_SETMASK, &before, nil)
    }
}
