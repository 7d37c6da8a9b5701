import Geometry
import HTTPEdge
import Hummingbird
import Synchronization
import Works

/// Looks at what is private that the audit log has lately been told.
///
/// A class, because all requests share it.
final class PrivateLooks: Sendable {
    /// Seconds for which a further look of the same token at the same thing is the same look.
    static let span: Int64 = 3600
    /// Looks that are remembered; beyond it all are forgotten, and told to the audit log anew.
    private static let remembered = 50_000

    private struct Key: Hashable {
        var token: Int64
        var look: PrivateLook
    }

    private let noted = Mutex<[Key: Instant]>([:])

    /// Those of some looks that the audit log has not been told within the last hour.
    func missing(_ looks: [PrivateLook], by token: AccessToken, at now: Instant) -> [PrivateLook] {
        noted.withLock { noted in
            looks.filter { look in
                guard let last = noted[Key(token: token.id, look: look)] else { return true }
                return last > now || now - last >= Self.span
            }
        }
    }

    /// Remembers looks that are safely in the audit log.
    func note(_ looks: [PrivateLook], by token: AccessToken, at now: Instant) {
        noted.withLock { noted in
            if noted.count + looks.count > Self.remembered {
                noted = noted.filter { now - $0.value < Self.span }
                if noted.count + looks.count > Self.remembered { noted = [:] }
            }
            for look in looks { noted[Key(token: token.id, look: look)] = now }
        }
    }
}

extension Desk {
    /// Time for which a look waits for the database, beside an import for instance.
    private static let lookPatience = Duration.seconds(2)

    /// Writes looks into the audit log before they happen; those of the same token within an hour are one.
    ///
    /// - Throws: ``Problem/lookNotNoted(_:)`` if that cannot be done: then nothing private may be shown.
    func note(_ looks: [PrivateLook], by token: AccessToken, _ request: Request, _ context: MapContext) async throws {
        let now = Instant.now
        let missing = self.looks.missing(looks, by: token, at: now)
        guard !missing.isEmpty else { return }
        let deadline = min(
            services.deadline(request, context, route: services.configuration.deadlineFeatures),
            .now + Self.lookPatience)
        do {
            try await writes.write(until: deadline) { transaction in
                for look in missing { try transaction.add(look.entry(by: token, at: now)) }
            }
        } catch {
            throw Problem.lookNotNoted(error)
        }
        self.looks.note(missing, by: token, at: now)
    }

    /// The organisation that the rules give a waiting report to; nil if they give it to nobody.
    ///
    /// - Throws: ``Problem`` if there are no rules, and what the store throws.
    func organisation(of report: PendingReport) throws -> String? {
        let book = try rules.book()
        var district: String?
        if case .point(let place)? = report.draft.geometry {
            do {
                district = try city.district(at: place)
            } catch is OutsideCity {
                district = nil
            }
        }
        return report.organisation(by: book, district: district)
    }

    /// True if a token may read a waiting report. Without rules, which tell whose it is, only those may who serve the whole city.
    func mayRead(_ report: PendingReport, _ token: AccessToken) throws -> Bool {
        guard token.mayReadPrivate else { return false }
        if token.role == .admin || token.organisation == nil { return true }
        do {
            return token.mayReadPrivate(of: try organisation(of: report))
        } catch is Problem {
            return false
        }
    }
}

extension Problem {
    /// Nothing private is shown, since the look at it could not be written into the audit log.
    static func lookNotNoted(_ error: any Error) -> Problem {
        let reason = Problem(error)
        return Problem(
            .serviceUnavailable, "look-not-noted", "What is private is not shown for now",
            detail: "a look at it has to stand in the audit log, which cannot be written now: "
                + "\(reason.detail ?? reason.title)",
            retryAfter: reason.retryAfter ?? 5)
    }
}
