import GRDB
import Geometry
import Works

extension SpatiaLiteTransaction {
    func assignDistricts(at now: Instant) throws -> Int { try assignDistricts(at: now, wereKnown: false) }

    /// The same after districts went: where none are left, no place lies in one.
    func reassignDistricts(at now: Instant) throws -> Int { try assignDistricts(at: now, wereKnown: true) }

    private func assignDistricts(at now: Instant, wereKnown: Bool) throws -> Int {
        knownDistricts = nil
        let districts = try currentDistricts()
        guard districts.names.count <= DistrictClass.most else {
            throw TooManyDistrictClasses(count: districts.names.count)
        }
        let moved = try DistrictRows.assign(districts, in: database, at: now, wereKnown: wereKnown) {
            noteChange()
            return revision.works
        }
        return try moved + assignHidden(districts, at: now, wereKnown: wereKnown)
    }

    /// The districts of a work by class, as they are stored with it.
    func classedDistricts(of work: Work) throws -> String? {
        let districts = try currentDistricts()
        guard districts.isNamed else { return nil }
        return districts.text(first: work.district, at: work.geometry?.representativePoint)
    }

    /// The districts as they stand in this transaction.
    private func currentDistricts() throws -> DistrictClasses {
        if let knownDistricts { return knownDistricts }
        // What this transaction has changed may be taken back.
        let districts =
            try revision.layers[.districts] == revisionBefore.layers[.districts]
            ? shelf.districts(at: revision.layers[.districts] ?? 0) { try DistrictRows.classes(in: database) }
            : DistrictRows.classes(in: database)
        knownDistricts = districts
        return districts
    }

    private func assignHidden(_ districts: DistrictClasses, at now: Instant, wereKnown: Bool) throws -> Int {
        guard try !hidden.isEmpty else { return 0 }
        var count = 0
        for row in try hidden.rows() {
            var work = try hiddenWork(row)
            let isDerived = wereKnown && work.geometry != nil
            let district = districts.first.district(of: work.geometry, stated: isDerived ? nil : work.district)
            guard try district != work.district || classedDistricts(of: work) != work.districts else { continue }
            work.district = district
            work.revision += 1
            work.updatedAt = now
            try update(work, ledger: [])
            count += 1
        }
        return count
    }
}
