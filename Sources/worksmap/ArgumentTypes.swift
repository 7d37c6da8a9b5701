public import ArgumentParser
public import Hotspots
public import Interchange
public import Logging
public import Works

// What other parts define and the command line reads.

extension CQL2.Form: ExpressibleByArgument {}
extension DeadlineReport.Group: ExpressibleByArgument {}
extension ExportFormat: ExpressibleByArgument {}
extension HotspotQuestion.Method: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}
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

extension Instant: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension WorkID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
