import Foundation
import Glibc
import Testing

@testable import Daemon

@Suite("The log")
struct LogWriterTests {
    /// A pipe: what is written to one end can be read from the other.
    private func pipe() -> (read: Int32, write: Int32) {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        precondition(Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("writes lines in their order, from many threads without tearing one")
    func order() throws {
        let path = "/tmp/worksmap-log-\(UUID().uuidString)"
        defer { unlink(path) }
        let writer = try LogWriter(path: path)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for line in 0..<500 { writer.write("\(thread) \(line)\n") }
        }
        writer.flush(within: .seconds(60))
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 4000)
        for thread in 0..<8 {
            #expect(lines.filter { $0.hasPrefix("\(thread) ") } == (0..<500).map { "\(thread) \($0)" })
        }
        #expect(writer.dropped == 0)
    }

    @Test("drops and counts what nobody takes, and goes on when somebody does")
    func unreadPipe() throws {
        let ends = pipe()
        let writer = LogWriter(descriptor: ends.write, capacity: 10_000)
        let line = String(repeating: "x", count: 99) + "\n"
        // The pipe holds 64 KiB, the buffer twice ten thousand bytes.
        for _ in 0..<5000 { writer.write(line) }
        writer.flush(within: .milliseconds(50))
        let dropped = writer.dropped
        #expect(dropped > 3000)
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // Missing lines are told where they are missing, which may be at several places.
        func told() -> Int {
            text.matches(of: #/ warning worksmap: \[Daemon\] (\d+) lines of the log were dropped here/#)
                .reduce(0) { $0 + (Int($1.1) ?? 0) }
        }
        while told() < dropped {
            let count = read(ends.read, &buffer, buffer.count)
            try #require(count > 0)
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count { $0.count == 99 } == 5000 - dropped)
        #expect(told() == dropped)
        writer.write("after\n")
        let count = read(ends.read, &buffer, buffer.count)
        #expect(String(decoding: buffer[..<max(count, 0)], as: UTF8.self) == "after\n")
    }

    @Test("outlives a disk that is full and a reader that is gone", arguments: ["/dev/full", "pipe"])
    func failures(_ target: String) throws {
        let descriptor: Int32
        if target == "pipe" {
            let ends = pipe()
            close(ends.read)
            descriptor = ends.write
        } else {
            descriptor = open(target, O_WRONLY | O_CLOEXEC)
        }
        let writer = LogWriter(descriptor: descriptor, capacity: 100_000)
        for number in 0..<100 { writer.write("\(number)\n") }
        writer.flush(within: .seconds(60))
        #expect(writer.dropped == 100)
    }

    @Test("goes on in a new file when the old one was moved away")
    func rotation() throws {
        let path = "/tmp/worksmap-log-\(UUID().uuidString)"
        defer { for suffix in ["", ".1"] { unlink(path + suffix) } }
        let writer = try LogWriter(path: path)
        writer.write("before\n")
        writer.flush(within: .seconds(60))
        #expect(rename(path, path + ".1") == 0)
        writer.write("still the old one\n")
        writer.flush(within: .seconds(60))
        try writer.reopen()
        writer.write("after\n")
        writer.flush(within: .seconds(60))
        #expect(try String(contentsOfFile: path + ".1", encoding: .utf8) == "before\nstill the old one\n")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "after\n")
    }

    @Test("says where a log cannot be")
    func nowhere() {
        #expect(throws: LogWriter.OpeningError(path: "/nowhere/log", reason: "No such file or directory")) {
            try LogWriter(path: "/nowhere/log")
        }
    }
}
