import Foundation

/// Feeds the kernel and the readers of geometries random and hostile input, until its time is up: `make fuzz`.
///
///     kernel-fuzz SECONDS SEED [SUBJECT]
///     kernel-fuzz repeat SUBJECT NUMBER
///
/// Built with the address sanitizer and all of Swift's own checks (Swift has no undefined-behaviour sanitizer on Linux), it ends at the first
/// fault; the file `artefacts/fuzz-case` then holds the case, and `repeat` runs that one alone. A case that takes longer than ``patience`` counts as a fault too.
@main
enum KernelFuzz {
    typealias Subject = (name: String, run: @Sendable (inout Dice) throws -> Void)
    static let subjects: [Subject] =
        [
            ("clip-lines", ClippingCases.lines), ("clip-areas", ClippingCases.areas), ("geojson", ReadingCases.geoJSON),
            ("wkb", ReadingCases.wkb), ("vector-tiles", TileCases.run), ("portable", PortableCases.run),
        ] + DrawingCases.all.map { drawing in (drawing.name, { _ = try drawing.draw(&$0) }) }
    /// Seconds that one case may take.
    static let patience: UInt32 = 20

    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.count == 3, arguments[0] == "repeat", let number = UInt64(arguments[2]),
            let subject = subjects.first(where: { $0.name == arguments[1] })
        {
            return run(subject, number)
        }
        guard arguments.count >= 2, let seconds = Double(arguments[0]), let seed = UInt64(arguments[1]) else {
            FileHandle.standardError.write(
                Data("usage: kernel-fuzz SECONDS SEED [SUBJECT] | repeat SUBJECT NUMBER\n".utf8))
            exit(64)
        }
        let chosen = subjects.filter { arguments.count < 3 || $0.name == arguments[2] }
        guard !chosen.isEmpty else {
            FileHandle.standardError.write(
                Data(
                    "kernel-fuzz: no subject \(arguments[2]); there are \(subjects.map(\.name).joined(separator: ", "))\n"
                        .utf8))
            exit(64)
        }
        try FileManager.default.createDirectory(atPath: "artefacts", withIntermediateDirectories: true)
        let file = open("artefacts/fuzz-case", O_CREAT | O_WRONLY | O_TRUNC, 0o644)
        let clock = ContinuousClock()
        for subject in chosen {
            let end = clock.now.advanced(by: .seconds(seconds / Double(chosen.count)))
            var number = seed << 32
            while clock.now < end {
                let note = Array("\(subject.name) \(number)\n".utf8)
                pwrite(file, note, note.count, 0)
                alarm(patience)
                run(subject, number)
                alarm(0)
                number += 1
            }
            print("\(subject.name): \(number - seed << 32) cases")
        }
        close(file)
        unlink("artefacts/fuzz-case")
    }

    private static func run(_ subject: Subject, _ number: UInt64) {
        var dice = Dice(seed: number)
        do {
            try subject.run(&dice)
        } catch {
            FileHandle.standardError.write(Data("\(subject.name) \(number): \(error)\n".utf8))
            exit(1)
        }
    }
}
