"""Extreme numbers in every parameter of every route and in every option of every command: no 500, no ended process, health all the while.

Routes and their parameters are those that the server itself tells: the OpenAPI documents, and the list in the refusal of an unknown parameter.
Routes that are in no document stand in a table, and a test compares the table with the source.
"""
import json
import random
import re
import socket
import subprocess
from urllib.parse import quote, urlencode

import pytest
import requests

from conftest import Service, bring_key, run
from extremes import (
    BOXES, CURSORS, FACTOR, NUMBERS, PROGRAM, ROUNDS, SEED, TIMES, VALUES, Witness, ask, assert_alive, command, make_city, picked, sources)

WORK = "0198c1f4-0000-7000-8000-000000000000"

# Values that a route needs beside the one that is played with.
NEEDED = {
    "/api/hotspots": {"near": "schools", "within": "300"},
    "/api/statistics": {"group": "district"},
    "/api/duplicates": {"category": "pothole", "lat": "54.54", "long": "47.37"},
    "/api/places": {"q": "school"},
    "/wmts": {"service": "WMTS", "request": "GetTile", "layer": "works", "tilematrix": "1", "tilerow": "0", "tilecol": "0"},
}
# Sane values of path parameters.
PATHS = {
    "tileset": "works", "z": "2", "x": "2", "y": "1.png", "row": "1", "column": "2", "set": "WebMercatorQuad", "layer": "works", "id": WORK,
    "file": "works.geojson", "group": "kind", "code": "pothole", "token": "1", "name": "works", "tileMatrixSetId": "WebMercatorQuad",
    "tileMatrix": "2", "tileRow": "1", "tileCol": "2"}
# Routes that take any parameter without a word, and those that they look at.
SILENT = {
    "/open311/v2/requests": [
        "service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size", "jurisdiction_id", "extensions", "api_key"],
    "/wmts": ["service", "request", "layer", "tilematrix", "tilerow", "tilecol", "tilematrixset", "format"],
    "/staff": ["view", "q", "page", "lang"],
    "/staff/audit": ["lang"], "/staff/setup": ["lang"], "/staff/works/{id}": ["saved", "lang"], "/staff/reports/{token}": ["lang"],
}
# Routes without a document, in the notation of the source.
UNDOCUMENTED = [
    "/", "/leaflet/**", "/web/**", "/favicon.ico", "/robots.txt", "/pages.css", "/health/live", "/health/ready", "/metrics", "/statistics",
    "/districts", "/districts/{id}", "/works", "/works/{id}", "/staff", "/staff/audit", "/staff/setup", "/staff/login", "/staff/logout", "/staff/works/{id}",
    "/staff/reports/{token}", "/staff.css", "/privacy", "/api", "/api/works", "/api/works/{id}", "/api/works/{id}/history", "/api/city", "/api/legend",
    "/api/places", "/api/duplicates", "/api/hotspots", "/api/statistics", "/legend/{group}/{file}", "/geojson/{file}", "/tiles/{tileset}",
    "/tiles/{tileset}/{z}/{x}/{y}", "/wmts", "/wmts/1.0.0/WMTSCapabilities.xml", "/open311/v2/services/{code}", "/open311/v2/requests/{id}",
    "/open311/v2/tokens/{token}", "/ogc/tileMatrixSets/{set}", "/ogc/tiles/{tileset}/{set}", "/ogc/tiles/{tileset}/{set}/{z}/{row}/{column}"] + [
    f"/open311/v2/{name}{suffix}" for name in ("discovery", "services", "requests") for suffix in ("", ".json", ".xml")]
# How the source writes addresses that are no plain text.
NAMED = {"Self.pattern": "/tiles/{tileset}/{z}/{x}/{y}", "StaffStyle.address": "/staff.css"}


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    return make_city(tmp_path_factory.mktemp("extremes"))


@pytest.fixture(scope="module")
def server(city):
    token = run("token", "create", "--role", "admin", "--name", "test", "--database", city).stdout.split()[-1]
    service = Service(city, "--reports-per-minute", "0")
    service.token = token
    yield service
    assert_alive(service, "the last test")
    service.stop()


@pytest.fixture(scope="module")
def routes(server):
    """Every address of GET with its query parameters."""
    found = {}
    for prefix, address in (("/ogc", "/ogc/api"), ("", "/api")):
        document = server.get(address).json()
        for path, operations in document["paths"].items():
            parameters = []
            for parameter in operations.get("parameters", []) + operations.get("get", {}).get("parameters", []):
                if "$ref" in parameter:
                    parameter = document["components"]["parameters"][parameter["$ref"].split("/")[-1]]
                if parameter["in"] == "query":
                    parameters.append(parameter["name"])
            found[(prefix + path).rstrip("/") or "/"] = parameters
    for path in UNDOCUMENTED:
        found.setdefault(path, [])
    for path in found:
        names = set(found[path]) | set(SILENT.get(re.sub(r"\.(json|xml)$", "", path), []))
        answer = server.get(filled(path) + "?" + urlencode({**NEEDED.get(path, {}), "nonsense": "1"}), allow_redirects=False)
        known = re.search(r"known are: (.*)", answer.json()["detail"]) if "problem+json" in answer.headers.get("Content-Type", "") else None
        found[path] = sorted(names | set(known.group(1).split(", ") if known else []))
    return found


def filled(path, **values):
    """The path with values for its parameters."""
    values = PATHS | {"y": "1.png"} | ({"tileset": "works.json"} if path == "/tiles/{tileset}" else {}) | values
    return re.sub(r"\{(\w+)\}", lambda match: quote(values.get(match.group(1), "1"), safe=""), path.replace("**", "x"))


def test_every_route_of_the_source_is_played_with(routes):
    found = set()
    for path, text in sources().items():
        if "MapServer" not in str(path) and "HTTP" not in str(path):
            continue
        # A document's own paths are written in the same words.
        if path.name.startswith("OpenAPI"):
            continue
        for argument in re.findall(r"(?:\.(?:get|post|patch|put|delete)\(|\bpath:\s*)(?:RouterPath\()?(\"[^\"]*\"|Self\.pattern|StaffStyle\.\w+)", text):
            address = NAMED.get(argument, argument.strip('"'))
            if not address.startswith("/") and "\\(root)" not in address:
                continue
            address = address.replace("\\(root)", "/open311/v2")
            found |= {address.replace("\\(suffix)", suffix) for suffix in ("", ".json", ".xml")} if "\\(suffix)" in address else {address}
    assert len(found) > 50

    def shape(address):
        return re.sub(r"\{\w+\}", "{}", address)

    # The document names each collection; the source has one address for all of them.
    known = {shape(path) for path in routes} | {shape(re.sub(r"(/ogc/collections)/\w+", r"\1/{}", path)) for path in routes}
    missing = sorted(address for address in found if shape(address) not in known)
    assert not missing, f"routes that no document and no table has: {missing}"


def test_every_parameter_that_the_source_reads_is_played_with(routes):
    names = set().union(*routes.values())
    read = set()
    for path, text in sources().items():
        if "MapServer" in str(path) or "HTTP" in str(path):
            read |= set(re.findall(r"(?:query|parameters)\[\"([\w-]+)\"\]", text))
            read |= set(re.findall(r"query\.(?:integer|number|instant|truth|choice|metres|count)\(\s*\"([\w-]+)\"", text))
        if path.name == "Open311Query.swift":
            read |= set(re.findall(r"(?:list|date|number)\(\"(\w+)\"", text))
    assert len(read) > 30
    assert not sorted(read - names), f"parameters that no route is asked with: {sorted(read - names)}"


# Parameters that every value is played into, in every run.
NUMERIC = {
    "/api/hotspots": ["within", "cell", "band", "epsilon", "bandwidth", "minimum_points", "permutations", "seed", "top", "since", "until", "boundary",
                      "exclude_at"],
    "/api/statistics": ["minimum_sample", "since", "until"], "/api/duplicates": ["lat", "long"], "/api/places": ["limit"],
    "/ogc/collections/works/items": ["limit", "cursor", "bbox", "datetime", "due_changes", "revision"],
    "/open311/v2/requests.json": ["page", "page_size", "start_date", "end_date"],
    "/wmts": ["tilematrix", "tilerow", "tilecol"]}
METHODS = ["count", "gi-star", "dbscan", "kde"]


def requests_to_play(routes):
    """(path, query, about): first each number in each numeric parameter, then ROUNDS others drawn with a fixed seed."""
    source = random.Random(SEED)
    for path, names in NUMERIC.items():
        for name in names:
            values = BOXES if name in ("bbox", "boundary", "exclude_at") else TIMES if name in ("since", "until", "datetime", "start_date", "end_date") else NUMBERS
            for value in picked(values, (16 if path == "/api/hotspots" else 10) * FACTOR, path, name):
                query = {**NEEDED.get(path, {}), name: value}
                if path == "/api/hotspots":
                    query["method"] = {"band": "gi-star", "epsilon": "dbscan", "minimum_points": "dbscan", "bandwidth": "kde"}.get(
                        name, source.choice(METHODS))
                yield path, query
    for text in CURSORS:
        yield from [("/ogc/collections/works/items", {"cursor": text}), ("/ogc/collections/works/items", {"cursor": text, "bbox": BOXES[0]}),
                    ("/works", {"cursor": text}), ("/ogc/collections/schools/items", {"cursor": text, "status": "done"})]
    paths = sorted(path for path in routes if path not in ("/geojson/{file}",))
    for _ in range(ROUNDS):
        path = source.choice(paths)
        query = dict(NEEDED.get(path, {}))
        names = routes[path]
        for name in source.sample(names, min(len(names), source.choice([1, 1, 2, 3, 5]))):
            if name not in ("near", "group", "method") or source.random() < 0.1:
                query[name] = source.choice(CURSORS if name == "cursor" and source.random() < 0.5 else BOXES if "bbox" in name else VALUES)
        if path == "/api/hotspots" and source.random() < 0.8:
            query["method"] = source.choice(METHODS)
        places = re.findall(r"\{(\w+)\}", path)
        if places and source.random() < 0.5:
            name = source.choice(places)
            value = source.choice(NUMBERS)
            yield filled(path, **{name: value + source.choice([".png", "@2x.png", ".mvt"]) if name == "y" else value or "0"}), query
        else:
            yield filled(path), query


def test_no_number_in_any_parameter_ends_or_freezes_the_server(server, routes):
    session = requests.Session()
    counts = {}
    with Witness(server):
        for path, query in requests_to_play(routes):
            text = urlencode(query)
            answer = ask(server, session, "GET", path + ("?" + text if text else ""))
            counts[answer.status_code] = counts.get(answer.status_code, 0) + 1
    print(f"answers by status: {counts}")
    assert counts[200] > 50 and counts[400] > 100


@pytest.mark.parametrize("name, value", [
    ("within", "1e200"), ("within", "0"), ("within", "1e-300"), ("cell", "1e200"), ("band", "1e19"), ("band", "1e300"), ("epsilon", "1e300"),
    ("bandwidth", "1e300"), ("within", "nan"), ("top", "9223372036854775808"), ("minimum_points", "-1"), ("cell", "1e-320")])
def test_a_number_that_is_refused_is_told_with_its_name_and_range(server, name, value):
    query = {"near": "schools", "within": "300", "method": "gi-star", name: value}
    answer = server.get("/api/hotspots?" + urlencode(query))
    problem = answer.json()
    assert answer.status_code == 400 and problem["parameter"] == name
    assert problem["detail"].startswith(name) and "…" in problem["detail"], problem["detail"]


HEADERS = [
    ("Prefer", "wait={}"), ("Range", "bytes={}-"), ("Range", "bytes=-{}"), ("Range", "bytes=0-{}"), ("Accept", "text/html;q={}"),
    ("Accept-Encoding", "gzip;q={}"), ("Accept-Language", "en;q={}"), ("If-None-Match", '"{}"'), ("If-Modified-Since", "{}"),
    ("X-Forwarded-For", "{}"), ("X-Request-Id", "{}"), ("Host", "a:{}"), ("Max-Forwards", "{}"), ("Keep-Alive", "timeout={}"),
    ("Content-Length", "{}"), ("Authorization", "Bearer {}"), ("Cookie", "worksmap_staff={}"), ("Forwarded", "for={}")]


def test_no_number_in_any_header_ends_the_server(server):
    host, port = server.url.removeprefix("http://").split(":")
    values = picked([value for value in NUMBERS if value.isascii()], 6 * FACTOR, "headers")
    with Witness(server):
        for name, form in HEADERS:
            for value in values:
                for path in ("/tiles/works/7/1/1.png", "/works", "/ogc/collections/works/items?limit=1&f=json"):
                    fields = [f"{name}: {form.format(value)}", "Connection: close"] + ([] if name == "Host" else ["Host: a"])
                    with socket.create_connection((host, int(port)), timeout=60) as connection:
                        connection.sendall((f"GET {path} HTTP/1.1\r\n" + "\r\n".join(fields) + "\r\n\r\n").encode())
                        if name == "Content-Length":
                            connection.shutdown(socket.SHUT_WR)
                        answer = connection.recv(65536)
                    assert b" 500 " not in answer.split(b"\r\n")[0], (name, value, path)
                    assert answer or name == "Content-Length", (name, value, path)
                assert_alive(server, f"{name}: {form.format(value)}")


RAW = ["1e300", "-1e300", "1e999", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616", "-1", "0",
       "-0.0", "1e-300", "1e-320", "1e19", "1" + "0" * 5000, "0." + "0" * 5000 + "1", "[1e300]", "{}", "true", '""', '"1e300"',
       '"9999-12-31T23:59:59-23:59"', '"0000-01-01T00:00:00+23:59"', '"9999-12-31T23:59:59Z"', '"0000-01-01T00:00:00Z"', '"25:61"', '"٣"']
FIELDS = [
    "kind", "category", "title", "status", "severity", "reported_at", "starts_at", "due_at", "original_due_at", "completed_at", "updated_at",
    "on_site_at", "daily_from", "daily_until", "traffic_impact", "due_changes", "revision", "source_id", "extra", "number", "measure", "id"]
GEOMETRIES = [
    '{{"type":"Point","coordinates":[{0},54.5]}}', '{{"type":"Point","coordinates":[47.3,{0}]}}', '{{"type":"Point","coordinates":[47.3,54.5,{0}]}}',
    '{{"type":"LineString","coordinates":[[47.3,54.5],[{0},54.6]]}}',
    '{{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,{0}],[0,{0}],[0,0]]]}}']


def test_no_number_in_a_body_of_the_staff_interface_ends_the_server(server):
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {server.token}"
    plain = '"kind":"hazard","category":"pothole","title":"A","geometry":{"type":"Point","coordinates":[47.37,54.54]},"confirm":true,"reason":"x"'
    with Witness(server):
        made = ask(server, session, "POST", "/api/works", data="{" + plain + "}", headers={"Content-Type": "application/json"})
        assert made.status_code == 201, made.text
        work = made.json()["id"]
        for name in FIELDS + ["geometry"]:
            for raw in picked(RAW, 4 * FACTOR, "body", name):
                bodies = [GEOMETRIES[index].format(raw) for index in range(len(GEOMETRIES))] if name == "geometry" else [raw]
                for value in bodies:
                    ask(server, session, "POST", "/api/works", data=f'{{{plain.replace(chr(34) + name + chr(34), chr(34) + "x" + chr(34))},"{name}":{value}}}',
                        headers={"Content-Type": "application/json"}, about=f"POST {name}={value[:200]}")
                    etag = session.get(server.url + f"/api/works/{work}").headers.get("ETag", '"1"')
                    ask(server, session, "PATCH", f"/api/works/{work}", data=f'{{"{name}":{value},"confirm":true,"reason":"x"}}',
                        headers={"Content-Type": "application/json", "If-Match": etag}, about=f"PATCH {name}={value[:200]}")
        for raw in picked(RAW, 12 * FACTOR, "redact"):
            ask(server, session, "POST", f"/api/works/{work}/redact", data=f'{{"entry":{raw},"reason":"x"}}',
                headers={"Content-Type": "application/json"}, about=f"redact {raw[:200]}")
            for form in GEOMETRIES:
                ask(server, session, "POST", f"/api/works/{work}/place", data=f'{{"geometry":{form.format(raw)},"reason":"x"}}',
                    headers={"Content-Type": "application/json"}, about=f"place {raw[:200]}")
        for value in picked(NUMBERS, 12, "If-Match"):
            if value.isascii():
                ask(server, session, "PATCH", f"/api/works/{work}", data='{"severity":"minor"}',
                    headers={"Content-Type": "application/json", "If-Match": f'"{value}"'})
        lines = "\n".join("{" + plain.replace("47.37", raw if not raw.startswith('"') else "1") + "}" for raw in RAW)
        ask(server, session, "POST", "/api/works", data=lines.encode(), headers={"Content-Type": "application/x-ndjson"})
        # What was let in comes out again, in every form.
        for path in ("/ogc/collections/works/items?limit=10000&f=json", "/geojson/works.geojson", "/tiles/works/0/0/0.png", "/tiles/works/0/0/0.mvt",
                     "/works", "/statistics", "/api/statistics?group=month", "/api/hotspots?near=schools&within=300"):
            assert ask(server, session, "GET", path).status_code == 200, path


def test_no_number_in_a_report_ends_the_server(server):
    session = requests.Session()
    plain = {"service_code": "pothole", "description": "A hole", "lat": "54.54", "long": "47.37"}
    with Witness(server):
        for name in ("lat", "long", "service_code", "address_id", "account_id", "phone", "duplicate_of", "attribute[x]"):
            for value in picked(NUMBERS, 8 * FACTOR, "report", name):
                ask(server, session, "POST", "/open311/v2/requests.json", data={**plain, name: value}, about=f"report {name}={value[:100]}")


TEXT_FILTERS = [
    "due_changes > {}", "due_changes + {} > 1", "due_changes * {} < 1", "{} / due_changes > 1", "due_changes % {} = 1", "due_changes div {} = 1",
    "due_changes ^ {} > 1", "{} ^ {} > due_changes", "due_changes BETWEEN {} AND {}", "due_changes IN ({}, 1)", "-{} = revision",
    "S_INTERSECTS(geometry, POINT({} 54.5))", "S_INTERSECTS(geometry, BBOX({},0,1,{}))", "S_WITHIN(geometry, POLYGON((0 0, {} 0, {} {}, 0 0)))",
    "S_INTERSECTS(geometry, LINESTRING({} 0, 1 {}))"]
TIME_FILTERS = [
    "reported_at > TIMESTAMP('{}')", "reported_at < DATE('{}')", "T_AFTER(reported_at, TIMESTAMP('{}'))",
    "T_DURING(INTERVAL(reported_at, due_at), INTERVAL('{}', '..'))", "T_INTERSECTS(INTERVAL(reported_at, due_at), INTERVAL('..', '{}'))"]
JSON_FILTERS = [
    '{{"op":">","args":[{{"property":"due_changes"}},{0}]}}', '{{"op":"=","args":[{{"op":"*","args":[{0},{0}]}},{{"property":"revision"}}]}}',
    '{{"op":"=","args":[{{"op":"%","args":[{{"property":"revision"}},{0}]}},1]}}',
    '{{"op":"s_intersects","args":[{{"property":"geometry"}},{{"type":"Point","coordinates":[{0},{0}]}}]}}',
    '{{"op":"s_intersects","args":[{{"property":"geometry"}},{{"bbox":[{0},0,1,{0}]}}]}}',
    '{{"op":"t_after","args":[{{"property":"reported_at"}},{{"timestamp":"{0}"}}]}}']


def filters():
    """(language, filter): each form with some of the numbers."""
    count = 4 * FACTOR
    for form in TEXT_FILTERS:
        for value in picked(NUMBERS, count, form):
            yield "cql2-text", form.replace("{}", value)
    for form in TIME_FILTERS:
        for value in picked(TIMES, count, form):
            yield "cql2-text", form.replace("{}", value)
    for form in JSON_FILTERS:
        for value in picked(RAW if "timestamp" not in form else TIMES, count, form):
            yield "cql2-json", form.format(value)


def test_no_number_in_a_filter_ends_the_server(server):
    session = requests.Session()
    with Witness(server):
        for language, text in filters():
            ask(server, session, "GET", "/ogc/collections/works/items?" + urlencode({"filter": text, "filter-lang": language, "f": "json"}))


def test_the_largest_questions_end_within_their_budget_and_leave_others_alone(demo_database):
    """Two questions that want all they can get, beside small ones of others."""
    service = Service(demo_database, "--deadline-features", "3s")
    try:
        session = requests.Session()
        largest = [
            "/api/hotspots?near=schools&within=20000&method=gi-star&cell=40&band=20000",
            "/api/hotspots?near=schools&within=20000&method=gi-star&cell=45&band=20000&hexagons=true",
            "/api/hotspots?near=roads&within=5000&method=dbscan&epsilon=5000&minimum_points=1000000",
            "/api/hotspots?near=schools&within=1000&method=kde&cell=10&bandwidth=20000"]
        running = [subprocess.Popen(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-m", "60", service.url + path],
                                    stdout=subprocess.PIPE, text=True) for path in largest]
        with Witness(service) as witness:
            statuses = [process.communicate(timeout=70)[0] for process in running]
        assert all(status in ("200", "400", "503") for status in statuses), statuses
        assert witness.slowest < 10
        assert ask(service, session, "GET", "/api/works/" + WORK).status_code == 404
        assert_alive(service, "the largest questions")
    finally:
        service.stop()


# MARK: Commands

# A sane command line of each command; `{id}` is a work's id. An option that is played with replaces its own value here.
COMMANDS = {
    "init": [], "vocabulary": [], "import": ["{file}", "--as", "hazards", "--source", "test"], "export": ["works", "--output", "out.json"], "filter": ["due_changes > 1"],
    "render": ["2/2/1", "--output", "tile.png"], "hotspots": ["--near", "schools", "--within", "300"], "report": ["districts"],
    "work add": ["--kind", "hazard", "--category", "pothole", "--title", "A", "--at", "47.37,54.54"], "work show": ["{id}"],
    "work list": ["--limit", "3"], "work set-status": ["{id}", "in_progress"], "work set-deadline": ["{id}", "2027-01-01T00:00:00Z"],
    "work assign": ["{id}", "--organisation", "A", "--reason", "x", "--confirm"], "work confirm": ["{id}"], "work history": ["{id}"], "rules check": [],
    "rules new": [], "city set": ["--name", "A"], "city show": [], "layer list": [], "layer remove": ["schools", "--yes"],
    "rules explain": ["--category", "pothole", "--at", "47.37,54.54"], "token create": ["--role", "dispatcher", "--name", "A"], "token list": [],
    "token revoke": ["1"], "token log": [], "backup file": ["copy.sqlite"], "backup list": ["."], "restore": ["copy.sqlite"], "check": [], "help": [],
    "serve": ["--port", "0"], "demo": ["--no-serve"], "key show": [], "key rotate": [], "key new": [], "source list": [], "source show": ["test"],
    "source fetch": ["test"], "source reset": ["test", "--reason", "x"], "source undo": ["test", "--reason", "x"], "person export": ["--email", "a@example.org"],
    "person erase": ["--phone", "+7 900 000-00-00", "--yes"], "work hide": ["{other}", "--reason", "x"], "work unhide": ["{other}", "--reason", "x"],
    "work redact": ["{id}", "--field", "title", "--reason", "x"], "work place": ["{id}", "--point", "47.37,54.54", "--reason", "x"]}
# Commands that are asked about refusals only: done with a sane value they work for long.
REFUSALS_ONLY = {"serve", "demo"}


def described_commands():
    """Each command's name with its options and positional arguments, as the program describes itself."""
    found = {}

    def visit(node, path):
        children = node.get("subcommands") or []
        for child in children:
            visit(child, path + [child["commandName"]])
        if not children:
            found[" ".join(path)] = [argument for argument in node.get("arguments", []) if argument["kind"] != "flag"]

    description = json.loads(subprocess.run([PROGRAM, "--experimental-dump-help"], capture_output=True, text=True, check=True).stdout)
    for child in description["command"]["subcommands"]:
        visit(child, [child["commandName"]])
    return found


def test_every_command_of_the_program_is_played_with():
    assert sorted(set(described_commands()) - set(COMMANDS)) == []


NUMERIC_OPTIONS = {
    "within", "cell", "band", "epsilon", "minimum-points", "bandwidth", "permutations", "seed", "boundary", "exclude-at", "top", "minimum-sample", "limit", "size", "scale", "bbox", "bounds", "at", "since", "until",
    "admin-level", "show", "convert-seconds", "convert-memory", "convert-output", "port", "max-queue", "tile-cache", "deadline-tiles", "deadline-features",
    "reports-per-minute", "changes-per-minute", "contacts-kept", "open-contacts-kept", "reports-kept",
    "waiting-reports-kept", "backup-every", "backup-keep", "backup-journal", "to", "entry", "seed", "starts", "due", "observed-at", "expires", "zooms", "months"}


def command_lines():
    """(command, arguments): some values in each option and position, more of them where a number or a time is expected."""
    for name, arguments in sorted(described_commands().items()):
        position = place = 0
        for argument in arguments:
            base = list(COMMANDS[name])
            option = next((one["name"] for one in argument.get("names", []) if len(one["name"]) > 1), None)
            if option in ("database", "log-level", "web", "styles", "rules", "host", "mapping", "city", "key-file", "group", "backup-to", "identity"):
                continue
            values = BOXES if option in ("bbox", "boundary", "exclude-at", "bounds") else TIMES if argument.get("valueName") == "time" else NUMBERS
            # The demo is served by the options of serve.
            count = (2 if option in NUMERIC_OPTIONS and (name != "demo" or option == "seed") else position % 2) * FACTOR
            for value in picked(values, count, name, str(option), str(position)):
                if name == "demo" and option == "seed" and re.fullmatch(r"\d+", value):
                    continue
                if option:
                    rest = list(base)
                    if f"--{option}" in rest:
                        at = rest.index(f"--{option}")
                        del rest[at:at + 2]
                    if option == "bbox" and name == "render":
                        rest = ["--output", "tile.png", "--size", "64x64"]
                    if option == "where":
                        rest, value = rest, f"bbox={value}"
                    method = {"band": "gi-star", "cell": "gi-star", "epsilon": "dbscan", "minimum-points": "dbscan", "bandwidth": "kde"}.get(option)
                    yield name, rest + (["--method", method] if name == "hotspots" and method else []) + [f"--{option}={value}"]
                elif base and not base[0].startswith("--") and place < len(base):
                    yield name, base[:place] + [value] + base[place + 1:]
            place += 0 if option else 1
            position += 1


def test_no_number_on_any_command_line_ends_the_program_but_by_an_answer(city, tmp_path):
    database = tmp_path / "city.sqlite"
    run("backup", database, "--database", city)
    bring_key(city, database)
    listed = json.loads(run("work", "list", "--format", "json", "--limit", "2", "--database", database).stdout)
    work, other = (feature["id"] for feature in listed["features"])
    file = tmp_path / "one.geojson"
    file.write_text('{"type":"FeatureCollection","features":[]}')
    run("backup", tmp_path / "copy.sqlite", "--database", database)
    bring_key(database, tmp_path / "copy.sqlite")
    done, counts = set(), {}
    for name, arguments in command_lines():
        arguments = [argument.replace("{id}", work).replace("{other}", other).replace("{file}", str(file)) for argument in arguments]
        if name in REFUSALS_ONLY:
            answer = refusal(name, arguments, database, tmp_path)
        else:
            own = [] if name in ("filter", "vocabulary", "rules check", "rules explain", "help") else ["--database", database if name != "init" else tmp_path / "new.sqlite"]
            answer = command([*name.split(), *arguments, *own], tmp_path).returncode
        done.add(name)
        counts[answer] = counts.get(answer, 0) + 1
    print(f"{sum(counts.values())} command lines, by status: {counts}")
    assert done >= {"hotspots", "report", "render", "work list", "token log", "serve"}
    assert counts[64] > 50


def refusal(name, arguments, database, folder):
    """The status of a command that goes on for long if it accepts its arguments: then it is told to end, and does."""
    process = subprocess.Popen(
        [PROGRAM, name, *arguments, "--database", str(database)], cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    for line in process.stderr:
        if "is open at http://" in line or "using the demo" in line:
            process.terminate()
            break
    process.stderr.read()
    status = process.wait(timeout=60)
    assert status in (0, 1, 2, 64), f"{name} {arguments}: status {status}"
    return status
