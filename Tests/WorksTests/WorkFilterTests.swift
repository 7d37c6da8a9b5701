import Geometry
import Testing
import Works

@Suite("What a filter means")
struct WorkFilterTests {
    static let now = Instant("2026-05-04T12:00:00Z")!

    private func work(_ change: (inout Work) -> Void = { _ in }) -> Work {
        var work = Work(id: WorkID(high: 1, low: 2), kind: .outage, category: "water", updatedAt: Self.now)
        change(&work)
        return work
    }

    private func matches(_ work: Work, _ change: (inout WorkFilter) -> Void) -> Bool {
        var filter = WorkFilter()
        change(&filter)
        return filter.matches(work, at: Self.now)
    }

    @Test("The filter that asks for nothing matches everything")
    func all() {
        #expect(WorkFilter.all.matches(work(), at: Self.now))
    }

    @Test(
        "A box is met by what touches it, also over the antimeridian",
        arguments: [
            (Bounds(west: 0, south: 0, east: 10, north: 10), 10.0, 10.0, true),
            (Bounds(west: 0, south: 0, east: 10, north: 10), 10.001, 5, false),
            (Bounds(west: 170, south: -10, east: -170, north: 10), 179, 0, true),
            (Bounds(west: 170, south: -10, east: -170, north: 10), -180, 0, true),
            (Bounds(west: 170, south: -10, east: -170, north: 10), 0, 0, false),
        ])
    func bounds(box: Bounds, longitude: Double, latitude: Double, expected: Bool) {
        let place = work { $0.geometry = .point(Coordinate(longitude: longitude, latitude: latitude)) }
        #expect(matches(place) { $0.bounds = box } == expected)
        #expect(matches(work()) { $0.bounds = box })
    }

    private func during(_ from: Int64?, _ until: Int64?) -> (inout WorkFilter) -> Void {
        { $0.period = Period(from: from.map { Self.now + $0 }, until: until.map { Self.now + $0 }) }
    }

    @Test("An open work is there from its planned start, else its report, and goes on whatever was planned")
    func openPeriod() {
        let late = work {
            $0.reportedAt = Self.now - 900
            $0.startsAt = Self.now - 500
            $0.dueAt = Self.now - 100
        }
        #expect(matches(late, during(0, 200)))
        #expect(matches(late, during(nil, -500)))
        // It counts from when the work began, not from when it was reported.
        #expect(!matches(late, during(nil, -501)))
        let planned = work {
            $0.reportedAt = Self.now - 900
            $0.startsAt = Self.now + 300
        }
        #expect(!matches(planned, during(0, 299)))
        #expect(matches(planned, during(0, 300)))
        #expect(matches(work { $0.reportedAt = Self.now }, during(nil, 0)))
        // A work without times was always there.
        #expect(matches(work(), during(nil, -1_000_000)))
    }

    @Test(
        "A closed work is there until it was done or rejected, else until it was last spoken of",
        arguments: [WorkStatus.done, .rejected])
    func closedPeriod(status: WorkStatus) {
        let closed = work {
            $0.status = status
            $0.startsAt = Self.now - 500
            $0.dueAt = Self.now + 100
            $0.completedAt = Self.now - 50
        }
        #expect(matches(closed, during(-50, nil)))
        #expect(!matches(closed, during(-49, nil)))
        let untold = work {
            $0.status = status
            $0.dueAt = Self.now + 100
            $0.updatedAt = Self.now - 20
        }
        #expect(matches(untold, during(-20, nil)))
        #expect(!matches(untold, during(-19, nil)))
    }

    @Test("A set asks for one of its values; a work without a value matches only if nothing is asked")
    func sets() {
        #expect(matches(work()) { $0.kinds = [.outage, .hazard] })
        #expect(!matches(work()) { $0.kinds = [.hazard] })
        #expect(!matches(work()) { $0.districts = ["Центр"] })
        #expect(matches(work { $0.district = "Центр" }) { $0.districts = ["Центр", "Север"] })
        #expect(!matches(work()) { $0.categories = ["Water"] })
        #expect(!matches(work { $0.status = .done }) { $0.openOnly = true })
        #expect(matches(work()) { $0.updatedSince = Self.now })
        #expect(!matches(work()) { $0.updatedSince = Self.now + 1 })
        #expect(matches(work { $0.dueAt = Self.now - 1 }) { $0.deadlineStates = [.overdue] })
        #expect(!matches(work()) { $0.deadlineStates = [.overdue] })
    }

    @Test("Every word must stand in one of the texts, whatever the case of its letters")
    func words() {
        let place = work {
            $0.title = "Яма на Пушкинской"
            $0.address = "ул. ЛЕНИНА, 5"
        }
        #expect(matches(place) { $0.words = ["яма", "ленина"] })
        #expect(matches(place) { $0.words = ["ПУШКИН"] })
        #expect(!matches(place) { $0.words = ["яма", "Гоголя"] })
        #expect(!matches(work()) { $0.words = ["яма"] })
    }
}
