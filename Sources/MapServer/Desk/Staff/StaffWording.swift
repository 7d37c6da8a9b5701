import HTTPEdge
import Works

/// The words of the desk.
extension Language {
    func name(_ role: Role) -> String {
        switch role {
        case .viewer: self("наблюдатель", "viewer")
        case .dispatcher: self("диспетчер", "dispatcher")
        case .admin: self("администратор", "admin")
        }
    }

    /// Why something could not be done, for the person who tried.
    func reason(_ error: any Error) -> String {
        switch error {
        case let error as WorkChangeError: reason(error)
        case let error as DuplicateError: reason(error)
        case let error as TakingBackError: reason(error)
        case is AuthorityError: text("signIn.machine")
        default: reason(Problem(error))
        }
    }

    private func reason(_ error: WorkChangeError) -> String {
        guard self == .russian else { return "\(error)" }
        return switch error {
        case .forbiddenStatus(let from, let to):
            "из статуса «\(name(from))» нельзя перейти в «\(name(to))»; можно: "
                + WorkStatus.allCases.filter(from.successors.contains).map { "«\(name($0))»" }.joined(separator: ", ")
        case .reasonMissing(.dueAt): "перенос срока требует причины, которую увидят все"
        case .reasonMissing(let field): "изменение «\(name(field))» требует причины, которую увидят все"
        case .closed(let status): "работа в статусе «\(name(status))», её срок больше не переносится"
        case .notYet(.onSiteAt, _): "этот момент ещё не наступил: подтвердить можно только увиденное"
        case .notYet(let moment, _): "«\(text("field.\(moment.rawValue)"))»: этот момент ещё не наступил"
        case .endWithoutDone:
            "время окончания указывают вместе со статусом «\(name(WorkStatus.done))»; выполненную работу сначала возвращают в работу"
        case .unconfirmed: text("confirm.intro")
        case .adminNeeded: text("confirm.adminOnly")
        case .empty: "нечего менять"
        }
    }

    /// Unusual parts of a decision, for the person who is to confirm it.
    func warning(_ concern: Concern, _ clock: CityClock) -> String {
        switch concern {
        case .deadlinePassed(let due): text("confirm.past", ["time": clock.text(due)])
        case .farAhead(let field, let moment): text("confirm.\(field.rawValue)", ["time": clock.text(moment)])
        case .jump(let from): text(from == nil ? "confirm.new" : "confirm.jump")
        case .endedEarlier(let end): text("confirm.earlier", ["time": clock.text(end)])
        case .endedInTime(let end, let due):
            text("confirm.inTime", ["time": clock.text(end), "due": clock.text(due)])
        case .unknownName(let role, let name): text("confirm.\(role.rawValue)", ["name": name])
        }
    }

    private func reason(_ error: DuplicateError) -> String {
        guard self == .russian else { return "\(error)" }
        return switch error {
        case .itself: "работа не может повторять саму себя"
        case .unknown(let id): "работы \(id) нет"
        case .circle(let id): "работа \(id) сама названа повтором этой"
        case .notLinked: "работа не названа повтором"
        case .reasonMissing: "связь с повтором требует причины, которую увидят все"
        }
    }

    private func reason(_ error: TakingBackError) -> String {
        guard self == .russian else { return "\(error)" }
        return switch error {
        case .unknown(let id): "работы \(id) нет"
        case .reasonMissing: "нужна причина, которую увидят все"
        case .badText(let field, let limit):
            "«\(field == "reason" ? "Причина" : "Новый текст")»: нужен текст длиной 1…\(limit) знаков без управляющих символов"
        case .hiddenAlready: "работа уже скрыта"
        case .notHidden: "работа не скрыта"
        case .nothingThere(let field): "«\(name(field))»: этого у работы нет, удалять нечего"
        case .noEntry(let entry, let count): "записи \(entry) нет, в истории записи 1…\(count)"
        case .nothingInEntry(let entry): "в записи \(entry) нет текста, который можно удалить"
        case .badReplacement:
            "новый текст возможен только для названия, описания и адреса и должен отличаться от прежнего"
        case .badGeometry: "«Место»: такую геометрию нельзя записать, проверьте координаты"
        case .samePlace: "у работы уже это место"
        }
    }

    private func reason(_ problem: Problem) -> String {
        let detail = problem.detail ?? problem.title
        if problem.kind == "too-many-requests", let seconds = problem.retryAfter {
            return text("tooManyForms", ["seconds": String(seconds)])
        }
        if problem.kind == "look-not-noted" { return text("look.notNoted") }
        guard self == .russian else { return detail }
        return switch problem.kind {
        case "lost-race":
            "кто-то изменил это раньше вас; посмотрите, как всё выглядит теперь, и решите заново"
        case "other-clock":
            "часовой пояс города изменился, пока страница была открыта; посмотрите на время ещё раз"
        case "forbidden": "ваш токен этого не позволяет"
        case "stale-form": "форма устарела или открыта не здесь; откройте страницу заново"
        case "hidden": "работа скрыта: \(detail)"
        case "not-found": "такой страницы нет, или решение по ней уже принято"
        case "malformed-parameter": "не удалось прочитать поле «\(problem.parameter ?? "?")»"
        case "unknown-parameter": "лишний параметр «\(problem.parameter ?? "?")»"
        case "overloaded", "deadline-exceeded", "not-ready": "сервер занят, попробуйте ещё раз"
        case "unwritable": "сейчас ничего нельзя записать: на сервере нет места или диск неисправен"
        case "outside-city": "место вне города"
        default: detail
        }
    }
}
