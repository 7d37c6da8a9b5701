import Works

/// Words of sources' values and what they stand for, in English, Russian, German and Spanish.
enum ValueWords {
    /// The code whose longest word fits a text best; nil if none fits.
    static func best<Code>(_ text: String, in words: [(code: Code, stems: [String])]) -> Code? {
        let folded = FoldedText(text)
        var best: (code: Code, length: Int)?
        for (code, stems) in words {
            let length = folded.match(stems)
            if length > best?.length ?? 0 { best = (code, length) }
        }
        return best?.code
    }

    static let statuses: [(code: WorkStatus, stems: [String])] = [
        (
            .reported,
            [
                "open_", "opened", "new_", "reported", "received", "unassigned", "submitted", "pending", "unconfirmed",
                "notpaid", "resubmit", "offen", "neu_", "eingegangen", "gemeldet", "новая", "новое", "новый", "поступ",
                "сообщен", "открыт", "зарегистр", "не назнач", "nuevo", "nueva", "abiert", "recibid", "pendient",
                "reportad",
            ]
        ),
        (
            .accepted,
            [
                "accept", "assigned", "acknowledg", "approved", "planned", "scheduled", "confirmed", "issued",
                "referred", "angenommen", "geplant", "bestätigt", "genehmigt", "weitergeleitet", "принят", "назначен",
                "заплан", "подтвержд", "согласован", "aceptad", "asignad", "programad", "aprobad", "confirmad",
                "planificad",
            ]
        ),
        (
            .inProgress,
            [
                "in progress", "in process", "in work", "active", "started", "ongoing", "underway", "under way",
                "working", "dispatched", "crew", "in bearbeitung", "laufend", "begonnen", "aktiv", "в работе",
                "выполняется", "в процессе", "идут", "ведутся", "начат", "en proceso", "en curso", "en progreso",
                "iniciad", "activ", "en ejecuc",
            ]
        ),
        (
            .done,
            [
                "closed", "complete", "done", "resolved", "fixed", "finished", "restored", "expired", "erledigt",
                "abgeschlossen", "beendet", "behoben", "fertig", "geschlossen", "выполнен", "выполнено", "завершен",
                "закрыт", "устранен", "исполнен", "решен", "готов", "cerrad", "completad", "terminad", "resuelt",
                "finaliz", "concluid", "solucionad",
            ]
        ),
        (
            .rejected,
            [
                "reject", "cancel", "denied", "withdrawn", "revoked", "declined", "duplicate", "invalid", "void",
                "abgelehnt", "storniert", "abgebrochen", "zurückgezogen", "отклон", "отказ", "отмен", "дубл", "аннулир",
                "rechazad", "cancelad", "anulad", "denegad", "duplicad",
            ]
        ),
    ]

    static let severities: [(code: Severity, stems: [String])] = [
        (
            .minor,
            [
                "minor", "low_", "slight", "gering", "niedrig", "leicht", "низк", "незначит", "мал", "baja", "bajo",
                "leve", "menor", "green", "grün", "some lanes",
            ]
        ),
        (
            .moderate,
            [
                "moderate", "medium", "normal", "standard", "teil", "mittel", "gelb", "средн", "обычн", "умерен",
                "media", "medio_", "moderad", "yellow", "amber",
            ]
        ),
        (
            .severe,
            [
                "severe", "high", "critical", "major", "urgent", "emergency", "voll", "hoch", "schwer", "dringend",
                "kritisch", "высок", "срочн", "критич", "авар", "тяж", "alta", "alto_", "grave", "critic", "crític",
                "urgente", "mayor", "red_", "rot_", "all lanes closed",
            ]
        ),
    ]

    static let impacts: [(code: TrafficImpact, stems: [String])] = [
        (.none, ["none", "no impact", "all lanes open", "keine", "нет", "без огранич", "ninguno", "sin afect"]),
        (.sidewalkClosed, ["sidewalk", "pedestrian", "gehweg", "fußweg", "тротуар", "acera", "banqueta", "peaton"]),
        (
            .laneClosed,
            [
                "lane", "partial", "some lanes closed", "fahrstreifen", "teilsperrung", "halbseitig", "полос",
                "частичн", "сужен", "carril", "parcial",
            ]
        ),
        (
            .alternating,
            [
                "alternating", "flagging", "signal control", "wechselseitig", "lichtsignal", "попеременн", "реверс",
                "alternad",
            ]
        ),
        (
            .roadClosed,
            [
                "closed", "full closure", "road closed", "all lanes closed", "vollsperrung", "gesperrt", "перекрыт",
                "закрыт", "полное", "cerrad", "cierre total",
            ]
        ),
    ]

    /// Categories of the catalogue.
    static let categories: [(code: String, stems: [String])] = [
        (
            "pothole",
            ["pothole", "pot hole", "schlagloch", "schlaglöcher", "яма", "ямы", "выбоин", "bache", "roadway repair"]
        ),
        (
            "resurfacing",
            [
                "resurfac", "repaving", "paving", "asphalt", "straßenbau", "fahrbahnerneuerung", "deckenbau",
                "замена покрыт", "асфальт", "капитальный ремонт дорог", "ремонт дорог", "pavimentac", "repaviment",
                "asfalto",
            ]
        ),
        (
            "sidewalk",
            [
                "sidewalk", "footpath", "pavement repair", "gehweg", "bürgersteig", "тротуар", "пешеходн дорожк",
                "acera", "banqueta", "vereda",
            ]
        ),
        (
            "kerb",
            ["curb", "kerb", "bordstein", "randstein", "бордюр", "поребрик", "bordillo", "guarnicion", "guarnición"]
        ),
        (
            "road_marking",
            [
                "pavement marking", "road marking", "crosswalk", "striping", "markierung", "zebrastreifen", "разметк",
                "señalización horizontal", "paso de cebra",
            ]
        ),
        (
            "traffic_sign",
            [
                "traffic sign", "street sign", "sign repair", "sign missing", "stop sign", "parking meter",
                "verkehrszeichen", "verkehrsschild", "schild", "дорожный знак", "дорожн знак", "знак", "señal de tr",
                "señalamiento",
            ]
        ),
        ("bridge", ["bridge", "brücke", "stützwand", "мост", "путепровод", "puente"]),
        ("trench", ["trench", "excavat", "steel plate", "aufgrabung", "раскоп", "транше", "zanja", "excavac"]),
        (
            "utility_works",
            [
                "utility call", "utility work", "utility repair", "street opening", "leitungsbau", "leitungsarbeit",
                "versorgung", "вскрыт", "ремонт сет", "замена сет", "obras de servicio", "manhole access",
            ]
        ),
        (
            "manhole",
            [
                "manhole", "casting", "kanaldeckel", "schachtdeckel", "люк", "колодец", "колодц", "alcantarilla tapa",
                "tapa de",
            ]
        ),
        (
            "drainage",
            [
                "drain", "catch basin", "catchbasin", "storm", "entwässer", "gully", "einlauf", "ливнев", "ливнёв",
                "водоотв", "дождеприем", "drenaje", "desagüe", "coladera", "imbornal",
            ]
        ),
        (
            "water",
            [
                "water", "watermain", "hydrant", "wasser", "trinkwasser", "rohrbruch", "водоснаб", "вода", "воды",
                "водопровод", "холодн", "agua", "fuga de agua", "hidrante",
            ]
        ),
        ("hot_water", ["hot water", "warmwasser", "горяч", "гвс", "agua caliente"]),
        (
            "heating",
            ["heat_", "heating", "heizung", "fernwärme", "wärme", "отоплен", "тепло", "теплоснаб", "calefacc"]
        ),
        (
            "electricity",
            [
                "electric", "power outage", "power", "no utilities", "outage", "strom", "stromausfall", "электр",
                "света нет", "нет света", "electricidad", "luz eléctrica", "apagón", "apagon",
            ]
        ),
        ("gas", ["gas", "gasversorgung", "газ", "газоснаб"]),
        (
            "sewer",
            [
                "sewer", "sewage", "kanalbau", "abwasser", "kanal", "канализац", "засор", "alcantarill", "cloaca",
                "drenaje sanitario",
            ]
        ),
        (
            "street_light",
            [
                "street light", "streetlight", "street lamp", "alley light", "lighting", "light outage", "light out",
                "straßenlaterne", "laterne", "beleuchtung", "фонар", "освещен", "alumbrado", "farol", "luminaria",
                "lámpara", "knockdown", "knock down",
            ]
        ),
        (
            "traffic_signal",
            [
                "traffic signal", "traffic light", "signal repair", "ampelausfall", "lichtsignalanlage", "ampelanlage",
                "светофор", "semáforo", "semaforo",
            ]
        ),
        (
            "fallen_tree",
            [
                "fallen tree", "tree down", "downed tree", "tree emergenc", "tree in street", "umgestürzter baum",
                "упавш дерев", "упало дерев", "упавшее дерево", "árbol caído", "arbol caido",
            ]
        ),
        (
            "dangerous_tree",
            [
                "dangerous tree", "tree inspection", "tree prun", "tree remov", "tree", "baum", "дерев", "árbol",
                "arbol", "poda",
            ]
        ),
        (
            "open_manhole",
            [
                "open manhole", "missing manhole", "manhole cover missing", "offener schacht", "открытый люк",
                "открыт люк", "нет люка", "alcantarilla abierta", "pozo abierto",
            ]
        ),
        (
            "wire_down",
            [
                "wire down", "wires down", "downed wire", "cable down", "leitung liegt", "оборван", "обрыв провод",
                "cable caído", "cable caido",
            ]
        ),
        (
            "dangerous_wire",
            [
                "hanging wire", "low wire", "wires", "hängende leitung", "провис", "провод", "cable suelto",
                "cable colgando",
            ]
        ),
        ("ice", ["ice_", "icy", "black ice", "glatteis", "glätte", "гололед", "гололёд", "наледь", "hielo"]),
        ("snow", ["snow", "unshoveled", "plow", "schnee", "winterdienst", "снег", "nieve"]),
        ("icicles", ["icicle", "eiszapfen", "сосул", "carámbano"]),
        (
            "flooding",
            [
                "flood", "ponding", "standing water", "überschwemm", "überflut", "подтоплен", "затоплен", "лужа",
                "inundac", "encharcamiento",
            ]
        ),
        (
            "debris",
            [
                "debris", "trash", "garbage", "litter", "rubbish", "waste", "sanitation", "refuse", "street clean",
                "dead animal", "roadkill", "bulk", "recycl", "müll", "abfall", "verschmutz", "straßenreinigung",
                "мусор", "уборк", "грязь", "basura", "escombro", "limpieza", "residuos",
            ]
        ),
        (
            "illegal_dump",
            ["illegal dump", "fly tip", "dumping", "wilde müll", "sperrmüll", "свалк", "vertedero", "tiradero"]
        ),
        (
            "graffiti",
            ["graffiti", "vandalism", "posters", "schmierer", "надпис", "граффити", "вандализм", "grafiti", "pintada"]
        ),
        (
            "sinkhole",
            ["sinkhole", "cave in", "erdfall", "absackung", "провал", "просад", "socavón", "socavon", "hundimiento"]
        ),
        (
            "unsafe_building",
            [
                "unsafe building", "unsafe structure", "building insp", "illegal occupancy", "abandoned building",
                "unsafe dangerous", "einsturz", "аварийное здание", "аварийн здан", "ветх", "edificio en riesgo",
                "inmueble",
            ]
        ),
        (
            "stray_animals",
            [
                "stray", "animal", "rodent", "rat_", "rats", "dog_", "dogs", "bees", "tiere", "ratten", "hund_",
                "hunde", "животн", "собак", "крыс", "animales", "perro", "ratas", "plaga",
            ]
        ),
        (
            "playground",
            [
                "playground", "play equipment", "spielplatz", "детск площадк", "детская площадк", "качел",
                "parque infantil", "juegos infantiles",
            ]
        ),
    ]

    /// Categories of road works that the catalogue of reports has no entry for, as shipped mappings call them.
    static let works: [(code: String, stems: [String])] = [
        (
            "road_maintenance",
            ["road maintenance", "highway maintenance", "straßenunterhalt", "maintenance", "содержан", "mantenimiento"]
        ),
        (
            "construction",
            [
                "construction", "staging", "scaffold", "building", "bauliche", "sondernutzung", "hochbau", "строит",
                "construcc",
            ]
        ),
        ("crane", ["crane", "kran_", "kranein", "кран", "grúa"]),
        ("demolition", ["demolition", "abbruch", "rückbau", "снос", "демонтаж", "demolic"]),
        ("detour", ["detour", "umleitung", "verkehrsführung", "объезд", "desvío", "desvio"]),
        ("tram", ["tram", "gleisbau", "rail_", "railway", "трамва", "рельс", "tranvía"]),
        ("survey", ["survey", "untersuchung", "изыскан", "обследован", "estudio"]),
        ("tunnel", ["tunnel", "тоннел", "túnel"]),
        ("stop", ["bus stop", "haltestelle", "остановк", "parada"]),
        ("event", ["event_", "events", "parade", "festival", "veranstaltung", "мероприят", "evento"]),
    ]

    /// Texts that stand for no value.
    static let empty: Set<String> = [
        "null", "none", "n/a", "na", "nan", "-", "--", "---", "—", "etr-null", "etr-exp", "unknown", "нет",
        "не указано", "нет данных", "unbekannt", "keine angabe", "k.a.", "desconocido", "sin dato", "s/d", "\\n",
    ]
}
