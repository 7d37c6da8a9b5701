import Foundation
import Works

/// Encryption for a public key by the program `age` (https://age-encryption.org), which Debian has as a package.
public enum AgeCipher {
    /// First line of every encrypted file.
    static let magic = "age-encryption.org/v1"

    /// True for a recipient that `age` understands: `age1…` or the text of an SSH key.
    public static func isRecipient(_ text: String) -> Bool {
        text.wholeMatch(of: #/age1[02-9ac-hj-np-z]{20,100}/#) != nil || text.hasPrefix("ssh-ed25519 ")
            || text.hasPrefix("ssh-rsa ")
    }

    static func isEncrypted(_ path: String) -> Bool {
        guard let file = try? RawFile(path, O_RDONLY), let head = try? file.read(magic.utf8.count, at: 0) else {
            return false
        }
        return head == Array(magic.utf8)
    }

    /// Encrypts a file into another one.
    static func encrypt(_ source: String, to target: String, recipient: String) throws {
        try run(["-r", recipient, "-o", target, source], about: target)
    }

    static func decrypt(_ source: String, to target: String, identity: String) throws {
        try run(["-d", "-i", identity, "-o", target, source], about: source)
    }

    /// Encrypts a short text, in armour.
    static func wrap(_ secret: [UInt8], recipient: String) throws -> String {
        String(decoding: try pipe(["-a", "-r", recipient], secret, about: "a key"), as: UTF8.self)
    }

    static func unwrap(_ text: String, identity: String, about path: String) throws -> [UInt8] {
        try pipe(["-d", "-i", identity], Array(text.utf8), about: path)
    }

    private static func run(_ arguments: [String], about path: String) throws {
        _ = try pipe(arguments, [], about: path)
    }

    private static func pipe(_ arguments: [String], _ input: [UInt8], about path: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["age"] + arguments
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (stdin, stdout, stderr)
        do { try process.run() } catch {
            throw StoreError.unwritable(path: path, reason: "the program age cannot be run: \(error)")
        }
        try? stdin.fileHandleForWriting.write(contentsOf: input)
        try? stdin.fileHandleForWriting.close()
        let output = (try? stdout.fileHandleForReading.readToEnd()) ?? Data()
        let errors = (try? stderr.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let words = String(decoding: errors, as: UTF8.self).split(separator: "\n").first.map(String.init)
            let reason =
                process.terminationStatus == 127
                ? "the program age is not installed (Debian: apt install age)" : words ?? "age ended with an error"
            throw StoreError.unopened(path: path, reason: reason)
        }
        return Array(output)
    }
}
