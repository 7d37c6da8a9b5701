"""Filters in CQL2: the standard's own examples beside another reader, and filters made up at random beside plain SQL on the file."""
import json
import random
import sqlite3
import unicodedata

import cql2
import pytest
from osgeo import ogr

from conftest import Service

ogr.UseExceptions()


# MARK: The examples of the standard (OGC 21-065r2)

# What is not offered: functions of a server's own, and arrays, which no property here is.
REFUSED = {
    "clause6_01": "avg", "clause6_02b": "avg", "clause7_15": "A_CONTAINS", "clause7_18": "Buffer", "example68": "Foo", "example69": "Bar",
    "example79": "A_CONTAINEDBY", "example80": "A_CONTAINS", "example81": "A_EQUALS", "example82": "A_OVERLAPS",
}


@pytest.fixture(scope="module")
def examples(real_data):
    folder = real_data.parent / "schemas/cql2"
    if not folder.is_dir():
        pytest.skip(f"no examples at {folder}")
    return sorted(folder.glob("*/*"))


def flat(value):
    """A filter without what means nothing to us or anybody: heights, where a ring goes round, and 1.0 beside 1."""
    if isinstance(value, dict):
        if "bbox" in value and len(value["bbox"]) == 6:
            value = {"bbox": [value["bbox"][index] for index in (0, 1, 3, 4)]}
        if "coordinates" in value:
            return {"type": value["type"], "coordinates": places(value["coordinates"], "Polygon" in value["type"])}
        return {key: flat(member) for key, member in value.items()}
    return [flat(member) for member in value] if isinstance(value, list) else value


def places(value, is_area):
    if not isinstance(value[0], list):
        return value[:2]
    value = [places(member, is_area) for member in value]
    is_run = is_area and not isinstance(value[0][0], list)
    return min(value, value[::-1]) if is_run else value


def test_the_examples_of_the_standard_are_read_as_another_reader_reads_them(worksmap, examples):
    assert len(examples) == 229
    read = refused = 0
    for path in examples:
        text, form = path.read_text(), "cql2-text" if path.suffix == ".txt" else "cql2-json"
        answer = worksmap("filter", text, "--lang", form, check=False)
        if path.stem in REFUSED:
            assert answer.returncode == 64, path
            assert REFUSED[path.stem].lower() in answer.stderr.lower(), f"{path}: {answer.stderr}"
            refused += 1
            continue
        assert answer.returncode == 0, f"{path}: {answer.stderr}"
        theirs = cql2.parse_text(text) if path.suffix == ".txt" else cql2.parse_json(text)
        assert flat(json.loads(answer.stdout)) == flat(theirs.to_json()), path
        read += 1
    assert (read, refused) == (209, 20)


# MARK: Filters beside plain SQL

def casei(text):
    return None if text is None else text.casefold()


def accenti(text):
    if text is None:
        return None
    kept = (letter if letter in "йЙїЇўЎ" else unicodedata.normalize("NFD", letter) for letter in unicodedata.normalize("NFC", text))
    return "".join(mark for letter in kept for mark in letter if unicodedata.category(mark) != "Mn" or letter in "йЙїЇўЎ")


class Rows:
    """The rows of a collection in the file, asked in SQL of sqlite3 and, about their shapes, by GEOS through GDAL."""

    def __init__(self, database, table):
        self.table = table
        self.connection = sqlite3.connect(database)
        self.connection.create_function("casei", 1, casei, deterministic=True)
        self.connection.create_function("accenti", 1, accenti, deterministic=True)
        # SQLite's own LIKE takes a for A.
        self.connection.execute("PRAGMA case_sensitive_like = ON")
        self.shapes = {}
        # A layer dies with the source that it came from.
        source = ogr.Open(str(database))
        for feature in source.GetLayerByName(table):
            shape = feature.GetGeometryRef()
            self.shapes[feature["id"]] = shape and shape.Clone()
        self.relations = 0

    def relation(self, function, wkt):
        """The SQL for what GEOS says of each row's shape and another."""
        other = ogr.CreateGeometryFromWkt(wkt)
        self.relations += 1
        name = f"relation_{self.relations}"
        self.connection.execute(f"CREATE TEMP TABLE {name} (id TEXT PRIMARY KEY, holds)")
        self.connection.executemany(f"INSERT INTO {name} VALUES (?, ?)", (
            (identity, shape and int(getattr(shape, function)(other))) for identity, shape in self.shapes.items()))
        return f"(SELECT holds FROM {name} WHERE {name}.id = {self.table}.id)"

    def matching(self, sql):
        return [identity for (identity,) in self.connection.execute(f"SELECT id FROM {self.table} WHERE {sql} ORDER BY fid")]

    def value(self, column, chance):
        values = self.connection.execute(
            f"SELECT DISTINCT {column} FROM {self.table} WHERE {column} IS NOT NULL ORDER BY 1").fetchall()
        return chance.choice(values)[0]


class Maker:
    """Makes pairs of one condition in CQL2 text and in SQL."""

    TEXTS = ["category", "title", "description", "address", "status", "severity", "district", "organisation", "contractor",
             "traffic_impact", "daily_from", "deadline_state"]
    TIMES = ["reported_at", "starts_at", "due_at", "completed_at", "updated_at"]
    RELATIONS = {"S_INTERSECTS": "Intersects", "S_DISJOINT": "Disjoint", "S_WITHIN": "Within", "S_CONTAINS": "Contains", "S_TOUCHES": "Touches",
                 "S_CROSSES": "Crosses", "S_OVERLAPS": "Overlaps", "S_EQUALS": "Equals"}

    def __init__(self, rows, seed):
        self.rows, self.chance = rows, random.Random(seed)
        self.texts, self.times = (
            [column for column in columns if rows.matching(f"{column} IS NOT NULL")] for columns in (self.TEXTS, self.TIMES))

    def condition(self, depth=3):
        kind = self.chance.randrange(5 if depth else 1)
        if kind == 1:
            cql, sql = self.condition(depth - 1)
            return f"NOT ({cql})", f"NOT ({sql})"
        if kind >= 2:
            word = self.chance.choice(["AND", "OR"])
            parts = [self.condition(depth - 1) for _ in range(self.chance.randint(2, 3))]
            return tuple(f" {word} ".join(f"({part[form]})" for part in parts) for form in (0, 1))
        return self.chance.choice([self.text, self.like, self.members, self.number, self.time, self.span, self.missing, self.place])()

    def literal(self, column):
        return "'" + self.rows.value(column, self.chance).replace("'", "''") + "'"

    def text(self):
        column = self.chance.choice(self.texts)
        fold = self.chance.choice(["{}", "casei({})", "accenti({})", "casei(accenti({}))"]).format
        both = f"{fold(column)} {self.chance.choice(['=', '<>', '<', '>='])} {fold(self.literal(column))}"
        return both, both

    def like(self):
        word = self.chance.choice(["%вод%", "%ВОД%", "_те%", "%ул%", "%е", "%100\\%%", "%ST", "%st%"])
        fold = self.chance.choice(["{}", "CASEI({})"]).format
        both = f"{fold(self.chance.choice(['title', 'address', 'description']))} LIKE {fold(repr(word).replace(chr(92) * 2, chr(92)))}"
        return both, both + " ESCAPE '\\'"

    def members(self):
        column = self.chance.choice([column for column in ("status", "category", "district", "severity") if column in self.texts])
        both = f"{column} {self.chance.choice(['', 'NOT '])}IN ({self.literal(column)}, {self.literal(column)}, 'no such')"
        return both, both

    def number(self):
        both = self.chance.choice(["due_changes > 1", "due_changes * 2 - revision <= 0", "revision BETWEEN 2 AND 3",
                                   "(due_changes + 1) / 2.0 < 1", "due_changes % 2 = 1"])
        return both, both

    def time(self):
        column = self.chance.choice(self.times)
        sign = self.chance.choice(["<", "<=", "=", "<>", ">=", ">"])
        moment = self.rows.value(column, self.chance)
        if self.chance.random() < 0.5:
            return f"{column} {sign} TIMESTAMP('{moment}')", f"{column} {sign} '{moment}'"
        return f"{column} {sign} DATE('{moment[:10]}')", f"substr({column}, 1, 10) {sign} '{moment[:10]}'"

    def span(self):
        first, last = sorted(self.rows.value("due_at", self.chance) for _ in range(2))
        return self.chance.choice([
            (f"T_DURING(due_at, INTERVAL('{first}', '{last}'))", f"due_at > '{first}' AND due_at < '{last}'"),
            (f"T_AFTER(due_at, TIMESTAMP('{first}'))", f"due_at > '{first}'"),
            (f"T_INTERSECTS(INTERVAL(reported_at, due_at), INTERVAL('{first}', '..'))",
             f"CASE WHEN reported_at IS NOT NULL AND due_at IS NOT NULL THEN due_at >= '{first}' END"),
            (f"T_DISJOINT(INTERVAL(reported_at, due_at), INTERVAL('{first}', '{last}'))",
             f"CASE WHEN reported_at IS NOT NULL AND due_at IS NOT NULL THEN reported_at > '{last}' OR due_at < '{first}' END"),
        ])

    def missing(self):
        both = f"{self.chance.choice(self.TEXTS + self.TIMES)} IS {self.chance.choice(['', 'NOT '])}NULL"
        return both, both

    def place(self):
        cql, function = self.chance.choice(list(self.RELATIONS.items()))
        shapes = [shape for shape in self.rows.shapes.values() if shape]
        west, east, south, north = self.chance.choice(shapes).Buffer(self.chance.choice([0.0005, 0.01])).GetEnvelope()
        area = f"POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"
        own = self.chance.choice(shapes).ExportToWkt()
        written, wkt = self.chance.choice([(area, area), (f"BBOX({west},{south},{east},{north})", area), (own, own)])
        return f"{cql}(geometry, {written})", self.rows.relation(function, wkt)


def asked(service, collection, **parameters):
    answer = service.get(f"/ogc/collections/{collection}/items", params=parameters)
    assert answer.status_code == 200, f"{parameters}: {answer.text[:500]}"
    page = answer.json()
    return page["numberMatched"], [feature["id"] for feature in page["features"]]


def agree(service, database, collection, seed, count):
    """Holds made-up filters against plain SQL: how many match, the first of them in order, and the same in JSON."""
    rows = Rows(database, collection)
    maker = Maker(rows, seed)
    some = 0
    for _ in range(count):
        cql, sql = maker.condition()
        expected = rows.matching(sql)
        some += 0 < len(expected) < len(rows.shapes)
        matched, identities = asked(service, collection, filter=cql, limit=50)
        assert matched == len(expected), f"{cql}\n{sql}"
        assert identities == expected[:50], f"{cql}\n{sql}"
        as_json = json.dumps(cql2.parse_text(cql).to_json())
        assert asked(service, collection, **{"filter": as_json, "filter-lang": "cql2-json"}, limit=1)[0] == matched, as_json
    # They are not all so contrived that they find nothing or everything.
    assert some > count / 5


@pytest.mark.parametrize("seed", range(3))
def test_filters_give_the_rows_of_plain_sql(service, demo_database, seed):
    agree(service, demo_database, "road_repairs", seed, 50)


def test_filters_give_the_rows_of_plain_sql_on_a_citys_own_records(worksmap, real_data, tmp_path):
    database = tmp_path / "boston.sqlite"
    worksmap("init", "--database", database)
    worksmap("import", real_data / "boston-311-2015/service_requests_sample_2000.csv", "--as", "hazards", "--mapping", "boston-311",
             "--database", database)
    boston = Service(database)
    try:
        agree(boston, database, "hazards", 9, 60)
    finally:
        boston.stop()


def test_filters_of_a_reference_layer_give_the_rows_of_plain_sql(service, demo_database):
    rows = Rows(demo_database, "roads")
    west, south, east, north = service.get("/tiles/works.json").json()["bounds"]
    x, y = (west + east) / 2, (south + north) / 2
    line = f"LINESTRING({x - 0.02} {y - 0.01}, {x + 0.02} {y + 0.01})"
    conditions = [
        ("class = 'residential'", "class = 'residential'"),
        ("CASEI(name) LIKE CASEI('%ЛЕСН%')", "casei(name) LIKE '%лесн%'"),
        ("name IS NULL OR NOT class IN ('primary', 'service')", "name IS NULL OR class NOT IN ('primary', 'service')"),
        (f"S_CROSSES(geometry, {line})", rows.relation("Crosses", line)),
        (f"S_INTERSECTS(geometry, {line}) AND class <> 'residential'", f"{rows.relation('Intersects', line)} AND class <> 'residential'"),
    ]
    for cql, sql in conditions:
        expected = rows.matching(sql)
        matched, identities = asked(service, "roads", filter=cql, limit=10000)
        assert identities == expected and matched == len(expected), cql
    assert asked(service, "roads", **{"class": "residential"}, limit=1)[0] == len(rows.matching("class = 'residential'")) > 0


def test_positions_in_a_filter_follow_the_axes_of_its_system(service, demo_database):
    west, south, east, north = service.get("/tiles/works.json").json()["bounds"]
    x, y = (west + east) / 2, (south + north) / 2
    degrees = asked(service, "works", filter=f"S_INTERSECTS(geometry, BBOX({x},{y},{x + 0.01},{y + 0.01}))", limit=5)
    swapped = asked(service, "works", filter=f"S_INTERSECTS(geometry, BBOX({y},{x},{y + 0.01},{x + 0.01}))", limit=5,
                    **{"filter-crs": "http://www.opengis.net/def/crs/EPSG/0/4326"})
    assert degrees == swapped and degrees[0] > 0


def test_what_is_claimed_is_what_is_offered(service):
    claimed = {name.rsplit("/", 1)[1] for name in service.get("/ogc/conformance").json()["conformsTo"] if "/cql2/" in name}
    assert {"basic-cql2", "cql2-text", "cql2-json", "advanced-comparison-operators", "spatial-functions", "temporal-functions"} <= claimed
    assert not claimed & {"array-functions", "functions"}
    link = next(link for link in service.get("/ogc/collections/works").json()["links"] if link["rel"].endswith("/queryables"))
    queryables = service.get(link["href"].removeprefix(service.url)).json()
    assert queryables["additionalProperties"] is False
    for name, schema in queryables["properties"].items():
        condition = f"{name} IS NULL OR {name} IS NOT NULL"
        assert asked(service, "works", filter=condition, limit=1)[0] == asked(service, "works", limit=1)[0], name
