extension PersonalValue {
    /// True if the name of a column says that it holds what is personal: who reported something, how to reach them, where they live.
    ///
    /// Names are taken in English, Russian, German and Spanish, whatever their capitals and separators.
    public static func isNamed(byColumn name: String) -> Bool {
        var words: [String] = [""]
        var previous: Character = " "
        for character in name {
            if character.isLetter {
                if character.isUppercase, previous.isLowercase { words.append("") }
                words[words.count - 1] += character.lowercased()
            } else if words[words.count - 1] != "" {
                words.append("")
            }
            previous = character
        }
        return words.contains { word in
            wholeWords.contains(word) || stems.contains { word.hasPrefix($0) }
                || (word.count > 8 && insides.contains { word.contains($0) })
        }
    }

    private static let wholeWords: Set<String> = [
        "tel", "mob", "fax", "phone", "cell", "person", "user", "editor", "lastname", "firstname", "surname",
        "fullname", "фио", "тел",
        "caller", "citizen", "resident", "владелец", "житель", "nombre", "vecino", "dni", "ssn", "snils", "снилс",
        "birthday", "vorname",
        "nachname", "inhaber", "eigentümer", "rep", "director", "contact", "owner", "ownername", "mail",
    ]

    private static let stems = [
        "email", "telephon", "telefon", "teléfono", "phone", "mobil", "handy", "телефон", "почт", "заявител",
        "собственник", "контакт",
        "отчеств", "фамил", "applicant", "complain", "reporter", "requester", "submitter", "ansprechpartner",
        "antragsteller", "melder",
        "kontakt", "correo", "solicitante", "propietario", "ciudadan", "passport", "паспорт", "birth", "рожден",
        "geburt", "anschrift",
    ]

    private static let insides = [
        "email", "phone", "телефон", "заявител", "applicant", "ownername", "owneraddress", "appliedby",
    ]
}
