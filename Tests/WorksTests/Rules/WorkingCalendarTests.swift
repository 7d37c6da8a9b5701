import Foundation
import SeededRandom
import Testing
import Works

/// Samara has no daylight saving, Berlin has it in both directions.
private let samara = WorkingCalendar(
    timeZone: TimeZone(identifier: "Europe/Samara")!,
    holidays: [CivilDate(year: 2026, month: 5, day: 1), CivilDate(year: 2026, month: 5, day: 11)],
    workingWeekends: [CivilDate(year: 2026, month: 5, day: 16)])
private let berlin = WorkingCalendar(timeZone: TimeZone(identifier: "Europe/Berlin")!)

private func instant(_ text: String) -> Instant { Instant(text)! }

@Suite("The working calendar")
struct WorkingCalendarTests {
    @Test(
        "counts working days from the day after the report",
        arguments: [
            // Monday morning: two days later, at the close of business (18:00 in Samara is 14:00 UTC).
            ("2026-04-20T05:00:00Z", 2, "2026-04-22T14:00:00Z"),
            // Friday: the weekend does not count.
            ("2026-04-24T05:00:00Z", 1, "2026-04-27T14:00:00Z"),
            // Saturday counts as Monday, so one day more is Tuesday.
            ("2026-04-25T05:00:00Z", 1, "2026-04-28T14:00:00Z"),
            // After the close of business counts as the next day.
            ("2026-04-20T14:01:00Z", 1, "2026-04-22T14:00:00Z"),
            // Over 1 May, a holiday on a Friday.
            ("2026-04-30T05:00:00Z", 1, "2026-05-04T14:00:00Z"),
            // Over Monday 11 May, to Saturday 16 May, which is worked.
            ("2026-05-08T05:00:00Z", 5, "2026-05-16T14:00:00Z"),
        ])
    func workingDays(start: String, days: Int, due: String) {
        #expect(samara.deadline(from: instant(start), within: .workingDays(days)) == instant(due))
    }

    @Test(
        "counts working hours only while somebody works",
        arguments: [
            ("2026-04-20T05:00:00Z", 4, "2026-04-20T09:00:00Z"),
            // 16:00 in Samara, two hours left, six the next day.
            ("2026-04-20T12:00:00Z", 8, "2026-04-21T11:00:00Z"),
            // At night: from nine in the morning.
            ("2026-04-19T22:30:00Z", 1, "2026-04-20T06:00:00Z"),
            // Friday evening into Monday.
            ("2026-04-24T13:30:00Z", 1, "2026-04-27T05:30:00Z"),
        ])
    func workingHours(start: String, hours: Int, due: String) {
        #expect(samara.deadline(from: instant(start), within: .workingHours(hours)) == instant(due))
    }

    @Test(
        "keeps the close of business when the clocks change",
        arguments: [
            // Clocks go forward on 29 March 2026: Friday to Monday is 71 hours and still one working day.
            ("2026-03-27T09:00:00Z", "2026-03-30T16:00:00Z"),
            // Clocks go back on 25 October 2026.
            ("2026-10-23T09:00:00Z", "2026-10-26T17:00:00Z"),
        ])
    func daylightSaving(start: String, due: String) {
        #expect(berlin.deadline(from: instant(start), within: .workingDays(1)) == instant(due))
    }

    @Test("counts hours by the clock through a change of the clocks")
    func plainHours() {
        #expect(
            berlin.deadline(from: instant("2026-03-28T23:00:00Z"), within: .hours(24))
                == instant("2026-03-29T23:00:00Z"))
    }

    @Test("reads a skipped time as the moment of the jump, and a doubled one as its first")
    func skippedAndDoubledTimes() {
        let spring = berlin.instant(CivilDate(year: 2026, month: 3, day: 29), minutes: 150)
        #expect(spring == instant("2026-03-29T01:00:00Z"))
        let autumn = berlin.instant(CivilDate(year: 2026, month: 10, day: 25), minutes: 150)
        #expect(autumn == instant("2026-10-25T00:30:00Z"))
    }

    @Test(
        "agrees with Foundation on civil time at random moments of a century",
        arguments: [
            "Europe/Berlin", "Europe/Samara", "America/New_York", "Asia/Kathmandu", "Pacific/Apia",
        ])
    func civilTime(zone: String) {
        let calendar = WorkingCalendar(timeZone: TimeZone(identifier: zone)!)
        var foundation = Calendar(identifier: .gregorian)
        foundation.timeZone = calendar.timeZone
        var state: UInt64 = 42
        for _ in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let moment = Instant(secondsSinceEpoch: Int64(state >> 33) * 60 % 4_000_000_000)
            let (date, minutes) = calendar.civil(moment)
            let parts = foundation.dateComponents(
                [.year, .month, .day, .hour, .minute],
                from: Date(timeIntervalSince1970: Double(moment.secondsSinceEpoch)))
            #expect(date == CivilDate(year: parts.year!, month: parts.month!, day: parts.day!))
            #expect(minutes == parts.hour! * 60 + parts.minute!)
        }
    }

    @Test("never promises a moment before the report, and never less for more")
    func deadlinesGrow() {
        var state: UInt64 = 7
        for _ in 0..<500 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let start = Instant(secondsSinceEpoch: 1_700_000_000 + Int64(state >> 40))
            for make in [TimeLimit.workingDays, TimeLimit.workingHours, TimeLimit.hours] {
                var last = start
                for amount in 1...12 {
                    let due = berlin.deadline(from: start, within: make(amount))
                    #expect(due > last || (due == last && amount > 1))
                    last = due
                }
            }
        }
    }

    @Test(
        "promises what counting minute by minute on Foundation's calendar promises, in any zone and over any change of the clocks",
        arguments: [
            "Europe/Moscow", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
            "Asia/Kathmandu",
        ])
    func countedByHand(zone: String) {
        var random = SeededRandom(seed: 2026)
        for _ in 0..<60 {
            let opens = Int.random(in: 5...11, using: &random) * 60 + [0, 30].randomElement(using: &random)!
            let closes = opens + Int.random(in: 4...12, using: &random) * 60
            let year = Int.random(in: 2023...2029, using: &random)
            func day() -> CivilDate {
                CivilDate(
                    daysSinceEpoch: CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
                        + Int.random(in: 0...400, using: &random))
            }
            let calendar = WorkingCalendar(
                timeZone: TimeZone(identifier: zone)!,
                weekend: [[6, 7], [5, 6], [7]].randomElement(using: &random)!,
                holidays: Set((0..<30).map { _ in day() }), workingWeekends: Set((0..<10).map { _ in day() }),
                opens: LocalTime(hour: opens / 60, minute: opens % 60)!,
                closes: LocalTime(hour: closes / 60, minute: closes % 60)!,
                cutoff: LocalTime(hour: closes / 60 - 1, minute: 0)!)
            // Near the end of February and the changes of the clocks as often as anywhere.
            let near = [
                CivilDate(year: year, month: 2, day: 27), CivilDate(year: year, month: 3, day: 27),
                CivilDate(year: year, month: 10, day: 23), day(),
            ]
            .randomElement(using: &random)!
            let start = Instant(
                secondsSinceEpoch: Int64(near.daysSinceEpoch) * 86_400 + Int64.random(
                    in: 0..<5 * 86_400, using: &random) / 60 * 60)
            let count = Int.random(in: 1...12, using: &random)
            let oracle = MinuteCounter(calendar)
            #expect(
                calendar.deadline(from: start, within: .workingHours(count))
                    == oracle.afterWorking(minutes: count * 60, from: start),
                "\(count) working hours from \(start) in \(zone), \(year)")
            #expect(
                calendar.deadline(from: start, within: .workingDays(count))
                    == oracle.afterWorking(days: count, from: start),
                "\(count) working days from \(start) in \(zone), \(year)")
        }
    }

    @Test(
        "knows leap days",
        arguments: [
            ("2028-02-28T09:00:00Z", "2028-02-29T17:00:00Z"), ("2027-02-26T09:00:00Z", "2027-03-01T17:00:00Z"),
        ])
    func leapDays(start: String, due: String) {
        #expect(berlin.deadline(from: instant(start), within: .workingDays(1)) == instant(due))
    }
}

/// The same rules by the plainest means: each minute is asked of Foundation's calendar whether somebody works in it.
private struct MinuteCounter {
    let rules: WorkingCalendar
    private var clock = Calendar(identifier: .gregorian)

    init(_ rules: WorkingCalendar) {
        self.rules = rules
        clock.timeZone = rules.timeZone
    }

    private func parts(_ moment: Instant) -> (day: CivilDate, minutes: Int, isWorked: Bool) {
        let date = Date(timeIntervalSince1970: Double(moment.secondsSinceEpoch))
        let parts = clock.dateComponents([.year, .month, .day, .hour, .minute, .weekday], from: date)
        let day = CivilDate(year: parts.year!, month: parts.month!, day: parts.day!)
        // Foundation counts from Sunday, 1.
        let isWeekend = rules.weekend.contains((parts.weekday! + 5) % 7 + 1)
        return (
            day, parts.hour! * 60 + parts.minute!,
            rules.workingWeekends.contains(day) || (!isWeekend && !rules.holidays.contains(day))
        )
    }

    /// The first moment by which so many minutes of working time have passed.
    func afterWorking(minutes: Int, from start: Instant) -> Instant {
        var (now, left) = (start, minutes)
        while left > 0 {
            let (_, minute, isWorked) = parts(now)
            if isWorked, minute >= rules.opens.minutes, minute < rules.closes.minutes { left -= 1 }
            now = now + 60
        }
        return now
    }

    /// The close of the last of so many working days after the one that the report counts for.
    func afterWorking(days: Int, from start: Instant) -> Instant {
        let (today, minute, isWorked) = parts(start)
        // A report that is too late or on a day off counts for the next working day.
        var left = days + (!isWorked || minute > rules.cutoff.minutes ? 1 : 0)
        var (now, day) = (start, today)
        while true {
            now = now + 60
            let (date, minute, isWorked) = parts(now)
            if date != day {
                day = date
                if isWorked { left -= 1 }
            }
            if left == 0, minute == rules.closes.minutes { return now }
        }
    }
}

@Suite("Time limits")
struct TimeLimitTests {
    @Test(
        "are read and written in words",
        arguments: [
            ("3 working days", TimeLimit.workingDays(3)), ("1 working day", .workingDays(1)),
            ("8 working hours", .workingHours(8)), ("24 hours", .hours(24)), ("10 days", .calendarDays(10)),
        ])
    func words(text: String, limit: TimeLimit) {
        #expect(TimeLimit(text) == limit)
        #expect(limit.description == text)
    }

    @Test(
        "are refused when they say nothing",
        arguments: ["", "3", "days", "0 days", "-1 hours", "3 weeks", "99999 days"])
    func refused(text: String) {
        #expect(TimeLimit(text) == nil)
    }
}

@Suite("The status graph")
struct StatusGraphTests {
    @Test("lets every status be left, and none lead to itself")
    func everyStatusCanBeLeft() {
        for status in WorkStatus.allCases {
            #expect(!status.successors.isEmpty)
            #expect(!status.successors.contains(status))
        }
    }

    @Test("never leads back to a mere report")
    func neverBackToReported() {
        #expect(WorkStatus.allCases.allSatisfy { !$0.successors.contains(.reported) })
    }

    @Test(
        "is kept by thousands of random decisions, and the record tells the same story as the work", arguments: 0..<20)
    func randomDecisions(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let start = instant("2026-05-04T12:00:00Z")
        let dispatcher = Actor(kind: .person, name: "dispatcher")
        var draft = WorkDraft()
        draft.category = "pothole"
        draft.dueAt = start + 86_400
        var (work, ledger) = Reconciliation.create(
            draft, kind: .roadRepair, id: WorkID(millisecondsSinceEpoch: 1, using: &random), at: start,
            by: dispatcher)
        for step in 1...300 {
            let now = start + Int64(step) * 3600
            var change = WorkChange()
            if Bool.random(using: &random) { change.status = WorkStatus.allCases.randomElement(using: &random) }
            if Bool.random(using: &random) { change.dueAt = now + Int64.random(in: -50...50, using: &random) * 3600 }
            change.isConfirmed = Int.random(in: 0..<4, using: &random) > 0
            change.reason = [nil, "  ", "thaw", "thaw", "thaw"].randomElement(using: &random)!
            let isGood = change.reason == "thaw"
            // The rules once more, in as few words as they can be said.
            let next = change.status ?? work.status
            let goesBack: Set<[WorkStatus]> = [
                [.done, .inProgress], [.rejected, .accepted], [.inProgress, .accepted],
            ]
            let isStep = next != work.status
            let isAllowed =
                !isStep
                || (work.status.successors.contains(next)
                    && (isGood || !(next == .rejected || goesBack.contains([work.status, next]))))
            let moves = change.dueAt != nil && change.dueAt != work.dueAt
            let isUnusual = (moves && change.dueAt! < now) || (work.status == .reported && next == .done)
            let isVouchedFor = !isUnusual || (change.isConfirmed && isGood)
            let mayMove = !moves || ([.reported, .accepted, .inProgress].contains(next) && isGood)
            do {
                if case .updated(let changed, let entries) = try Reconciliation.decide(
                    change, on: work, at: now,
                    by: Speaker(actor: dispatcher, mayAddNames: false, names: CityNames()))
                {
                    #expect(isStep || moves)
                    #expect(changed.revision == work.revision + 1)
                    work = changed
                    ledger += entries
                } else {
                    #expect(!isStep && !moves)
                }
                #expect(isAllowed && mayMove && isVouchedFor, "\(change) on \(work.status)")
            } catch WorkChangeError.empty {
                #expect(change.status == nil && change.dueAt == nil)
            } catch {
                #expect(!isAllowed || !mayMove || !isVouchedFor, "\(error): \(change) on \(work.status)")
            }
            // What the record says last is what the work says, each entry begins where the one before ended, and the first promise stays.
            let statuses = ledger.filter { $0.field == .status || $0.field == .registered }
            #expect(statuses.last?.to == work.status.rawValue)
            for (before, after) in zip(statuses, statuses.dropFirst()) { #expect(after.from == before.to) }
            let promises = ledger.filter { $0.field == .dueAt }
            #expect(promises.last?.to == work.dueAt?.description)
            for (before, after) in zip(promises, promises.dropFirst()) {
                #expect(after.from == before.to && after.reason == "thaw")
            }
            #expect(work.originalDueAt == start + 86_400)
        }
        #expect(work.revision > 15)
    }

    @Test("asks for a reason to reject, to reopen and to step back")
    func reasons() {
        #expect(WorkStatus.reported.needsReason(for: .rejected))
        #expect(WorkStatus.done.needsReason(for: .inProgress))
        #expect(WorkStatus.inProgress.needsReason(for: .accepted))
        #expect(!WorkStatus.accepted.needsReason(for: .inProgress))
    }
}
