import Synchronization
import Works

/// The browser sessions of staff. They live in memory: after a restart people sign in again.
///
/// A class, because all requests share them.
final class StaffSessions: Sendable {
    struct Session: Sendable {
        /// Digest of the secret of the token that opened it.
        var tokenDigest: String
        /// What every form has to carry, which no other site can know.
        var formKey: String
        var expires: Instant
    }

    private let lifetime: Int64
    private let sessions = Mutex<[String: Session]>([:])

    init(lifetime: Int64) {
        self.lifetime = lifetime
    }

    /// Opens a session for a token; returns the secret for the cookie.
    func open(tokenDigest: String, at now: Instant) -> String {
        let secret = AccessSecret.new(prefix: "")
        let session = Session(
            tokenDigest: tokenDigest, formKey: AccessSecret.new(prefix: ""), expires: now + lifetime)
        sessions.withLock { sessions in
            sessions = sessions.filter { $0.value.expires > now }
            sessions[AccessSecret.digest(of: secret)] = session
        }
        return secret
    }

    /// The session of a cookie; nil if there is none or it is over.
    func session(_ secret: String, at now: Instant) -> Session? {
        let session = sessions.withLock { $0[AccessSecret.digest(of: secret)] }
        return session.flatMap { $0.expires > now ? $0 : nil }
    }

    func close(_ secret: String) {
        _ = sessions.withLock { $0.removeValue(forKey: AccessSecret.digest(of: secret)) }
    }
}
