import Testing
import Works

@Suite("A person's address")
struct PersonAddressTests {
    @Test(
        "An e-mail address is found as a whole, whatever its case and the space around it",
        arguments: [
            ("anna@example.org", 1), ("ANNA@Example.ORG", 1), ("  Anna@example.org\n", 1),
            ("Анна <anna@example.org>", 1),
            ("mailto:anna@example.org?subject=x", 1), ("пишите на anna@example.org.", 1),
            ("anna@example.org, anna@example.org", 2), ("a@b.c;Anna@example.org;d@e.f", 1), ("anna@example.org@", 1),
            ("joanna@example.org", 0), ("anna@example.org.uk", 0), ("anna@example.orga", 0), ("anna@example-org", 0),
            ("x.anna@example.org", 0), ("anna+x@example.org", 0), ("anna@example", 0), ("anna", 0), ("@", 0), ("", 0),
        ])
    func email(_ text: String, _ count: Int) throws {
        let address = PersonAddress.email(try EmailAddress(" Anna@EXAMPLE.org "))
        #expect(address.ranges(in: text).count == count)
        #expect(address.isNamed(in: ReporterContact(email: text)) == (count > 0))
        #expect(address.isNamed(in: ReporterContact(lastName: text)) == (count > 0), "people write it anywhere")
    }

    @Test("Letters of every script are compared without regard to case")
    func scripts() throws {
        let address = PersonAddress.email(try EmailAddress("Анна@ПОЧТА.рф"))
        #expect(address.isNamed(in: ReporterContact(email: "анна@почта.РФ")))
        #expect(address.masked("Письма: АННА@почта.рф, спасибо") == "Письма: …, спасибо")
        #expect(address.masked("нет") == nil)
    }

    @Test(
        "What is no whole e-mail address is refused",
        arguments: [
            "", " ", "anna", "@", "anna@", "@example.org", "a@b@c", "a b@c.d", "a@b c", "a@b,c@d", "a@(b)", "a\n@b",
        ])
    func noEmail(_ text: String) {
        #expect(throws: PersonAddressError.noEmail(text)) { try EmailAddress(text) }
    }

    @Test(
        "Nothing in an address stands for other letters",
        arguments: ["*@example.org", "%@example.org", "_nna@example.org", "?nna@example.org", "anna@*", "anna@%.org"])
    func wildcards(_ text: String) {
        guard let address = try? EmailAddress(text) else { return }
        #expect(!PersonAddress.email(address).isNamed(in: ReporterContact(email: "anna@example.org")))
    }

    @Test(
        "A telephone number is one however it is written",
        arguments: [
            "+7 927 123-45-67", "8 (927) 123-45-67", "89271234567", "79271234567", "9271234567", "+7(927)1234567",
            "8-927-123-45-67", "8.927.123.45.67", " 8 927 123 45 67 ", "8\u{A0}927\u{A0}1234567", "8 927 123–45–67",
            "tel:+79271234567", "٨ ٩٢٧ ١٢٣٤٥٦٧",
        ])
    func phone(_ text: String) throws {
        let number = try PhoneNumber(text)
        #expect(number.digits == "79271234567")
        let other = PersonAddress.phone(try PhoneNumber("8 927 1234567"))
        #expect(other.isNamed(in: ReporterContact(phone: text)))
        #expect(!other.ranges(in: "позвоните: \(text), пожалуйста").isEmpty)
    }

    @Test(
        "A field with more than a number still names it; another number does not",
        arguments: [
            ("8 927 123-45-67 доб. 12", true), ("моб. 89271234567, дом. 2-34-56", true),
            ("89271234567 89270000000", true),
            ("+7 927 123-45-68", false), ("1 8 927 123-45-67 8", true), ("892712345670", false), ("", false),
            ("+49 89271234567", false), ("кв. 5", false),
        ])
    func fields(_ text: String, _ isNamed: Bool) throws {
        let address = PersonAddress.phone(try PhoneNumber("+79271234567"))
        #expect(address.isNamed(in: ReporterContact(phone: text)) == isNamed)
    }

    @Test("Numbers of other countries and of towns are compared as they are")
    func others() throws {
        #expect(try PhoneNumber("+49 89 1234567").digits == "49891234567")
        #expect(try PhoneNumber("8 10 49 89 1234567").digits == "49891234567")
        #expect(try PhoneNumber("0049 89 1234567").digits == "49891234567")
        // A Vietnamese number has eleven digits and begins with an 8.
        #expect(try PhoneNumber("+84 912 345 678").digits == "84912345678")
        let local = PersonAddress.phone(try PhoneNumber("2-34-56"))
        #expect(local.isNamed(in: ReporterContact(phone: "23456")))
        #expect(!local.isNamed(in: ReporterContact(phone: "8 846 2-34-56")), "that is a number of another town")
    }

    @Test(
        "What is no whole telephone number is refused",
        arguments: [
            "", " ", "+", "1234", "8927*", "8 927 %", "anna", "89271234567, 89270000000", "+7 927 +7 928",
            "1234567890123456",
        ])
    func noPhone(_ text: String) {
        #expect(throws: PersonAddressError.noPhone(text)) { try PhoneNumber(text) }
    }

    @Test("In a text a number is masked as it is written")
    func masked() throws {
        let address = PersonAddress.phone(try PhoneNumber("9271234567"))
        #expect(
            address.masked("дом 5, тел. 8 (927) 123-45-67 (Анна) или +7-927-123-45-67") == "дом 5, тел. … (Анна) или +…"
        )
        #expect(address.masked("дом 5 89271234567") == "дом 5 …")
        #expect(address.masked("с 2026-11-30 по 2026-12-30") == nil)
    }
}
