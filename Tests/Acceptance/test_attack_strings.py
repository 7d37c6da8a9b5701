"""A city in whose every field stands what somebody would attack its readers with, read back through every output."""
import csv
import datetime
import io
import json
import re
import subprocess

import lxml.etree
import lxml.html
import pytest
import requests

from conftest import PROGRAM, Service

ATTACKS = {
    "script": "<script>alert('xss')</script>",
    "attribute": "\" onmouseover=\"alert('xss')\" x='",
    "handler": "<img src=x onerror=alert('xss')>",
    "scheme": "javascript:alert('xss')",
    "formula": "=cmd|' /C calc'!A0",
    "hyperlink": "'=HYPERLINK(\"https://evil.example/xss\")",
    "plus": "+1+1", "minus": "-2+3", "at": " @SUM(1+1)", "wide": "＝1+1;=1+1",
    "terminal": "\x1b]0;xss\x07\x1b[2J\x9b31m\x7f\x08",
    "bidi": "a\u202exss\u2066b",
    "lines": "a\r\nworksmap: all is well\u2028b\u0085c\td",
    "section": "]]><x/><!-- xss",
    "escapes": "%00%0d%0aSet-Cookie: xss=1 &lt;script&gt; {{7*7}} ${7*7}",
    "drawing": "</text></title></svg></style></textarea><script>alert('xss')</script>",
    "long": "Ж" * 300 + "<b>xss",
}
# What a terminal obeys: C0, DEL and C1, line separators, marks that turn the direction of writing.
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# What no page and no XML holds, whoever reads it.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
CONTACT = {"first_name": "Секретова", "last_name": ATTACKS["script"], "email": "secret@example.org", "phone": "=+79990001122"}
TAGS = set("""html head title meta link body header nav main footer section form fieldset legend label input select option button p a ul ol
li h1 h2 h3 h4 table caption thead tbody tfoot tr th td dl dt dd div span code strong em b br pre details summary time abbr figure figcaption svg g
path defs pattern rect circle line text image polyline polygon style noscript textarea datalist small hr bdi""".split())


def taken_in(text):
    """A text as it comes in: without the blanks and controls around it."""
    return text.strip("".join(map(chr, range(0x21)))).strip()


def square(west):
    ring = [[west, 55], [west + 0.1, 55], [west + 0.1, 55.1], [west, 55.1], [west, 55]]
    return {"type": "Polygon", "coordinates": [ring]}


def collection(features):
    return json.dumps({"type": "FeatureCollection", "features": features})


@pytest.fixture(scope="module")
def city(worksmap, tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacks")
    database = folder / "city.sqlite"
    rules = folder / "rules"
    rules.mkdir()
    quoted = json.dumps
    (rules / "calendar.yaml").write_text("time_zone: Europe/Moscow\nweekend: [saturday, sunday]\nhours: \"09:00-18:00\"\n")
    (rules / "categories.yaml").write_text(
        f"- {{ code: pothole, kind: hazard, ru: {quoted(ATTACKS['script'])}, en: {quoted(ATTACKS['attribute'])}, severity: moderate }}\n"
        f"- {{ code: other, kind: hazard, ru: {quoted(ATTACKS['drawing'])}, en: {quoted(ATTACKS['section'])}, moderation: yes }}\n")
    (rules / "routing.yaml").write_text(f"- {{ organisation: {quoted(ATTACKS['script'])} }}\n")
    (rules / "limits.yaml").write_text("- { limit: 24 hours }\n")
    (rules / "duplicates.yaml").write_text("- { metres: 30, within: 14 days }\n")
    worksmap("init", "--database", database)
    began = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=40)).strftime("%Y-%m-%dT%H:%M:%SZ")
    districts, schools, works = [], [], []
    for index, (name, attack) in enumerate(ATTACKS.items()):
        west = 37 + 0.1 * index
        point = {"type": "Point", "coordinates": [west + 0.05, 55.05]}
        district = {"id": f"{index}{attack}", "name": attack}
        districts.append({"type": "Feature", "id": index, "geometry": square(west), "properties": district})
        schools.append({"type": "Feature", "geometry": point, "properties": {"id": f"s{index}", "name": attack, "class": attack}})
        for number in range(3):
            works.append({"type": "Feature", "geometry": point, "properties": {
                "source_id": f"{attack}{number}", "category": attack if number else "pothole", "title": attack, "description": attack,
                "address": attack, "organisation": attack, "contractor": attack, "status": "in_progress", "reported_at": began,
                "due_at": began, "extra": {"media_url": attack, "title_en": attack, attack: [attack, {attack: attack}]}}})
    works.append({"type": "Feature", "geometry": None, "properties": {"source_id": "bad", "status": ATTACKS["terminal"]}})
    works.append({"type": "Feature", "geometry": None, "properties": {"source_id": "bad2", "status": ATTACKS["formula"], "title": "+1+1"}})
    told = []
    for layer, features in (("districts", districts), ("schools", schools), ("hazards", works)):
        file = folder / f"{layer}.geojson"
        file.write_text(collection(features))
        answer = worksmap("import", file, "--as", layer, "--source", ATTACKS["script"], "--attribution", ATTACKS["handler"],
                          "--publish", "all",
                          "--database", database, check=False)
        assert answer.returncode == (2 if layer == "hazards" else 0), answer.stderr
        told.append(answer)
    token = worksmap("token", "create", "--role", "admin", "--name", ATTACKS["script"], "--organisation", ATTACKS["attribute"],
                     "--database", database).stdout.split()[-1]
    service = Service(database, "--rules", str(rules), "--reports-per-minute", "0")
    service.database, service.folder, service.token, service.told = database, folder, token, told
    features = service.get("/geojson/works.geojson").json()["features"]
    service.works = {f["properties"]["source_id"]: f for f in features}
    assert len(features) == 3 * len(ATTACKS)
    service.changed = []
    for name, attack in ATTACKS.items():
        # By its place: texts come in without the blanks and controls around them.
        west = round(37.05 + 0.1 * list(ATTACKS).index(name), 2)
        feature = next(f for f in features if f["properties"]["category"] == "pothole"
                       and round(f["geometry"]["coordinates"][0], 2) == west)
        tag = service.get(f"/api/works/{feature['id']}").headers["ETag"]
        answer = requests.patch(
            f"{service.url}/api/works/{feature['id']}", timeout=60,
            headers={"Authorization": f"Bearer {token}", "If-Match": tag},
            json={"due_at": "2031-01-01T00:00:00Z", "reason": attack})
        # What comes in is read back below.
        assert answer.status_code == 200, (name, answer.text)
        service.changed.append(feature["id"])
    service.reports = []
    for attack in ATTACKS.values():
        answer = requests.post(f"{service.url}/open311/v2/requests.json", timeout=60, data={
            "service_code": "other", "lat": "55.05", "long": "37.05", "description": attack, "address_string": attack, **CONTACT})
        assert answer.status_code == 202, answer.text
        service.reports.append(answer.json()[0]["token"])
    yield service
    service.stop()


@pytest.fixture(scope="module")
def staff(city):
    session = requests.Session()
    answer = session.post(f"{city.url}/staff/login", data={"token": city.token}, timeout=60)
    assert answer.status_code == 200 and ATTACKS["script"] in lxml.html.fromstring(answer.content).text_content()
    return session


def assert_inert(text):
    """A page does nothing but show what is in it."""
    assert not UNSEEN.search(text), UNSEEN.search(text)
    for element in lxml.html.document_fromstring(text.encode(), parser=lxml.html.HTMLParser(encoding="utf-8")).iter():
        if not isinstance(element.tag, str):
            raise AssertionError(f"a comment: {element}")
        if element.tag == "script":
            assert element.get("src", "").startswith("/") and not (element.text or "").strip()
        elif element.tag == "img":
            assert element.get("src").startswith(("/tiles/", "/legend/"))
        else:
            assert element.tag in TAGS, lxml.html.tostring(element)[:200]
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (element.tag, name, value)
            if name in ("href", "src", "action", "formaction", "xlink:href", "data"):
                address = re.sub(r"[\x00-\x20]", "", value).lower()
                assert not re.match(r"[a-z][a-z0-9+.-]*:", address) or address.startswith(("http://127.0.0.1", "data:image/png;")), value
    return text


def pages(city):
    ids = city.changed
    for path in ["/works", "/works?open=true", "/districts", "/statistics", "/ogc?f=html", "/ogc/collections?f=html",
                 "/ogc/collections/works/items?f=html&limit=100", "/ogc/collections/districts/items?f=html&limit=100",
                 "/ogc/collections/schools/items?f=html&limit=100"]:
        yield path
    yield from (f"/works/{id}" for id in ids)
    yield from (f"/ogc/collections/works/items/{id}?f=html" for id in ids[:4])


@pytest.mark.parametrize("language", ["ru", "en"])
def test_pages_are_inert(city, language):
    shown = ""
    for path in pages(city):
        answer = city.get(path + ("&" if "?" in path else "?") + f"lang={language}")
        assert answer.status_code == 200, (path, answer.text[:300])
        shown += assert_inert(answer.text)
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    districts = {link for link in re.findall(r'href="(/districts/[^"?]+)', shown)}
    for path in list(districts)[:6]:
        assert_inert(city.get(lxml.html.fromstring(f"<a href='{path}'></a>").get("href")).text)
    assert "&lt;script&gt;alert" in shown and "javascript:alert" in shown, "the attacks are there to be seen"
    for secret in CONTACT.values():
        assert secret.split("@")[0] not in lxml.html.fromstring(shown).text_content() or secret in ATTACKS.values()


def test_pages_of_the_desk_are_inert(city, staff):
    shown = ""
    for path in ["/staff", "/staff?view=overdue", "/staff/audit", "/staff?q=%3Cscript%3E", *(f"/staff/works/{id}" for id in city.changed),
                 *(f"/staff/reports/{token}" for token in city.reports)]:
        answer = staff.get(city.url + path, timeout=60)
        assert answer.status_code == 200, (path, answer.text[:300])
        assert answer.headers["Cache-Control"] == "no-store"
        shown += assert_inert(answer.text)
    assert CONTACT["email"] in shown and "&lt;script&gt;alert" in shown


def test_json_is_json_and_links_nowhere(city):
    for path in ["/geojson/works.geojson", "/geojson/districts.geojson", "/geojson/schools.geojson", "/api/city", "/api/legend",
                 "/ogc/collections/works/items?limit=1000", "/api/statistics?group=contractor", "/api/statistics?group=district",
                 "/api/statistics?group=category", "/api/hotspots?near=schools&within=100", "/api/places?q=xss", "/tiles/works.json",
                 "/open311/v2/services.json", "/open311/v2/requests.json", f"/api/works/{city.changed[0]}/history", "/ogc/collections"]:
        answer = city.get(path)
        assert answer.status_code == 200, (path, answer.text[:300])
        json.loads(answer.text)
        assert not re.search("[\x00-\x09\x0b-\x1f]", answer.text), path
        assert "nosniff" in answer.headers["X-Content-Type-Options"] and "html" not in answer.headers["Content-Type"]
        for secret in (CONTACT["first_name"], CONTACT["email"], "79990001122", *city.reports):
            assert secret not in answer.text

        def check(value):
            if isinstance(value, dict):
                media = value.get("media_url")
                assert media is None or media.startswith(("http://", "https://")), media
                for each in value.values():
                    check(each)
            elif isinstance(value, list):
                for each in value:
                    check(each)
        check(answer.json())
    titles = {feature["properties"]["title"] for feature in city.works.values()}
    assert titles == {taken_in(attack) for attack in ATTACKS.values()}, "and nothing is lost"


def test_xml_is_xml_of_our_own_elements(city):
    for path in ["/open311/v2/services.xml", "/open311/v2/requests.xml", f"/open311/v2/requests/{city.changed[0]}.xml",
                 "/open311/v2/requests/%3Cx%3E%1b.xml", f"/open311/v2/tokens/{city.reports[0]}.xml", "/wmts/1.0.0/WMTSCapabilities.xml"]:
        answer = city.get(path)
        tree = lxml.etree.fromstring(answer.content, lxml.etree.XMLParser(resolve_entities=False))
        assert not UNSEEN.search(answer.text), path
        for element in tree.iter():
            assert isinstance(element.tag, str) and lxml.etree.QName(element).localname not in ("script", "x", "img", "b")
            assert not any(name.startswith("on") for name in element.attrib)
        for media in tree.iter("media_url"):
            assert not media.text or media.text.startswith("http")
        assert "script" in "".join(tree.itertext()) or "services" not in path


def cells(text):
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1 and len(rows) > 1
    return rows


def assert_guarded(rows):
    """No cell begins a formula, whatever a spreadsheet skips before it; numbers of ours stay numbers."""
    for row in rows:
        for cell in row:
            bare = re.sub(r"^[\s\x00-\x20\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff'\"]+", "", cell)
            if re.match("[=+\\-@\t\r＝＋－＠]", cell) or re.match("[=+\\-@＝＋－＠]", bare):
                assert cell.startswith("'") or re.fullmatch(r"-?\d+(\.\d+)?", cell), row


CSVS = {
    "works": ["export", "works", "--format", "csv"], "schools": ["export", "schools", "--format", "csv"],
    "contractors": ["report", "contractors", "--format", "csv"], "districts": ["report", "districts", "--format", "csv"],
    "hotspots": ["hotspots", "--near", "schools", "--within", "300", "--format", "csv"],
    "clusters": ["hotspots", "--near", "districts", "--within", "300", "--method", "dbscan", "--format", "csv"],
}


@pytest.mark.parametrize("command", CSVS.values(), ids=CSVS.keys())
def test_tables_for_spreadsheets_hold_no_formula(worksmap, city, command):
    answer = subprocess.run([PROGRAM, *command, "--database", city.database], capture_output=True, check=True)
    rows = cells(answer.stdout.decode())
    assert_guarded(rows)
    assert any(cell.startswith("'=cmd|") for row in rows for cell in row), "the attacks are in it"


def test_tables_over_http_and_refused_rows_hold_no_formula(city):
    for group in ("contractor", "district", "organisation", "category"):
        assert_guarded(cells(city.get(f"/api/statistics?group={group}&format=csv").text))
    refused = cells((city.folder / "hazards.geojson.refused.csv").read_bytes().decode())
    assert_guarded(refused)
    assert len(refused) == 3 and "=cmd|" in refused[2][1]


def test_exported_works_come_back_as_they_were(worksmap, city, tmp_path):
    file = tmp_path / "works.csv"
    worksmap("export", "works", "--format", "csv", "-o", file, "--database", city.database)
    worksmap("init", "--database", tmp_path / "copy.sqlite")
    worksmap("import", file, "--as", "hazards", "--database", tmp_path / "copy.sqlite")
    names = ("title", "description", "address", "organisation", "contractor", "category", "source_id")

    def texts(database):
        lines = worksmap("export", "works", "--format", "geojsonl", "--database", database).stdout.split("\n")
        return sorted([json.loads(line)["properties"][name] for name in names] for line in lines if line)
    assert texts(tmp_path / "copy.sqlite") == texts(city.database)


PRINTED = {
    "list": ["work", "list", "--limit", "100"], "list as json": ["work", "list", "--limit", "100", "--format", "json"],
    "contractors": ["report", "contractors"], "districts": ["report", "districts"], "categories": ["report", "categories"],
    "report as json": ["report", "contractors", "--format", "json"],
    "hotspots": ["hotspots", "--near", "schools", "--within", "300"], "tokens": ["token", "list"], "log": ["token", "log"],
    "log as json": ["token", "log", "--format", "json"], "check": ["check"],
}


@pytest.mark.parametrize("command", PRINTED.values(), ids=PRINTED.keys())
def test_a_terminal_is_told_nothing_to_obey(worksmap, city, command):
    answer = worksmap(*command, "--database", city.database)
    assert not OBEYED.search(answer.stdout + answer.stderr)
    if command[:2] == ["work", "list"] and "json" not in command:
        lines = [line for line in answer.stdout.splitlines() if re.match("[0-9a-f]{8}-", line)]
        assert len(lines) == 3 * len(ATTACKS), "each work has one line"


def test_single_works_and_messages_tell_a_terminal_nothing_to_obey(worksmap, city, tmp_path):
    for id in city.changed:
        for command in (["work", "show", id], ["work", "history", id], ["work", "history", id, "--format", "json"]):
            assert not OBEYED.search(worksmap(*command, "--database", city.database).stdout)
    shown = json.loads(worksmap("work", "show", city.changed[list(ATTACKS).index("terminal")], "--database", city.database).stdout)
    assert shown["properties"]["title"] == taken_in(ATTACKS["terminal"]), "and JSON says the same as ever"
    for answer in city.told:
        assert not OBEYED.search(answer.stdout + answer.stderr)
    assert "2 refused" in city.told[2].stderr
    evil = "\x1b[2J\x9b\u202e\nworksmap: all is well"
    for arguments in (["import", tmp_path / evil, "--as", "hazards"], ["export", evil], ["work", "list", "--where", f"kind={evil}"],
                      ["render", evil], ["filter", f"{evil} ="], ["serve", "--public-url", evil], [evil], ["backup", tmp_path / evil / "x"],
                      ["rules", "check", "--rules", tmp_path / evil], ["import", city.folder / "hazards.geojson", "--as", "hazards", "--mapping", evil]):
        answer = worksmap(*arguments, *([] if arguments[0] in (evil, "filter", "rules") else ["--database", city.database]), check=False)
        assert answer.returncode != 0
        assert not OBEYED.search(answer.stdout + answer.stderr), arguments
        if answer.returncode == 1:
            assert not any(line.startswith("worksmap: all is well") for line in answer.stderr.splitlines()), arguments


def test_reports_as_pages_are_inert(worksmap, city, tmp_path):
    for command in (["report", "contractors"], ["report", "districts"], ["hotspots", "--near", "schools", "--within", "300"]):
        page = assert_inert(worksmap(*command, "--format", "html", "--database", city.database).stdout)
        assert "&lt;script&gt;alert" in page


def test_secrets_and_contacts_of_waiting_reports_stay_out_of_the_log(city, staff):
    token = city.reports[0]
    for path in [f"/open311/v2/tokens/{token}", f"/open311/v2/tokens/{token}.json", f"/open311/v2/tokens/{token}.xml", f"/tokens/{token}",
                 f"/open311/v2/tokens/%{ord(token[0]):02x}{token[1:]}", f"/reports/{token}", f"/a//{token}/b", f"/open311/v2/tokens//{token}",
                 f"/open311/v2/services.json?api_key={token}"]:
        city.get(path)
    requests.post(f"{city.url}/open311/v2/tokens/{token}", timeout=60)
    staff.get(f"{city.url}/staff/reports/{token}", timeout=60)
    city.get("/works/%1b%5b2J%0a%9b?q=%1b")
    log = ""
    # Lines come by a thread of their own.
    for _ in range(100):
        log = "".join(city.lines)
        if "%1b%5b2J" in log.lower():
            break
        city.get("/health/live")
    assert "/open311/v2/tokens/…" in log and "/staff/reports/…" in log
    for secret in (*city.reports, *(token[1:] for token in city.reports), city.token, CONTACT["email"], CONTACT["first_name"], "79990001122",
                   *(cookie.value for cookie in staff.cookies)):
        assert secret not in log
    assert not OBEYED.search(log.replace("\n", ""))
    assert "127.0.0.1" not in log.split("is open at", 1)[1].split("\n", 1)[1], "no address of a client"
