public import Foundation
import Geometry

/// Reads the schedules in `sources.yaml` of a city's folder.
///
/// Everything that is wrong is told at once, each with its line, key and what is allowed there.
public struct SourcesFile: Sendable {
    public static let name = "sources.yaml"

    private let url: URL

    /// - Parameter folder: The city's folder.
    public init(in folder: URL) {
        url = folder.appendingPathComponent(Self.name)
    }

    public var path: String { url.path }

    /// The schedules in the order of the file; none if there is no file.
    ///
    /// - Throws: ``RuleFaults`` with everything that is wrong.
    public func read() throws(RuleFaults) -> [SourceSchedule] {
        guard (try? url.checkResourceIsReachable()) ?? false else { return [] }
        var faults: [RuleFault] = []
        var schedules: [SourceSchedule] = []
        var names: Set<String> = []
        do {
            for entry in try RuleNode(file: Self.name, at: url).entries() {
                let reader = SourceReader(entry)
                let schedule = reader.schedule()
                faults += reader.faults
                guard let schedule else { continue }
                if !names.insert(schedule.name).inserted {
                    faults.append(
                        entry.fault("the name “\(schedule.name)” stands there twice; each source has its own"))
                }
                schedules.append(schedule)
            }
        } catch let fault as RuleFault {
            faults.append(fault)
        } catch {
            faults.append(RuleFault(file: Self.name, line: nil, reason: "\(error)"))
        }
        guard faults.isEmpty else { throw RuleFaults(faults: faults) }
        return schedules
    }
}

/// Reads one entry and gathers its faults. A class, because all parts of the entry add to the same list.
private final class SourceReader {
    private let entry: RuleNode
    var faults: [RuleFault] = []

    init(_ entry: RuleNode) { self.entry = entry }

    private static let keys = [
        "name", "title", "address", "mapping", "as", "source", "attribution", "every", "late_after", "list", "headers",
        "query", "paging", "max_size", "timeout", "idle_timeout", "keep", "keep_size", "allow_private", "paused",
    ]

    /// The schedule; nil if a fault was found.
    func schedule() -> SourceSchedule? {
        faults += entry.unknownKeys(besides: Self.keys)
        let name = attempt { try self.name(entry.required("name")) }
        let address = attempt { try self.address(entry.required("address")) }
        let every = value("every") { try seconds($0, 10...30 * Self.day) } ?? 3600
        var schedule = SourceSchedule(
            name: name ?? "", address: address ?? .path(""), every: every,
            place: SourcesFile.name + (entry.line.map { ":\($0)" } ?? ""))
        schedule.title = value("title", title) ?? [:]
        schedule.mapping = value("mapping") { try $0.text() }
        schedule.layer = value("as", layer)
        schedule.source = value("source", filled)
        schedule.attribution = value("attribution", filled)
        schedule.lateAfter = value("late_after") { try seconds($0, every...365 * Self.day) } ?? 3 * every
        schedule.isFull = value("list") { try ($0.value() as ListKind) == .full }
        schedule.headers = value("headers") { try fields($0, of: .header) } ?? []
        schedule.query = value("query") { try fields($0, of: .parameter) } ?? []
        schedule.paging = value("paging", paging)
        schedule.allowsPrivate = value("allow_private") { try $0.truth() } ?? false
        schedule.isPaused = value("paused") { try $0.truth() } ?? false
        limits(&schedule.limits)
        check(schedule)
        return faults.isEmpty ? schedule : nil
    }

    private enum ListKind: String, CaseIterable { case full, changes }

    private static let day = 86_400

    private func limits(_ limits: inout SourceLimits) {
        limits.bytes = value("max_size") { try bytes($0) } ?? limits.bytes
        limits.seconds = value("timeout") { try seconds($0, 1...Self.day) } ?? limits.seconds
        limits.idleSeconds = value("idle_timeout") { try seconds($0, 1...3600) } ?? limits.idleSeconds
        limits.keptLists = value("keep") { try number($0, 1...10_000) } ?? limits.keptLists
        limits.keptBytes = value("keep_size") { try bytes($0) } ?? limits.keptBytes
    }

    /// Checks the rules between keys.
    private func check(_ schedule: SourceSchedule) {
        switch schedule.address {
        case .web(let address):
            guard schedule.hasSecrets, address.lowercased().hasPrefix("http:"), !schedule.allowsPrivate else { return }
            faults.append(
                entry.fault(
                    "a secret goes by https only, where nobody reads it on its way; "
                        + "`allow_private: yes` permits http within a network of your own"))
        case .path:
            for key in ["headers", "query", "paging", "allow_private"] {
                guard let node = entry.optional(key) else { continue }
                faults.append(node.fault("belongs to an address of http or https; this source is a file or folder"))
            }
        }
    }

    // MARK: Values

    private func name(_ node: RuleNode) throws -> String {
        let name = try node.text()
        guard name.utf8.count <= 64, name.wholeMatch(of: #/[A-Za-z0-9][A-Za-z0-9_-]*/#) != nil else {
            throw node.fault(
                "“\(name)” is no name: it has Latin letters, digits, - and _, at most 64, as it names a folder")
        }
        return name
    }

    private func filled(_ node: RuleNode) throws -> String {
        let text = try node.text()
        guard !text.allSatisfy(\.isWhitespace) else {
            throw node.fault("is empty; write something, or leave the key out")
        }
        return text
    }

    private func title(_ node: RuleNode) throws -> [String: String] {
        if node.isScalar { return ["": try filled(node)] }
        var title: [String: String] = [:]
        for (language, value) in try node.members() {
            guard ["ru", "en"].contains(language) else {
                throw value.fault("is no language of the map; there are ru, en")
            }
            title[language] = try filled(value)
        }
        return title
    }

    private func address(_ node: RuleNode) throws -> SourceAddress {
        let text = try filled(node)
        guard let scheme = text.firstMatch(of: #/^([A-Za-z][A-Za-z0-9+.-]*):\/\//#)?.1.lowercased() else {
            return .path(text)
        }
        guard scheme == "http" || scheme == "https" else {
            throw node.fault("“\(scheme)” is not fetched; allowed are http, https, or the path of a file or folder")
        }
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw node.fault(
                "“\(text)” is no address; it looks like https://data.example.org/works.json, other signs as %XX")
        }
        guard parts.user == nil, parts.password == nil else {
            throw node.fault(
                "holds a user's name or password; write `headers: {Authorization: {secret: FILE}}`, with the line in FILE"
            )
        }
        guard parts.fragment == nil else {
            throw node.fault("has a part after #, which no server is told; leave it out")
        }
        guard parts.port.map({ (1...65_535).contains($0) }) ?? true else {
            throw node.fault("has no port of 1 to 65535")
        }
        return .web(text)
    }

    private func layer(_ node: RuleNode) throws -> ImportLayer {
        let text = try node.text()
        guard let layer = ImportLayer(rawValue: text) else {
            throw node.fault(allowed: ImportLayer.allCases.map(\.rawValue))
        }
        return layer
    }

    private func paging(_ node: RuleNode) throws -> SourcePaging {
        if node.isScalar { return SourcePaging(style: try node.value()) }
        faults += node.unknownKeys(besides: ["style", "size", "max_pages"])
        var paging = SourcePaging(style: try node.required("style").value())
        if let size = node.optional("size") { paging.size = try number(size, 1...100_000) }
        if let pages = node.optional("max_pages") { paging.maximumPages = try number(pages, 1...100_000) }
        return paging
    }

    private enum FieldPlace { case header, parameter }

    /// Fields that the fetch sets itself.
    private static let ownHeaders: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "accept-encoding", "if-none-match",
        "if-modified-since", "range", "expect", "upgrade", "te", "trailer",
    ]
    /// Fields that hold secrets whoever writes them.
    private static let secretHeaders: Set<String> = ["authorization", "proxy-authorization", "cookie"]

    private func fields(_ node: RuleNode, of place: FieldPlace) throws -> [SourceField] {
        try node.members().compactMap { name, node in
            attempt {
                if place == .header {
                    guard name.wholeMatch(of: #/[A-Za-z0-9!#$%&'*+.^_`|~-]+/#) != nil else {
                        throw node.fault("is no name of a header field: letters, digits and - are allowed")
                    }
                    guard !Self.ownHeaders.contains(name.lowercased()) else {
                        throw node.fault("is set by the fetch itself; leave it out")
                    }
                }
                return SourceField(name: name, value: try fieldValue(node, name, place))
            }
        }
    }

    private func fieldValue(_ node: RuleNode, _ name: String, _ place: FieldPlace) throws -> SourceField.Value {
        guard node.isScalar else {
            faults += node.unknownKeys(besides: ["secret"])
            let file = try node.required("secret")
            let path = try filled(file)
            guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
                throw file.fault("“\(path)” leads out of the city's folder; secrets lie in it, such as secrets/token")
            }
            return .secret(file: path)
        }
        guard place == .parameter || !Self.secretHeaders.contains(name.lowercased()) else {
            throw node.fault(
                "is a secret: write `\(name): {secret: FILE}`, with the value in FILE of the city's folder, mode 600")
        }
        let text = try node.text()
        guard place == .parameter || text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw node.fault("holds signs that a header field cannot have; only ASCII is allowed")
        }
        return .plain(text)
    }

    private func number(_ node: RuleNode, _ range: ClosedRange<Int>) throws -> Int {
        let text = try node.text()
        do { return try NumberRange(range).number(text) } catch { throw node.fault("\(error)") }
    }

    private func seconds(_ node: RuleNode, _ range: ClosedRange<Int>) throws -> Int {
        try amount(
            node, [("s", 1), ("m", 60), ("h", 3600), ("d", Self.day)], range,
            "a length of time such as 90s, 15m, 2h or 1d",
            Self.lengthText)
    }

    private func bytes(_ node: RuleNode) throws -> Int {
        try amount(
            node, [("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000)], 1000...1_000_000_000_000,
            "a size such as 500kB, 20MB or 1GB", Self.sizeText)
    }

    private static func lengthText(_ seconds: Int) -> String {
        for (unit, size) in [("d", day), ("h", 3600), ("m", 60)] where seconds % size == 0 {
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }

    private static func sizeText(_ bytes: Int) -> String {
        bytes % 1_000_000_000 == 0 ? "\(bytes / 1_000_000_000)GB" : "\(bytes / 1000)kB"
    }

    private func amount(
        _ node: RuleNode, _ units: [(String, Int)], _ range: ClosedRange<Int>, _ wanted: String, _ text: (Int) -> String
    ) throws -> Int {
        let written = try node.text()
        guard let (unit, size) = units.first(where: { written.hasSuffix($0.0) }),
            let count = Int(written.dropLast(unit.count)), written.first?.isNumber ?? false
        else { throw node.fault("“\(written)” is not \(wanted)") }
        let (amount, overflows) = count.multipliedReportingOverflow(by: size)
        guard !overflows, range.contains(amount) else {
            throw node.fault("“\(written)” must be from \(text(range.lowerBound)) to \(text(range.upperBound))")
        }
        return amount
    }

    private func value<Value>(_ key: String, _ body: (RuleNode) throws -> Value) -> Value? {
        entry.optional(key).flatMap { node in attempt { try body(node) } }
    }

    private func attempt<Value>(_ body: () throws -> Value) -> Value? {
        do { return try body() } catch let fault as RuleFault { faults.append(fault) } catch {
            faults.append(entry.fault("\(error)"))
        }
        return nil
    }
}
