import Geometry
import Interchange
import SpatiaLiteStore
import TimeBudgets
import Works

/// Values of everything public that look personal: texts of works, public extra, reasons, reference layers. They are counted by column.
struct PublishedValues {
    let store: SpatiaLiteStore
    let now: Instant

    /// Values of one sort in one column.
    private struct Tally {
        var count = 0
        var sample = ""
    }

    private struct Place: Hashable, Comparable {
        var column: String
        var value: PersonalValue

        static func < (a: Place, b: Place) -> Bool { (a.column, a.value) < (b.column, b.value) }
    }

    private static let columns: [WorkColumn] = [.title, .description, .address, .organisation, .contractor, .source]

    func findings() throws -> [SecurityFinding] {
        var tallies: [Place: Tally] = [:]
        func look(_ text: String, in column: String) {
            for (value, found) in Dictionary(grouping: PersonalValue.findings(in: text), by: \.value) {
                tallies[Place(column: column, value: value), default: Tally()].count += 1
                if tallies[Place(column: column, value: value)]?.sample == "" {
                    tallies[Place(column: column, value: value)]?.sample = found[0].shortened
                }
            }
        }
        func look(extra text: String?, in column: String) {
            guard let text, let value = try? JSONParser.parse(text) else { return }
            walk(value, column) { look($0, in: $1) }
        }
        try store.forEachWork(WorkPage(geometry: false), at: now, budget: .unlimited) { row in
            for column in Self.columns {
                if let text = row.text(column) { look(text, in: "works.\(column.propertyName)") }
            }
            look(extra: row.text(.extra), in: "works.extra")
        }
        for layer in ReferenceLayer.allCases {
            try store.forEachFeature(in: layer, bounds: nil, after: nil, limit: nil, budget: .unlimited) { _, feature in
                // Streets and schools are called by names of people.
                for found in PersonalValue.findings(in: feature.name ?? "")
                where found.value == .email || found.value == .telephone {
                    look(found.text, in: "\(layer.rawValue).name")
                }
                look(extra: feature.extra, in: "\(layer.rawValue).extra")
            }
        }
        return tallies.sorted { $0.key < $1.key }.map { place, tally in
            SecurityFinding(
                severity: place.value == .entrepreneur ? .note : .serious, check: "published", subject: place.column,
                problem: Self.problem(place.value, tally.count), count: tally.count, sample: tally.sample)
        }
    }

    /// Calls `body` with every text and number inside a value, and its path.
    private func walk(_ value: JSONValue, _ path: String, _ body: (String, String) -> Void) {
        if let members = value.object {
            for member in members { walk(member.value, "\(path).\(member.name)", body) }
        } else if let items = value.array {
            for item in items { walk(item, path, body) }
        } else if let text = value.string {
            body(text, path)
        } else if let number = value.integer {
            body(String(number), path)
        }
    }

    private static func problem(_ value: PersonalValue, _ count: Int) -> String {
        let values = count == 1 ? "1 public value looks" : "\(count) public values look"
        return switch value {
        case .email: "\(values) like an e-mail address"
        case .telephone: "\(values) like a telephone number"
        case .name: "\(values) like a person's name"
        case .entrepreneur: "\(values) like an entrepreneur's name, as a firm has it"
        }
    }
}
