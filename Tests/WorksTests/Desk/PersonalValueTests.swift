import Testing
import Works

@Suite("Values that look personal")
struct PersonalValueTests {
    private static func found(_ text: String) -> [String] {
        PersonalValue.findings(in: text).map { "\($0.value.rawValue): \($0.text)" }
    }

    @Test(
        "E-mail addresses, telephone numbers and names of people are found in what people write",
        arguments: [
            ("пишите на ivan.petrov@mail.ru!", ["email: ivan.petrov@mail.ru"]),
            ("<a+b@sub.example.co.uk>", ["email: a+b@sub.example.co.uk"]),
            ("почта@город.рф", ["email: почта@город.рф"]),
            ("тел. 8 (495) 123-45-67", ["telephone: 8 (495) 123-45-67"]),
            ("+7 912 345-67-89", ["telephone: +7 912 345-67-89"]),
            ("89123456789", ["telephone: 89123456789"]), ("звонить 8-912-345-67-89.", ["telephone: 8-912-345-67-89"]),
            ("тел.: 23-45-67 или 123-45-67", ["telephone: 123-45-67"]),
            ("(4012) 12-34-56", ["telephone: (4012) 12-34-56"]),
            ("+44 20 7946 0958", ["telephone: +44 20 7946 0958"]), ("+1.617.555.0123", ["telephone: +1.617.555.0123"]),
            ("617-555-0123", ["telephone: 617-555-0123"]), ("(617) 555-0123", ["telephone: (617) 555-0123"]),
            ("1-617-555-0123", ["telephone: 1-617-555-0123"]), ("phone 6175550123", ["telephone: 6175550123"]),
            ("Иванов И. И.", ["name: Иванов И. И."]), ("Иванова М.П. из 5-й квартиры", ["name: Иванова М.П."]),
            ("принял А. Б. Салтыков-Щедрин", ["name: А. Б. Салтыков-Щедрин"]),
            ("Звонила Мария Сергеевна", ["name: Звонила Мария Сергеевна"]),
            ("Петров Иван Ильич", ["name: Петров Иван Ильич"]),
            ("Иван Петрович Сидоров", ["name: Иван Петрович Сидоров"]), ("Мария Иванова", ["name: Мария Иванова"]),
            ("Smith, J. R.", ["name: Smith, J. R."]), ("J.R. Smith called", ["name: J.R. Smith"]),
            ("John Smith", ["name: John Smith"]), ("Mary Ann Lee", ["name: Mary Ann Lee"]),
            ("reported by Mrs. Jones", ["name: Mrs. Jones"]), ("reported by Mrs Jones", ["name: Mrs Jones"]),
            ("ИП Иванов И. И.", ["entrepreneur: Иванов И. И."]),
            ("ИП Иванова Мария Петровна", ["entrepreneur: Иванова Мария Петровна"]),
        ])
    func personal(_ text: String, _ found: [String]) {
        #expect(Self.found(text) == found)
    }

    @Test(
        "Streets, dates, numbers of works, coordinates, firms and what only resembles them are not",
        arguments: [
            "ул. А. С. Пушкина, 5", "улица Пушкина А. С.", "школа им. Н. К. Крупской", "проспект Ивана Ильича",
            "Гагарина Ю. А. проспект",
            "ул. К. Маркса", "2026-11-23 09:00", "2026-11-23T09:00:00Z", "26-10482", "55.123456, 37.1234567",
            "01973ded-b108-7808-b15a-4b59077a2fb8",
            "77:01:0001001:123", "12345678", "10–14.00, 15–18.00", "ООО «Дорстрой»", "МКУ «Управление дорог»",
            "Main Street", "Martin Luther King Blvd",
            "John Smith Park", "St. Mary School", "Elm St @ 5th Ave", "user@localhost", "@channel", "a @ b.c",
            "№ 89123456789-2026/5", "Тверской район",
            "Ремонт дороги", "Красный Кут", "Ленинградский проспект 12, корп. 3", "https://example.org/8/912/345",
            "0198000000007000", "1 234 567",
            "Яма 120 x 80, глубина 15", "Кирпич", "Большая Дмитровка", "", "с 01.12.2026 по 15.12.2026",
            "Abilene Kansas", "Паша",
        ])
    func impersonal(_ text: String) {
        #expect(Self.found(text) == [])
    }

    @Test("A sample tells little of the value")
    func shortened() {
        let findings = PersonalValue.findings(in: "ivan.petrov@mail.ru, +7 912 345-67-89, Иванов И. И., a@b.ru")
        #expect(findings.map(\.shortened) == ["iv…ru", "a…", "+7…89", "Ив…И."])
    }

    @Test("A megabyte of anything is looked through in one pass", arguments: ["@", "+7 ", "А. ", "Иван ", "8", "("])
    func long(_ part: String) {
        _ = PersonalValue.findings(in: String(repeating: part, count: 200_000))
    }
}
