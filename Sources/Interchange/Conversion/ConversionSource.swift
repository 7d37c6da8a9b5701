import Foundation
import Glibc
import Synchronization

/// What `ogr2ogr` writes, chunk by chunk; its end is only an end if it was content with the file.
final class ConversionSource: ByteSource {
    let name: String
    let byteCount: Int? = nil
    var bytesRead: Int { process.bytesRead }
    private let process: ChildProcess
    private let temporary: TemporaryFolder
    private let input: ConversionInput
    private let limits: ConversionLimits
    private let losses: ConversionLosses

    init(
        _ name: String, _ process: ChildProcess, _ temporary: TemporaryFolder, _ input: ConversionInput,
        _ limits: ConversionLimits, _ losses: ConversionLosses = ConversionLosses()
    ) {
        self.input = input
        self.losses = losses
        self.name = name
        self.process = process
        self.temporary = temporary
        self.limits = limits
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = process.read(into: buffer)
        if count == 0 {
            try ConversionFault.check(process, file: name, limits: limits)
            losses.set(complaints: process.complaints)
        }
        return count
    }
}

/// What GDAL left out without failing.
///
/// A class, because it is known only when the last feature has been read, by whoever reads it.
final class ConversionLosses: Sendable {
    static let openRing = "Non closed ring detected"
    private let openRings = Mutex(0)
    private let assumption = Mutex<String?>(nil)

    /// Keeps something that the user should know.
    func note(_ text: String) { assumption.withLock { $0 = text } }

    func set(complaints: [UInt8]) {
        let count = String(decoding: complaints, as: UTF8.self).split(separator: "\n").count {
            $0.contains(Self.openRing)
        }
        openRings.withLock { $0 = count }
    }

    /// For the user.
    var notes: [String] {
        let count = openRings.withLock { $0 }
        let assumed = assumption.withLock { $0.map { [$0] } ?? [] }
        return assumed
            + (count == 0 ? [] : ["\(count) areas are left out, because the extract has only a part of their outline"])
    }
}

/// What a program of GDAL's says when it fails, in words for the person whose file it is.
enum ConversionFault {
    /// Waits for the end of a program.
    ///
    /// - Throws: ``InputError`` if it failed, or if it complained: GDAL goes on after the damaged end of a file as if nothing were.
    ///
    /// - Parameter said: What a program that is not read as it goes has written.
    static func check(_ process: ChildProcess, file: String, limits: ConversionLimits, said: [UInt8] = []) throws {
        let end = process.finish()
        let complaints = end == .exited(0) ? process.complaints : process.complaints + said
        let lines = String(decoding: complaints, as: UTF8.self).split(separator: "\n").map(String.init)
        // The edge of an extract cuts areas in two; what is left of them is no area, and GDAL leaves it out.
        let errors = lines.filter { !$0.contains(ConversionLosses.openRing) }.filter {
            $0.hasPrefix("ERROR") || $0.hasPrefix("FAILURE") || $0.contains("bad_alloc")
        }
        if end == .exited(0), errors.isEmpty { return }
        let fault = InputError(file: file, message(end, lines, errors.first ?? lines.first, limits))
        if lines.contains(where: { $0.contains("Failed to reproject feature") }) {
            throw OutsideProjection(fault: fault)
        }
        throw fault
    }

    private static func message(
        _ end: ChildProcess.End, _ lines: [String], _ first: String?, _ limits: ConversionLimits
    ) -> String {
        let first = first.map(plain) ?? ""
        func holds(_ words: String...) -> Bool { words.contains { word in lines.contains { $0.contains(word) } } }
        switch end {
        case .outOfTime, .killed(signal: SIGXCPU):
            return "GDAL did not come to an end within \(limits.seconds) s; allow more with --convert-seconds"
        case .tooMuchOutput:
            return
                "GDAL makes more than \(limits.output) MB of it; cut the file into parts, or allow more with --convert-output"
        case .killed(signal: SIGXFSZ), .tooMuchTemporary:
            return
                "GDAL needs temporary files of more than \(limits.output) MB for it; allow more with --convert-output"
        case _ where holds("bad_alloc", "emory", "Cannot allocate", "failed to map segment"):
            return "GDAL needs more than \(limits.memory) MB of memory for it; allow more with --convert-memory"
        case .killed(let signal):
            return "GDAL crashed on it (signal \(signal)\(first.isEmpty ? "" : ": \(first)")); is the file damaged?"
        case .exited:
            if holds("no coordinate system", "Can't transform coordinates") {
                return
                    "does not say its coordinate system (a .prj file beside a shapefile would); name it with --crs, for instance --crs EPSG:25833"
            }
            if holds("Unable to open datasource", "not recognized", "nable to open") {
                return "is not what its name says, or is damaged: GDAL cannot open it"
            }
            if holds("parsing of data", "parsing of OSM", "while parsing", "truncated") {
                return "is damaged or cut off (\(first)); nothing was imported. Fetch it again"
            }
            if holds("Failed to process SRS", "rocess SRS", "crs not found") {
                return "GDAL does not know the coordinate system: \(first)"
            }
            return first.isEmpty ? "GDAL gave up without saying why" : "GDAL cannot read it: \(first)"
        }
    }

    /// `ERROR 1: what` without the number.
    private static func plain(_ line: String) -> String {
        guard let colon = line.range(of: ": "), line.hasPrefix("ERROR") else { return line }
        return String(line[colon.upperBound...])
    }
}
