import Works

/// The sorts of works that a city of this size has, with their seasons.
enum WorkCatalogue {
    private static let always: [Double] = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    private static let summer: [Double] = [0, 0, 0.1, 0.8, 1.6, 2.2, 2.3, 2, 1.4, 0.6, 0.1, 0]
    private static let winter: [Double] = [2.6, 2.4, 1.3, 0.15, 0, 0, 0, 0, 0, 0.2, 1.5, 2.5]
    private static let heating: [Double] = [2, 1.9, 1.4, 0.8, 0.1, 0, 0, 0, 0.5, 1.9, 1.6, 1.9]
    private static let digging: [Double] = [0.8, 0.8, 0.8, 1, 1.2, 1.3, 1.3, 1.2, 1.2, 1.1, 0.9, 0.8]
    private static let dark: [Double] = [1.5, 1.3, 1, 0.8, 0.6, 0.5, 0.5, 0.7, 1, 1.3, 1.5, 1.6]

    static let all: [WorkType] = roads + outages + hazards

    // MARK: - Roads

    private static let roads: [WorkType] = [
        WorkType(
            kind: .roadRepair, category: "pothole",
            titles: [
                ("Яма на проезжей части", "Pothole in the carriageway"), ("Провал асфальта", "Sunken asphalt"),
                ("Выбоина у люка", "Pothole by a manhole"), ("Разрушение кромки дороги", "Broken road edge"),
            ],
            description: "Повреждение покрытия, водители объезжают по встречной полосе.", organisation: .roads,
            trade: .roads,
            count: 3610, months: [0.5, 0.7, 2.2, 2.6, 1.6, 0.9, 0.7, 0.6, 0.6, 0.7, 0.6, 0.5], weather: [(.thaw, 2.2)],
            place: .carriageway, promise: 276...768, severity: [5, 5, 1], impacts: [(.none, 9), (.laneClosed, 1)],
            rejected: 0.03,
            byResidents: 0.85),
        WorkType(
            kind: .roadRepair, category: "resurfacing",
            titles: [
                ("Ремонт дорожного покрытия", "Road resurfacing"), ("Замена верхнего слоя асфальта", "Asphalt overlay"),
                ("Капитальный ремонт улицы", "Street reconstruction"),
            ],
            description: "Фрезерование и укладка асфальтобетона на всём протяжении участка.", organisation: .roads,
            trade: .roads,
            count: 280, months: [0, 0, 0.6, 1.8, 2.3, 2.2, 2, 1.6, 0.9, 0.4, 0.1, 0], place: .street,
            promise: 492...1488,
            lead: 6...62, severity: [1, 6, 3], impacts: [(.laneClosed, 5), (.alternating, 3), (.roadClosed, 2)],
            hours: [("09:00", "18:00"), ("08:00", "20:00"), ("22:00", "06:00")], byResidents: 0),
        WorkType(
            kind: .roadRepair, category: "road_marking", titles: [("Нанесение дорожной разметки", "Road marking")],
            description: "Обновление разметки термопластиком.", organisation: .roads, trade: .roads, count: 210,
            months: summer,
            place: .street, promise: 60...216, lead: 3...28, severity: [6, 1, 0],
            impacts: [(.alternating, 3), (.laneClosed, 2)],
            hours: [("22:00", "06:00"), ("10:00", "16:00")], byResidents: 0),
        WorkType(
            kind: .roadRepair, category: "sidewalk",
            titles: [("Ремонт тротуара", "Pavement repair"), ("Замена бордюрного камня", "Kerb replacement")],
            description: "Укладка плитки и замена бортового камня.", organisation: .amenities, trade: .roads,
            count: 530, months: summer,
            place: .pavement, promise: 324...948, lead: 4...42, severity: [5, 3, 0],
            impacts: [(.sidewalkClosed, 8), (.none, 2)],
            hours: [("09:00", "18:00")], byResidents: 0),
        WorkType(
            kind: .roadRepair, category: "utility_works",
            titles: [
                ("Вскрытие для ремонта водопровода", "Excavation for a water main"),
                ("Вскрытие для ремонта теплотрассы", "Excavation for a heating main"),
                ("Прокладка кабельной линии", "Laying of a cable"),
                ("Восстановление благоустройства после вскрытия", "Reinstatement after excavation"),
            ],
            description: "Земляные работы по ордеру, место ограждено.", organisation: .water, trade: .pipes, count: 820,
            months: digging,
            place: .trench, promise: 180...936, lead: 1...19, severity: [2, 5, 2],
            impacts: [(.laneClosed, 5), (.alternating, 3), (.sidewalkClosed, 4), (.roadClosed, 1)],
            hours: [("08:00", "20:00"), ("09:00", "18:00")],
            byResidents: 0),
        WorkType(
            kind: .roadRepair, category: "drainage",
            titles: [
                ("Засорена ливневая канализация", "Blocked storm drain"),
                ("Вода не уходит с дороги", "Standing water on the road"),
            ],
            description: "Дождеприёмник забит, после дождя стоит вода.", organisation: .amenities, trade: .pipes,
            count: 480,
            months: [0.1, 0.2, 2.2, 2.2, 1.2, 1.1, 1.2, 1.1, 1, 1.1, 0.6, 0.2], weather: [(.storm, 9), (.thaw, 3)],
            place: .roadside,
            promise: 168...552, severity: [4, 4, 1], byResidents: 0.8),
        WorkType(
            kind: .roadRepair, category: "bridge",
            titles: [("Ремонт деформационных швов моста", "Bridge joint repair")],
            description: "Замена швов с поочерёдным закрытием полос.", organisation: .roads, trade: .roads, count: 12,
            months: summer,
            place: .bridge, promise: 672...1752, lead: 14...70, severity: [0, 2, 4],
            impacts: [(.alternating, 3), (.laneClosed, 4)],
            hours: [("22:00", "06:00"), ("09:00", "18:00")], byResidents: 0),
        WorkType(
            kind: .roadRepair, category: "manhole",
            titles: [("Просел люк колодца", "Sunken manhole"), ("Гремит крышка люка", "Rattling manhole cover")],
            description: "Люк ниже уровня покрытия.", organisation: .water, trade: .roads, count: 530, months: digging,
            place: .carriageway,
            promise: 324...1044, severity: [6, 3, 0], byResidents: 0.85),
    ]

    // MARK: - Outages

    private static let outages: [WorkType] = [
        WorkType(
            kind: .outage, category: "water",
            titles: [
                ("Отключение холодной воды: порыв водопровода", "No water: burst main"),
                ("Отключение холодной воды: ремонт задвижки", "No water: valve repair"),
            ],
            description: "Аварийная бригада на месте, подвоз воды организован.", organisation: .water, trade: .pipes,
            count: 1120,
            months: [1.9, 1.8, 1.3, 0.9, 0.8, 0.7, 0.7, 0.7, 0.8, 0.9, 1.1, 1.6], weather: [(.frost, 3.2)],
            place: .blocks(4),
            promise: 5...30, answer: Spread(low: 0.05, median: 0.4, high: 1.5, extreme: 5), severity: [1, 5, 3],
            byResidents: 0.55),
        WorkType(
            kind: .outage, category: "hot_water",
            titles: [("Плановое отключение горячей воды", "Planned hot water shutdown")],
            description: "Гидравлические испытания тепловых сетей.", organisation: .heat, trade: .pipes, count: 330,
            months: [0, 0, 0, 0.8, 3.2, 3.4, 2.6, 1.6, 0.3, 0, 0, 0], place: .blocks(7), promise: 190...330,
            lead: 5...42,
            severity: [4, 4, 0], byResidents: 0),
        WorkType(
            kind: .outage, category: "heating",
            titles: [
                ("Отключение отопления: дефект теплотрассы", "No heating: defect of the main"),
                ("Нет отопления в домах", "Buildings without heating"),
            ],
            description: "Снижение параметров теплоносителя на время ремонта.", organisation: .heat, trade: .pipes,
            count: 860, months: heating,
            weather: [(.heatingStart, 5), (.frost, 2.2)], place: .blocks(3), promise: 8...48,
            answer: Spread(low: 0.1, median: 0.8, high: 4, extreme: 12), severity: [0, 4, 5], byResidents: 0.6),
        WorkType(
            kind: .outage, category: "electricity",
            titles: [
                ("Аварийное отключение электроэнергии", "Power outage"), ("Повреждение кабельной линии", "Cable fault"),
            ],
            description: "Восстановление по временной схеме.", organisation: .power, trade: .power, count: 1080,
            months: [1.2, 1.1, 0.9, 0.9, 0.9, 1.1, 1.2, 1.1, 0.8, 0.8, 1, 1.2],
            weather: [(.storm, 14), (.wind, 8), (.frost, 1.6), (.snowfall, 2)],
            place: .blocks(6), promise: 2...12, answer: Spread(low: 0.03, median: 0.25, high: 1, extreme: 3),
            severity: [1, 5, 3], byResidents: 0.4),
        WorkType(
            kind: .outage, category: "electricity",
            titles: [("Плановое отключение: ремонт подстанции", "Planned outage: substation work")],
            description: "Работы в трансформаторной подстанции.", organisation: .power, trade: .power, count: 360,
            months: digging,
            place: .blocks(4), promise: 6...10, lead: 3...29, severity: [5, 3, 0], hours: [("09:00", "17:00")],
            byResidents: 0),
        WorkType(
            kind: .outage, category: "gas",
            titles: [
                ("Отключение газа: ремонт газопровода", "No gas: pipeline repair"),
                ("Запах газа, подача прекращена", "Smell of gas, supply cut"),
            ],
            description: "Подача будет восстановлена после обхода квартир.", organisation: .gas, trade: nil, count: 260,
            months: always,
            place: .blocks(2), promise: 8...72, answer: Spread(low: 0.03, median: 0.2, high: 0.8, extreme: 2),
            severity: [0, 3, 5], byResidents: 0.5),
        WorkType(
            kind: .outage, category: "sewer",
            titles: [("Засор канализации", "Sewer blockage"), ("Излив сточных вод", "Sewage overflow")],
            description: "Откачка и промывка коллектора.", organisation: .water, trade: nil, count: 620, months: always,
            weather: [(.storm, 3), (.thaw, 2)],
            place: .house, promise: 10...60, answer: Spread(low: 0.2, median: 1.5, high: 8, extreme: 24),
            severity: [2, 5, 2], byResidents: 0.9),
    ]

    // MARK: - Hazards

    private static let hazards: [WorkType] = [
        WorkType(
            kind: .hazard, category: "street_light",
            titles: [("Не горит уличный фонарь", "Street light out"), ("Мигает фонарь", "Flickering street light")],
            description: "Участок не освещён в тёмное время.", organisation: .lighting, trade: .power, count: 1380,
            months: dark, weather: [(.storm, 3)],
            place: .roadside, promise: 240...768, severity: [6, 3, 0], byResidents: 0.85),
        WorkType(
            kind: .hazard, category: "street_light", titles: [("Не работает линия освещения", "Row of lights out")],
            description: "Не горят несколько опор подряд.", organisation: .lighting, trade: .power, count: 280,
            months: dark, weather: [(.storm, 6), (.wind, 4)],
            place: .lampRow, promise: 156...636, severity: [2, 6, 1], byResidents: 0.7),
        WorkType(
            kind: .hazard, category: "fallen_tree",
            titles: [("Упало дерево", "Fallen tree"), ("Надломлена крупная ветка", "Broken branch")],
            description: "Дерево перекрыло проход, возможно повреждение автомобилей.", organisation: .greenery,
            trade: .greenery, count: 530,
            months: [0.4, 0.4, 0.5, 0.8, 1.3, 1.8, 2, 1.6, 1.1, 1, 0.6, 0.4], weather: [(.storm, 55), (.wind, 25)],
            place: .roadside, promise: 24...216,
            severity: [2, 5, 3], impacts: [(.none, 5), (.sidewalkClosed, 3), (.laneClosed, 2)], byResidents: 0.8),
        WorkType(
            kind: .hazard, category: "dangerous_tree", titles: [("Аварийное дерево", "Dangerous tree")],
            description: "Сухое дерево наклонено, нужна валка по акту осмотра.", organisation: .greenery,
            trade: .greenery, count: 410, months: digging,
            place: .house, promise: 900...2688, severity: [3, 4, 1], rejected: 0.09, byResidents: 0.9),
        WorkType(
            kind: .hazard, category: "ice",
            titles: [("Гололёд на тротуаре", "Icy pavement"), ("Каток у подъезда", "Ice at an entrance")],
            description: "Требуется посыпка и скалывание льда.", organisation: .amenities, trade: nil, count: 770,
            months: winter, weather: [(.snowfall, 3), (.thaw, 3)],
            place: .roadside, promise: 36...216, severity: [2, 5, 2], byResidents: 0.9),
        WorkType(
            kind: .hazard, category: "snow",
            titles: [("Не убран снег", "Uncleared snow"), ("Снежный вал на переходе", "Snow bank at a crossing")],
            description: "Снег мешает проходу и обзору.", organisation: .amenities, trade: .greenery, count: 730,
            months: winter, weather: [(.snowfall, 8)],
            place: .roadside, promise: 72...276, severity: [5, 4, 0], impacts: [(.none, 4), (.sidewalkClosed, 1)],
            byResidents: 0.9),
        WorkType(
            kind: .hazard, category: "icicles", titles: [("Сосульки на крыше", "Icicles on a roof")],
            description: "Наледь на карнизе над тротуаром.",
            organisation: .housing, trade: .property, count: 330, months: [1.6, 3, 4, 0.6, 0, 0, 0, 0, 0, 0, 0.4, 1.2],
            weather: [(.thaw, 3)], place: .house,
            promise: 72...276, severity: [0, 5, 4], impacts: [(.none, 2), (.sidewalkClosed, 3)], byResidents: 0.9),
        WorkType(
            kind: .hazard, category: "dangerous_wire",
            titles: [("Оборван провод", "Fallen wire"), ("Провисли провода", "Sagging wires")],
            description: "Не приближайтесь ближе восьми метров.", organisation: .power, trade: .power, count: 220,
            months: always,
            weather: [(.storm, 30), (.wind, 14), (.snowfall, 3)], place: .roadside, promise: 3...24,
            answer: Spread(low: 0.05, median: 0.3, high: 1, extreme: 3), severity: [0, 2, 6],
            impacts: [(.none, 3), (.laneClosed, 1)], byResidents: 0.85),
        WorkType(
            kind: .hazard, category: "open_manhole", titles: [("Открытый люк", "Open manhole")],
            description: "Крышка отсутствует, место не ограждено.",
            organisation: .water, trade: nil, count: 360, months: always, place: .roadside, promise: 4...36,
            answer: Spread(low: 0.1, median: 0.7, high: 3, extreme: 10), severity: [0, 3, 6], byResidents: 0.9),
        WorkType(
            kind: .hazard, category: "traffic_signal",
            titles: [
                ("Не работает светофор", "Traffic signal out"), ("Сбой режима светофора", "Traffic signal fault"),
            ],
            description: "Проезд по знакам приоритета.", organisation: .roads, trade: .power, count: 410,
            months: always, weather: [(.storm, 7), (.wind, 4)],
            place: .crossing, promise: 6...48, answer: Spread(low: 0.1, median: 1, high: 4, extreme: 12),
            severity: [1, 5, 3], byResidents: 0.6),
        WorkType(
            kind: .hazard, category: "flooding",
            titles: [("Подтопление улицы", "Flooded street"), ("Подтопление подвала", "Flooded basement")],
            description: "Вода выше бордюра, требуется откачка.", organisation: .amenities, trade: nil, count: 220,
            months: [0.1, 0.2, 2.5, 3, 1, 1, 1, 0.9, 0.7, 0.7, 0.4, 0.2], weather: [(.storm, 30), (.thaw, 4)],
            place: .house, promise: 24...168,
            severity: [1, 4, 4], byResidents: 0.9),
        WorkType(
            kind: .hazard, category: "sinkhole", titles: [("Провал грунта", "Sinkhole")],
            description: "Место ограждено, причина выясняется.", organisation: .roads,
            trade: .pipes, count: 110, months: digging, weather: [(.thaw, 3)], place: .carriageway, promise: 216...1152,
            severity: [0, 3, 6],
            impacts: [(.laneClosed, 4), (.roadClosed, 1), (.none, 1)], byResidents: 0.7),
        WorkType(
            kind: .hazard, category: "illegal_dump",
            titles: [("Навал мусора", "Illegal dump"), ("Переполнена контейнерная площадка", "Overflowing bins")],
            description: "Мусор лежит за пределами площадки.", organisation: .amenities, trade: .greenery, count: 650,
            months: [0.5, 0.5, 1, 2, 1.7, 1.1, 1, 1, 1, 0.9, 0.7, 0.6],
            place: .house, promise: 240...1092, severity: [6, 3, 0], rejected: 0.06, byResidents: 0.95),
        WorkType(
            kind: .hazard, category: "playground",
            titles: [("Сломано игровое оборудование", "Broken playground equipment")],
            description: "Качели сняты с опоры, торчит крепёж.", organisation: .housing, trade: .property, count: 340,
            months: digging, place: .house, promise: 588...2088,
            severity: [3, 4, 2], rejected: 0.07, byResidents: 0.95),
        WorkType(
            kind: .hazard, category: "graffiti", titles: [("Надписи на фасаде", "Graffiti on a façade")],
            description: "Требуется закраска.", organisation: .housing,
            trade: .property, count: 240, months: digging, place: .house, promise: 768...1932, severity: [8, 1, 0],
            rejected: 0.12, byResidents: 0.9),
    ]
}
