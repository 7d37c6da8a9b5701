import Geometry
import HTTPEdge
import Hummingbird
import Interchange
import Works

extension StaffRoutes {
    /// Part that a form takes back; nil if it is a form of another sort.
    func takingBack(_ visit: Visit) throws -> TakingBack? {
        switch visit.form["action"] {
        case "hide": return .hide
        case "unhide": return .unhide
        case "redact":
            guard visit.form["confirm"] == "yes" else {
                throw Problem.malformedParameter("confirm", "a text that is redacted cannot be brought back")
            }
            let part = visit.form["part"] ?? ""
            let replacement = visit.form["replacement"].flatMap { $0.isEmpty ? nil : $0 }
            if let field = RedactableField(rawValue: part) { return .redact(.field(field), replacement: replacement) }
            guard part.hasPrefix("entry "), let entry = Int(part.dropFirst(6)), replacement == nil else {
                throw Problem.malformedParameter("part", "a field or an entry of the history is wanted")
            }
            return .redact(.entry(entry), replacement: nil)
        case "place":
            do { return .place(try PlaceText.geometry(visit.form["place"] ?? "")) } catch {
                throw Problem.malformedParameter("place", error.reason)
            }
        default: return nil
        }
    }

    func takeBack(_ step: TakingBack, of id: WorkID, _ visit: Visit) async throws -> Response {
        let taken = try await desk.takeBack(
            step, of: id, reason: visit.form["reason"], by: visit.token, at: visit.now, visit.request, visit.context)
        return Self.redirect(
            visit.link("/staff/works/\(id)", ["saved": taken.leavesTraces ? "traces" : "1"]))
    }
}
