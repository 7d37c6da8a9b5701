import DemoCity
import Geometry
import Testing
import Works

@Suite("The demo city's works")
struct RecordTests {
    @Test("Every record explains its work, entry by entry", arguments: Cities.seeds)
    func ledgers(seed: UInt64) {
        let city = Cities.city(seed)
        for (work, ledger) in city.works {
            let id = work.sourceID!
            var status: String?
            var due: String?
            var first: String?
            var values: [LedgerField: String] = [:]
            var moves = 0
            var last = work.reportedAt!
            #expect(ledger.first?.field == .registered, "\(id)")
            for entry in ledger {
                #expect(entry.at >= last && entry.recordedAt == entry.at, "\(id)")
                last = entry.at
                switch entry.field {
                case .registered: status = entry.to
                case .status:
                    #expect(entry.from == status, "\(id)")
                    status = entry.to
                    if entry.to == "rejected" { #expect(entry.reason?.isRussian == true, "\(id)") }
                case .dueAt:
                    #expect(entry.from == due, "\(id)")
                    if due == nil { first = entry.to } else { moves += 1 }
                    if due != nil {
                        #expect(entry.reason?.isRussian == true && entry.actor.organisation != nil, "\(id)")
                    }
                    due = entry.to
                default:
                    if let known = values[entry.field] { #expect(entry.from == known, "\(id)") }
                    values[entry.field] = entry.to
                }
            }
            #expect(status == work.status.rawValue, "\(id)")
            #expect(due == work.dueAt?.description && first == work.originalDueAt?.description, "\(id)")
            #expect(moves == work.dueChanges, "\(id)")
            #expect(Set(ledger.map(\.revision)) == Set(1...work.revision), "\(id)")
            #expect(work.updatedAt == last, "\(id)")
            #expect(values[.onSiteAt] == work.onSiteAt?.description, "\(id)")
            #expect(values[.contractor] ?? work.contractor == work.contractor, "\(id)")
            #expect(values[.organisation] ?? work.organisation == work.organisation, "\(id)")
            #expect((work.completedAt != nil) == (work.status == .done), "\(id)")
            #expect(work.completedAt.map { $0 == last } ?? true, "\(id)")
        }
    }

    @Test("Nothing has happened yet that lies ahead, but some works are planned", arguments: Cities.seeds)
    func present(seed: UInt64) {
        let city = Cities.city(seed)
        #expect(
            city.works.allSatisfy { work, ledger in
                ledger.allSatisfy { $0.at <= Cities.now } && work.updatedAt <= Cities.now
            })
        let planned = city.works.filter { work, _ in work.startsAt.map { $0 > Cities.now } ?? false }
        #expect(planned.count > 20)
        #expect(city.works.contains { work, _ in Cities.now - work.reportedAt! < 86_400 })
        #expect(city.works.contains { work, _ in Cities.now - work.reportedAt! > 540 * 86_400 })
    }

    @Test("Every deadline state and status occurs, and a few per cent are open", arguments: [2, 4, 7, 11])
    func states(month: Int) {
        let now = Instant(year: 2027, month: month, day: 1 + month, hour: 5 + month)
        let works = DemoCity(seed: UInt64(month), now: now).works.map(\.work)
        let states = Dictionary(grouping: works) { $0.deadlineState(at: now) }.mapValues(\.count)
        for state in DeadlineState.allCases { #expect(states[state, default: 0] >= 15, "\(state)") }
        for status in WorkStatus.allCases { #expect(works.contains { $0.status == status }) }
        let open = Double(works.count { $0.status.isOpen }) / Double(works.count)
        #expect((0.02...0.065).contains(open))
        #expect(states[.missed, default: 0] * 3 < states[.met, default: 0])
        #expect(works.count { $0.dueChanges >= 2 } > 100)
    }

    @Test("A day later, everything is a day later")
    func relative() {
        let later = DemoCity(seed: 1, now: Cities.now + 86_400)
        #expect(later.roads == Cities.first.roads && later.basemap == Cities.first.basemap)
        #expect(later.works.count == Cities.first.works.count)
        for (before, after) in zip(Cities.first.works, later.works) {
            var moved = before.work
            moved.id = after.work.id
            for path in [
                \Work.reportedAt, \.startsAt, \.dueAt, \.originalDueAt, \.passedDueAt, \.completedAt, \.onSiteAt,
            ] {
                moved[keyPath: path] = moved[keyPath: path].map { $0 + 86_400 }
            }
            moved.updatedAt = moved.updatedAt + 86_400
            #expect(moved == after.work)
            #expect(before.ledger.map { $0.at + 86_400 } == after.ledger.map(\.at))
        }
    }

    @Test("Works lie where they say: at a real address, in the district named", arguments: Cities.seeds)
    func places(seed: UInt64) {
        let city = Cities.city(seed)
        let addresses = Set(city.basemap.compactMap { $0.featureClass == "building" ? address($0) : nil })
        let districts = Dictionary(uniqueKeysWithValues: city.districts.map { ($0.name!, $0.geometry!) })
        for (work, _) in city.works {
            #expect(work.address.map(addresses.contains) == true, "\(work.address ?? "-")")
            guard let district = work.district.flatMap({ districts[$0] }) else {
                Issue.record("\(work.sourceID!) has no district")
                continue
            }
            if case .point(let point)? = work.geometry { #expect(contains(district, point), "\(work.sourceID!)") }
            #expect(work.title?.isRussian == true && work.extra?.contains("title_en") == true)
        }
    }

    @Test("Identities are given once", arguments: Cities.seeds)
    func identities(seed: UInt64) {
        let city = Cities.city(seed)
        #expect(Set(city.works.map(\.work.id)).count == city.works.count)
        #expect(Set(city.works.map { $0.work.sourceID }).count == city.works.count)
        #expect(city.works.allSatisfy { $0.work.source == "demo" })
    }

    @Test("Contractors differ in keeping their word, and the record shows it", arguments: Cities.seeds)
    func contractors(seed: UInt64) {
        let city = Cities.city(seed)
        var kept: [String: (met: Int, missed: Int)] = [:]
        for (work, _) in city.works {
            guard let contractor = work.contractor else { continue }
            switch work.deadlineState(at: Cities.now) {
            case .met: kept[contractor, default: (0, 0)].met += 1
            case .missed: kept[contractor, default: (0, 0)].missed += 1
            default: break
            }
        }
        #expect((12...18).contains(kept.count))
        let shares = kept.values.map { Double($0.missed) / Double($0.met + $0.missed) }.sorted()
        #expect(shares[0] < 0.1 && shares[shares.count - 1] > 0.35)
    }

    @Test("Seasons show: potholes in spring, ice in winter, trees when it storms")
    func seasons() {
        var months: [String: [Int]] = [:]
        for (work, _) in Cities.first.works {
            let day = Int(work.reportedAt!.secondsSinceEpoch / 86_400)
            months[work.category, default: Array(repeating: 0, count: 13)][CivilDate(daysSinceEpoch: day).month] += 1
        }
        #expect(months["pothole"]![4] > 3 * months["pothole"]![9])
        #expect(months["ice"]![7] == 0 && months["ice"]![1] > 50)
        #expect(months["heating"]![7] == 0 && months["heating"]![10] > 40)
        var trees: [Int64: Int] = [:]
        for (work, _) in Cities.first.works where work.category == "fallen_tree" {
            trees[work.reportedAt!.secondsSinceEpoch / 86_400, default: 0] += 1
        }
        #expect(trees.values.max()! > 30)
    }
}
