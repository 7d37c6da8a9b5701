public import ArgumentParser
import Geometry
public import Hotspots
public import Interchange
public import Logging
public import Works

// What other parts define and the command line reads.

extension CQL2.Form: ExpressibleByArgument {}
extension DeadlineReport.Column: ExpressibleByArgument {}
extension DeadlineReport.Group: ExpressibleByArgument {}
extension ExportFormat: ExpressibleByArgument {}
extension HotspotQuestion.Method: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}
extension RedactableField: ExpressibleByArgument {}
extension ReferenceLayer: ExpressibleByArgument {}
extension Role: ExpressibleByArgument {}
extension Severity: ExpressibleByArgument {}
extension WorkKind: ExpressibleByArgument {}
extension WorkStatus: ExpressibleByArgument {}

extension ExportLayer: ExpressibleByArgument {
    public static var allValueStrings: [String] { allCases.map(\.rawValue) }
}

extension ImportLayer: ExpressibleByArgument {
    public static var allValueStrings: [String] { allCases.map(\.rawValue) }
}

extension PublishedColumns: ExpressibleByArgument {
    public init?(argument: String) { self.init(list: argument) }
}

extension Instant: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension WorkID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

// MARK: - Numbers

extension NumberRange {
    /// Throws, as bad usage, unless an option's value is in the range.
    func check(_ number: Number, of option: String) throws {
        do { _ = try checked(number) } catch { throw ValidationError("\(option): \(error)") }
    }
}

extension NumberRange<Int> {
    /// How many lines a list may have.
    static var listed: NumberRange<Int> { NumberRange(1...1_000_000) }
}
