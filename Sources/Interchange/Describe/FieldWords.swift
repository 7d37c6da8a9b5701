/// Words by which columns are recognised, in English, Russian, German and Spanish. ``FoldedText/match(_:)`` says how they are compared.
enum FieldWords {
    static let ids = [
        "id_", "case id", "case enquiry id", "guid", "globalid", "uuid", "sid_", "number", "nummer", "nr_", "no_",
        "num_",
        "ref_", "referenc",
        "tracking", "ticket", "key_", "kennung", "aktenzeichen", "номер", "ид_", "код_", "expediente", "numero",
        "número", "folio",
        "clave", "requestid", "incident", "permit no", "permitno", "service request id",
    ]

    /// Words of any time, so that mere numbers may be one.
    static let times =
        completed + due + starts + reported + changed + [
            "date", "time", "dt_", "timestamp", "datum", "zeit", "дата", "время", "fecha", "hora",
        ]

    static let completed = [
        "clos", "complet", "resol", "finish", "done", "fixed", "actual end", "last seen", "erledig", "abschluss",
        "abgeschlossen",
        "fertig", "behoben", "выполн", "закры", "заверш", "исполн", "устран", "cerrad", "cierre", "terminac", "resuel",
        "completad", "solucion",
    ]
    static let due = [
        "due", "target", "etr", "expir", "deadline", "estimat", "expected", "until", "end_", "end date", "enddate",
        "enddatum", "end time",
        "promis", "restor", "bis_", "ende", "frist", "ablauf", "voraussichtlich", "срок", "окончан", "конец", "планов",
        "до_",
        "fin_", "hasta", "vencim", "limite", "límite", "previst", "planned end", "serviceduedate", "etr last",
    ]
    static let firstDue = [
        "original due", "etr first", "first etr", "initial estimat", "original end", "original target",
    ]
    static let starts = [
        "start", "begin", "began", "from_", "effective", "commenc", "von_", "beginn", "ab_", "anfang", "начал", "с_",
        "inicio", "comienzo", "desde", "off_",
    ]
    static let reported = [
        "open", "creat", "report", "add", "request", "receiv", "submit", "filed", "first seen", "logged", "entered",
        "called", "init",
        "eingang", "eingegangen", "gemeldet", "meldung", "meldedatum", "erstell", "angelegt", "обращ", "создан",
        "поступ", "зарегистр",
        "регистрац", "подан", "заявк", "apert", "creac", "registr", "recib", "recepc", "solicit", "ingreso", "applic",
    ]
    static let changed = [
        "edit", "modif", "updat", "chang", "geändert", "aktualis", "измен", "обновл", "actualiz", "inspect", "issue",
    ]

    static let title = [
        "title", "titel", "headline", "subject", "betreff", "bezeichnung", "заголов", "назван", "тема_", "titulo",
        "título", "asunto", "name_",
    ]
    static let description = [
        "descri", "comment", "detail", "note", "remark", "closure reason", "cause", "resolution notes", "beschreib",
        "bemerk", "hinweis",
        "info_", "grund", "описан", "коммент", "примечан", "текст", "содержан", "причин", "observac", "comentar",
        "detalle", "motivo",
    ]
    static let address = [
        "address", "location", "street", "siteaddress", "site addr", "addr", "intersection", "adresse", "strasse",
        "straße", "ort_",
        "lage", "адрес", "улиц", "место", "местополож", "direcc", "calle", "ubicac", "domicilio", "block",
    ]
    static let district = [
        "neighborhood", "neighbourhood", "district", "ward", "borough", "quarter", "suburb", "stadtteil", "stadtbezirk",
        "bezirk",
        "ortsteil", "район", "округ", "микрорайон", "barrio", "distrito", "colonia", "comuna", "alcaldia",
    ]
    static let organisation = [
        "organisation", "organization", "agency", "department", "responsib", "utility", "authority", "dienststelle",
        "amt_", "verursacher",
        "veranlasser", "zuständig", "träger", "служб", "организац", "ответствен", "ведомств", "управлени", "исполнител",
        "organismo",
        "dependencia", "departamento", "secretaria", "entidad", "unidad", "providerdesc", "publisher",
    ]
    static let contractor = [
        "contractor", "permittee", "firm", "company", "auftragnehmer", "baufirma", "firma", "подрядчик", "contratista",
        "empresa",
    ]
    static let status = [
        "status", "state_", "stage", "phase", "zustand", "stand_", "статус", "состояни", "стади", "этап", "estado",
        "estatus", "situac",
    ]
    static let severity = [
        "severity", "priorit", "urgen", "impact", "schwere", "dringlich", "ampel", "важност", "приоритет", "срочност",
        "тяжест", "gravedad", "prioridad", "urgencia",
    ]
    static let affected = [
        "cust", "affected", "consumers", "households", "kunden", "haushalte", "betroffen", "абонент", "потребител",
        "жител", "clientes", "afectad", "usuarios",
    ]
    static let category = [
        "type", "category", "kind", "problem", "reason", "service name", "service type", "request", "subject", "layer",
        "desc_", "servicecode description",
        "servicecodedescription", "eventdescription", "code_", "art_", "kategorie", "typ_", "gattung", "anlass", "тип",
        "вид_", "категор", "проблем", "класс",
        "tipo", "categor", "clase", "problema", "servicio", "cause", "title",
    ]
    static let impact = [
        "vehicle impact", "lane", "closure", "traffic", "sperrung", "einschränk", "verkehr", "движени", "перекрыт",
        "cierre vial", "carril", "tránsito", "trafico",
    ]
    static let name = [
        "name_", "label", "title", "bezeichnung", "назван", "наименован", "имя_", "nombre", "street", "straße",
        "strasse", "улиц", "calle", "site name", "n hood",
    ]
    static let placeClass = [
        "type", "class", "category", "kind", "klasse", "typ_", "art_", "тип", "класс", "вид_", "tipo", "clase",
    ]
}

/// Words by which the layer of a file is recognised, from its name and its columns.
enum LayerWords {
    static let districts = [
        "district", "ward", "neighborhood", "neighbourhood", "borough", "quarter", "precinct", "zip code", "zipcode",
        "bezirk", "stadtteil", "ortsteil", "район", "округ", "barrio", "distrito", "anc_", "cluster",
    ]
    /// Classes of districts by words in names of files and columns.
    private static let classes: [(name: String, words: [String])] = [
        ("zip", ["zip code", "zipcode", "zip codes", "zip_"]), ("postcode", ["postcode", "postal", "plz_", "индекс"]),
        ("ward", ["ward"]), ("neighborhood", ["neighborhood", "neighbourhood", "n hood", "stadtteil", "barrio"]),
        ("precinct", ["precinct"]), ("commission", ["anc_", "commission"]), ("council", ["council"]),
        ("borough", ["borough", "bezirk"]), ("sweeping", ["sweeping"]), ("police", ["police"]),
    ]

    /// The class that a file of districts seems to be of; nil if nothing says it.
    static func districtClass(of file: FileDescription) -> String? {
        let names = [InputFile.stem(of: file.file)] + file.columns.map(\.name)
        for name in names.map({ FoldedText($0, isName: true) }) {
            if let found = classes.first(where: { name.match($0.words) > 0 }) { return found.name }
        }
        return nil
    }

    static let schools = ["school", "schule", "школ", "escuela", "colegio", "gymnasi"]
    static let roads = [
        "road", "street", "centerline", "centreline", "lane", "route", "straße", "strassen", "дорог", "улиц", "calle",
        "vial", "ramp",
    ]
    static let outages = [
        "outage", "kubra", "power", "stromausfall", "störung", "отключен", "авари", "corte", "apagon", "customers",
        "custaffected", "etr_",
    ]
    /// Names that hardly any other list has.
    static let outageColumns = ["customers", "custaffected", "etr_", "etr first", "etr last", "restoration", "outage"]
    static let repairs = [
        "road work", "roadwork", "work zone", "workzone", "construction", "permit", "baustelle", "baustellen",
        "bauarbeit", "sperrung", "ремонт", "дорожн", "работ", "раскоп", "obra", "bache",
    ]
    static let hazards = [
        "311", "request", "hazard", "complaint", "report", "incident", "hinweis", "mängel", "anliegen", "обращен",
        "жалоб", "сообщен", "queja", "reporte", "denuncia", "solicitud",
    ]
}
