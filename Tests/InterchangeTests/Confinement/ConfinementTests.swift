import Foundation
import Glibc
import Testing

@testable import Interchange

@Suite(.enabled(if: StandIn.python != nil, "no python3 to play the converter"))
struct ConfinementTests {
    @Test("This machine offers a way of confining that its kernel enforces")
    func offered() { #expect(!StandIn.ways.isEmpty) }

    // MARK: What works

    @Test("A confined program reads its input, writes in its folder, and may have threads", arguments: StandIn.ways)
    func allowed(way: Confinement) throws {
        var program = try StandIn(way)
        let input = try TemporaryFolder()
        let file = try input.write("forty-two", to: "input.txt")
        program.readable = [file]
        #expect(try program.attempt("assert open(sys.argv[1]).read() == 'forty-two'", [file]) == "done")
        #expect(
            try program.attempt(
                """
                open("a", "w").write("x"); os.rename("a", "b"); os.mkdir("c"); os.rename("b", "c/b")
                open("c/b", "r+").truncate(0); os.unlink("c/b"); os.rmdir("c")
                """) == "done")
        #expect(
            try program.attempt(
                "import threading; t = threading.Thread(target=print); t.start(); t.join()"
            ).hasSuffix("done"))
    }

    // MARK: What does not

    /// Attempts, with the path of a file that belongs to somebody else as first argument and that of the input as second.
    static let attempts = [
        "read another file": "open(sys.argv[1]).read()",
        "read the users of the machine": "open('/etc/passwd').read()",
        "read what another process was started with": "open('/proc/%d/environ' % os.getppid()).read()",
        "list the folder of another file": "assert os.listdir(os.path.dirname(sys.argv[1]))",
        "list the folder of the input": "assert len(os.listdir(os.path.dirname(sys.argv[2]))) > 1",
        "read beside the input": "open(os.path.dirname(sys.argv[2]) + '/beside.txt').read()",
        "follow a link in its folder": "os.symlink(sys.argv[1], 'link'); open('link').read()",
        "read by a link that lies beside the input": "open(os.path.dirname(sys.argv[2]) + '/link').read()",
        "write to another file": "open(sys.argv[1], 'a')",
        "write beside the input": "open(os.path.dirname(sys.argv[2]) + '/new.txt', 'w')",
        "write to the input": "open(sys.argv[2], 'a')",
        "empty the input": "os.truncate(sys.argv[2], 0)",
        "empty the input by opening it": "os.close(os.open(sys.argv[2], os.O_RDONLY | os.O_TRUNC))",
        "remove the input": "os.unlink(sys.argv[2])",
        "move the input": "os.rename(sys.argv[2], 'mine')",
        "link the input": "os.link(sys.argv[2], 'mine')",
        "change the mode of the input": "os.chmod(sys.argv[2], 0o777)",
        "change the times of the input": "os.utime(sys.argv[2])",
        "write into a temporary folder of others": "open('/tmp/worksmap-escaped', 'w')",
        "open a socket": "import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
        "open a socket for datagrams": "import socket; socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
        "open a local socket": "import socket; socket.socket(socket.AF_UNIX)",
        "open a pair of sockets": "import socket; socket.socketpair()",
        "fork": "os.fork() or os._exit(0)",
        "start a program": "import subprocess; subprocess.run(['/usr/bin/true'])",
        "become another program": "os.execv('/usr/bin/env', ['env', 'echo', 'done'])",
        "become itself": "os.execv(sys.executable, ['python3', '-c', 'print(\"done\")'])",
        "become what it wrote":
            "open('x','w').write('#!/bin/sh\\necho done'); os.chmod('x', 0o755); os.execv('./x', ['x'])",
        "kill who started it": "os.kill(os.getppid(), 9)",
        "ask for a signal for another process":
            "import fcntl; fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid()); assert os.getppid() == 0",
        "raise its limits": "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))",
        "change its root": "os.chroot('.')",
    ]

    @Test(
        "A confined program cannot",
        arguments: attempts.keys.sorted().flatMap { name in StandIn.ways.map { (name, $0) } }
    )
    func denied(name: String, way: Confinement) throws {
        let statement = try #require(Self.attempts[name])
        let others = try TemporaryFolder()
        let secret = try others.write("secret", to: "city.sqlite")
        let input = try TemporaryFolder()
        let file = try input.write("forty-two", to: "input.txt")
        _ = try input.write("secret", to: "beside.txt")
        #expect(symlink(secret, input.path + "/link") == 0)
        var program = try StandIn(way)
        program.readable = [file]
        // Bubblewrap starts it by name, so that it may begin anew, as confined as it was.
        if way == .bubblewrap, name == "become itself" { return }
        let answer = try program.attempt(statement, [secret, file])
        #expect(!answer.hasSuffix("done"), "\(name): \(answer)")
        // The attempt itself was made: an error of the system's, or an assertion of ours that failed.
        let errors = [
            "OSError", "PermissionError", "FileNotFoundError", "ProcessLookupError", "AssertionError", "ValueError",
        ]
        #expect(errors.contains { answer.hasPrefix($0) }, "\(name): \(answer)")
        #expect(try String(contentsOfFile: secret, encoding: .utf8) == "secret")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "forty-two")
        #expect(try FileManager.default.contentsOfDirectory(atPath: input.path).count == 3)
        #expect(access("/tmp/worksmap-escaped", F_OK) != 0)
    }

    /// Numbers of the x86-64 interface.
    @Test(
        "System calls beyond those of a converter do not exist for it",
        arguments: [
            ("ptrace", 101), ("mount", 165), ("unshare", 272), ("setns", 308), ("io_uring_setup", 425), ("bpf", 321),
            ("userfaultfd", 323), ("keyctl", 250), ("add_key", 248), ("process_vm_readv", 310), ("pidfd_open", 434),
            ("perf_event_open", 298), ("clone3", 435), ("vfork", 58), ("execve", 59), ("shmget", 29), ("mq_open", 240),
            ("inotify_init", 253), ("name_to_handle_at", 303), ("personality", 135), ("setuid", 105), ("reboot", 169),
            ("init_module", 175), ("kexec_load", 246), ("swapon", 167), ("connect", 42), ("bind", 49), ("accept", 43),
            ("tgkill", 234), ("seccomp", 317), ("landlock_create_ruleset", 444), ("memfd_create", 319),
            ("a later one", 1023),
        ])
    func systemCalls(name: String, number: Int) throws {
        #if arch(x86_64)
        for way in StandIn.ways where !(way == .bubblewrap && name == "execve") {
            let program = try StandIn(way)
            let answer = try program.run(
                """
                import ctypes
                libc = ctypes.CDLL(None, use_errno=True)
                libc.syscall.restype = ctypes.c_long
                print(libc.syscall(\(number), 0, 0, 0, 0, 0, 0), ctypes.get_errno())
                """)
            #expect(["-1 38\n", "-1 1\n"].contains(answer.said), "\(name), \(way): \(answer)")
        }
        #endif
    }

    @Test("Calls of another architecture end the program")
    func otherArchitecture() throws {
        #if arch(x86_64)
        for way in StandIn.ways {
            // getpid of the x32 interface.
            let answer = try StandIn(way).run(
                "import ctypes; ctypes.CDLL(None).syscall(ctypes.c_long(0x40000027)); print('done')")
            #expect(answer.said.isEmpty && answer.end != .exited(0), "\(way): \(answer)")
        }
        #endif
    }

    @Test(
        "Nothing that we have open is open in it, and of our environment it sees what it was given",
        arguments: StandIn.ways)
    func inherited(way: Confinement) throws {
        let folder = try TemporaryFolder()
        let secret = try folder.write("secret", to: "secret")
        let descriptor = open(secret, O_RDONLY)
        defer { close(descriptor) }
        let answer = try StandIn(way).run(
            """
            import os
            found = []
            for number in range(3, 1024):
                try: os.fstat(number); found.append(number)
                except OSError: pass
            print(found, sorted(os.environ))
            """)
        let isPlain = answer.said.hasPrefix("[] ['LANG', 'PATH'")
        #expect(isPlain && !answer.said.contains("HOME"), "\(answer)")
    }

    // MARK: Limits

    @Test("Memory, output, files, their sizes and time are limited", arguments: StandIn.ways)
    func limits(way: Confinement) throws {
        var program = try StandIn(way)
        #expect(try program.attempt("b'x' * (600 << 20)").hasPrefix("MemoryError"))
        #expect(try program.attempt("[open('/dev/null') for _ in range(300)]").hasPrefix("OSError 24"))
        program.limits.output = 2
        let loud = try program.run("import sys\nwhile True: sys.stdout.write('x' * 65536)")
        #expect(loud.end == .tooMuchOutput)
        #expect(try program.attempt("open('large', 'wb').write(b'x' * (3 << 20))").hasPrefix("OSError 27"))
        let many = try program.run(
            """
            import time
            for n in range(4): open(str(n), "wb").write(b"x" * (1 << 20))
            time.sleep(30)
            """)
        #expect(many.end == .tooMuchTemporary)
        program = try StandIn(way)
        program.limits.seconds = 1
        #expect(try program.run("import time; time.sleep(30)").end == .outOfTime)
        let busy = try program.run("while True: pass").end
        #expect(busy == .outOfTime || busy == .killed(signal: SIGXCPU))
    }

    @Test("A program that cannot be started is told with its name and reason")
    func notStarted() throws {
        let folder = try TemporaryFolder()
        let script = try folder.write("#!/bin/sh\necho done\n", to: "script")
        chmod(script, 0o755)
        for (program, reason) in [(script, "execution"), ("/nowhere/program", "No such file")] {
            let failure = #expect(throws: ChildProcess.SpawnFailure.self) {
                _ = try ChildProcess(
                    program, [], environment: [:], limits: ConversionLimits(), reach: Reach(folder: folder.path),
                    confinement: .landlock)
            }
            #expect(
                failure?.program == program && failure?.reason.contains(reason) == true,
                "\(String(describing: failure))")
        }
    }
}
