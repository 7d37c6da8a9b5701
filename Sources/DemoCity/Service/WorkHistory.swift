import Geometry
import Works

/// Invents the works of the past 18 months and the next two, and lives each of them through.
struct WorkHistory {
    private(set) var works: [(work: Work, ledger: [LedgerEntry])] = []

    private static let past = 548

    private let now: Instant
    /// Midnight by the city's clocks at the start of today.
    private let today: Instant
    private let weather: Weather
    private var sites: WorkSites
    private var generator: SeededGenerator

    init(sites: WorkSites, seed: UInt64, now: Instant) {
        self.sites = sites
        self.now = now
        let offset = DemoCity.secondsEastOfGreenwich
        let local = now.secondsSinceEpoch + offset
        today = now - (local - local / 86_400 * 86_400)
        var skies = SeededGenerator(seed: seed, stream: 10)
        weather = Weather(now: now, days: -Self.past..<1, generator: &skies)
        generator = SeededGenerator(seed: seed, stream: 11)
        for (index, type) in WorkCatalogue.all.enumerated() { generate(type, index) }
        works.sort { ($0.work.id) < ($1.work.id) }
    }

    private mutating func generate(_ type: WorkType, _ index: Int) {
        let perDay = type.count / Double(Self.past) * 12 / type.months.reduce(0, +)
        var number = 0
        for day in -Self.past...0 {
            var expected = perDay * type.months[weather.date(day).month - 1]
            for event in weather.events(on: day) {
                if let factor = type.weather.first(where: { $0.event == event })?.factor {
                    expected = max(expected, perDay * 0.3) * factor
                }
            }
            let count = Int(max(0, expected + generator.bell() * expected.squareRoot() * 0.6 + generator.unit()))
            for _ in 0..<count {
                number += 1
                // A stream for each work: what one of them draws does not shift the next.
                let stream = UInt64(index + 1) << 32 | UInt64(number)
                live(
                    type, day: day, number: "\(type.category.uppercased())-\(index + 1)-\(number)",
                    SeededGenerator(seed: generator.next(), stream: stream))
            }
        }
    }

    // MARK: - One work

    private mutating func live(_ type: WorkType, day: Int, number: String, _ dice: SeededGenerator) {
        var dice = dice
        let hour = type.lead == nil ? min(max(13.5 + dice.bell() * 4.2, 0.2), 23.7) : dice.number(8.5, 17.5)
        let reported = today + Int64(day) * 86_400 + Int64(hour * 3600)
        // The draws above are made for every work, so that whether it has happened yet changes nothing else.
        guard reported <= now else { return }
        let site = sites.draw(type.place, using: &dice)
        let title = dice.pick(type.titles)
        var work = Work(
            id: WorkID(millisecondsSinceEpoch: UInt64(max(reported.secondsSinceEpoch, 0)) * 1000, using: &dice),
            kind: type.kind,
            category: type.category, updatedAt: reported)
        work.title = title.ru
        work.description = type.description
        work.address = site.address
        work.severity = Severity.allCases[dice.weighted(type.severity)]
        work.district = sites.district(at: site.point)
        work.reportedAt = reported
        work.trafficImpact = type.impacts[dice.weighted(type.impacts.map(\.1))].0
        if !type.hours.isEmpty {
            let hours = dice.pick(type.hours)
            work.dailyFrom = LocalTime(hours.0)
            work.dailyUntil = LocalTime(hours.1)
        }
        work.source = "demo"
        work.sourceID = number
        work.extra = properties { $0.property("title_en", title.en) }
        work.geometry = site.geometry
        if type.lead != nil { planned(type, work, &dice) } else { reportedOne(type, work, &dice) }
    }

    private func staff(_ type: WorkType) -> Actor { Actor(kind: .person, organisation: type.organisation.rawValue) }

    private func contractor(for type: WorkType, _ dice: inout SeededGenerator) -> Contractor? {
        guard let trade = type.trade else { return nil }
        return dice.pick(Contractor.all.filter { $0.trades.contains(trade) })
    }

    /// A report: answered, taken on or turned down, and worked on.
    private mutating func reportedOne(_ type: WorkType, _ work: Work, _ dice: inout SeededGenerator) {
        let reporter =
            dice.chance(type.byResidents)
            ? Actor(kind: .resident) : Actor(kind: .source, name: "Единая диспетчерская служба", organisation: nil)
        var life = WorkLife(work, by: reporter, now: now)
        let answered = work.reportedAt! + max(60, Int64(type.answer.draw(&dice) * 3600))
        if dice.chance(type.rejected) {
            life.revise(
                at: answered, by: staff(type), reason: dice.pick(Self.refusals),
                .organisation(type.organisation.rawValue), .status(.rejected))
            works.append((life.work, life.ledger))
            return
        }
        let hours = dice.number(type.promise.lowerBound, type.promise.upperBound)
        let due = deadline(answered, hours: hours)
        life.revise(
            at: answered, by: staff(type), .organisation(type.organisation.rawValue), .status(.accepted), .due(due))
        let firm = contractor(for: type, &dice)
        let begins = answered + Int64(hours * 3600 * dice.number(0.03, 0.4))
        carryOut(type, &life, firm: firm, from: answered, begins: begins, due: due, announced: false, &dice)
        works.append((life.work, life.ledger))
    }

    /// Something announced: it has its start, its deadline and its contractor from the first day.
    private mutating func planned(_ type: WorkType, _ work: Work, _ dice: inout SeededGenerator) {
        var work = work
        let firm = contractor(for: type, &dice)
        let lead = dice.number(type.lead!.lowerBound, type.lead!.upperBound)
        let startDay = work.reportedAt! + Int64(lead) * 86_400
        let starts = morning(of: startDay, hour: work.dailyFrom.map { $0.minutes / 60 } ?? 9)
        work.status = .accepted
        work.organisation = type.organisation.rawValue
        work.contractor = firm?.name
        work.startsAt = starts
        let hours = dice.number(type.promise.lowerBound, type.promise.upperBound)
        let due = deadline(starts, hours: hours)
        work.dueAt = due
        var life = WorkLife(work, by: staff(type), now: now)
        // Some begin later than announced.
        let late = dice.chance(firm.map { 0.35 * (1 - $0.reliability) } ?? 0.05)
        let begins = starts + (late ? Int64(dice.number(1, 6)) * 86_400 : Int64(dice.number(0, 2) * 3600))
        carryOut(type, &life, firm: firm, from: work.reportedAt!, begins: begins, due: due, announced: true, &dice)
        works.append((life.work, life.ledger))
    }

    /// The work itself: start, confirmations on site, moves of the deadline, the end.
    private func carryOut(
        _ type: WorkType, _ life: inout WorkLife, firm: Contractor?, from accepted: Instant, begins: Instant,
        due first: Instant, announced: Bool,
        _ dice: inout SeededGenerator
    ) {
        let reference = announced ? begins : accepted
        let promised = max(first - reference, 3600)
        var pace = firm?.pace(&dice) ?? Contractor.pace(reliability: 0.8, &dice)
        // Now and then a job that nobody is in a hurry for is forgotten.
        if promised > 2 * 86_400, dice.chance(0.012 + 0.08 * (1 - (firm?.reliability ?? 0.8))) {
            pace += dice.number(1, 7)
        }
        let ends = max(begins + 600, reference + Int64(Double(promised) * pace))
        let crew = staff(type)

        enum Step { case assign(String), start, onSite, move(Instant, String), finish }
        var steps: [(at: Instant, order: Int, step: Step)] = [(begins, 1, .start), (ends, 9, .finish)]
        if let firm, !announced {
            steps.append((accepted + Int64(Double(begins - accepted) * dice.number(0.1, 0.9)), 0, .assign(firm.name)))
        }

        // A deadline that will not hold is moved, or overrun in silence; a move is a promise of its own.
        var due = first
        var moves = 0
        while ends > due, moves < 5, dice.chance(moves == 0 ? firm?.candour ?? 0.6 : (firm?.candour ?? 0.6) * 0.9) {
            let earliest = max(
                reference, steps.last.map { if case .move = $0.step { $0.at } else { reference } } ?? reference)
            let window = due - earliest
            let at = earliest + max(60, Int64(Double(window) * dice.number(0.55, 1.04)))
            let step = max(promised / 4, promised < 172_800 ? 3600 : 86_400)
            let next = deadline(due, hours: Double(step) * dice.number(0.7, 2.2) / 3600)
            guard at < ends, next > due else { break }
            steps.append((at, 5, .move(next, dice.pick(reasons(type, on: at)))))
            due = next
            moves += 1
        }
        let days = max(0, (ends - begins) / 86_400)
        let visits = dice.chance(0.4) ? Int(min(days / 5 + 1, 4)) : 0
        for _ in 0..<visits {
            steps.append((begins + Int64(Double(ends - begins) * dice.number(0.02, 0.98)), 3, .onSite))
        }

        for (at, _, step) in steps.sorted(by: { ($0.at, $0.order) < ($1.at, $1.order) }) {
            switch step {
            case .assign(let name): life.revise(at: at, by: crew, .contractor(name))
            case .start:
                if life.work.startsAt == nil {
                    life.revise(at: at, by: crew, .status(.inProgress), .startsAt(at))
                } else {
                    life.revise(at: at, by: crew, .status(.inProgress))
                }
            case .onSite:
                life.revise(at: at, by: Actor(kind: .person, organisation: "Административная инспекция"), .onSite)
            case .move(let next, let reason): life.revise(at: at, by: crew, reason: reason, .due(next))
            case .finish: life.revise(at: at, by: crew, .status(.done))
            }
        }
    }

    // MARK: - Dates

    /// So many hours later; a promise of days ends at six in the evening, a shorter one on the hour.
    private func deadline(_ from: Instant, hours: Double) -> Instant {
        let end = from + Int64(hours * 3600)
        if hours >= 24 { return morning(of: end, hour: 18) }
        let remainder = end.secondsSinceEpoch % 3600
        return end + (remainder == 0 ? 0 : 3600 - remainder)
    }

    private func morning(of moment: Instant, hour: Int) -> Instant {
        let days = (moment - today).quotientDown(86_400)
        return today + (days * 86_400 + Int64(hour) * 3600)
    }

    // MARK: - Words

    private static let refusals = [
        "Дубликат ранее принятой заявки", "Территория частная, обратитесь к собственнику",
        "При выезде нарушение не подтвердилось",
        "Не относится к полномочиям городских служб", "Недостаточно сведений для выезда",
    ]

    private func reasons(_ type: WorkType, on at: Instant) -> [String] {
        var reasons = ["поставка материалов", "неисправность техники", "загруженность бригад аварийными работами"]
        let day = Int((at - today).quotientDown(86_400))
        let month = weather.date(day).month
        reasons.append(
            (11...12).contains(month) || month < 4 ? "низкая температура воздуха" : "неблагоприятная погода: дожди")
        switch type.organisation {
        case .water, .heat, .gas:
            reasons += ["скрытые повреждения сети", "согласование вскрытия с владельцами коммуникаций"]
        case .power, .lighting:
            reasons += ["повреждение кабеля на соседнем участке", "согласование отключения с потребителями"]
        case .roads:
            reasons += ["согласование с ГИБДД", "выявлено разрушение основания дороги", "перенос коммуникаций"]
        default: reasons += ["повторный осмотр по замечаниям жителей", "доступ перекрыт припаркованными автомобилями"]
        }
        return reasons
    }
}

extension Int64 {
    /// The quotient rounded towards minus infinity.
    fileprivate func quotientDown(_ divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
