"""What staff take back: a hidden work is in no public output, a redacted text is in no file, a place is mended."""
import json
import sqlite3
import threading

import pytest
import requests

from conftest import PROGRAM, Service, eventually, run

MARKER = "ZZTAKENBACKZZ"
OUTPUTS = [
    "/", "/works", "/works?q={marker}", "/today", "/statistics", "/districts", "/geojson/works.geojson", "/geojson/hazards.geojson",
    "/geojson/hazards.geojson?q={marker}", "/ogc/collections", "/ogc/collections/hazards", "/ogc/collections/works/items",
    "/ogc/collections/hazards/items", "/ogc/collections/hazards/items?q={marker}", "/ogc/collections/hazards/items?f=html",
    "/ogc/collections/hazards/items?bbox=37,55,38,56", "/ogc/collections/hazards/items?organisation={marker}",
    "/ogc/collections/works/items?filter=title LIKE '%25{marker}%25'", "/open311/v2/requests.json", "/open311/v2/requests.xml",
    "/api/statistics?group=category", "/api/statistics?group=month", "/api/statistics?group=district", "/api/statistics?group=organisation",
    "/api/statistics?group=contractor", "/api/places?q={marker}", "/api/duplicates?category=pothole&lat=55.7&long=37.6", "/tiles/works.json",
    "/tiles/hazards/0/0/0.mvt", "/tiles/works/14/9903/5123.mvt", "/tiles/works/14/9903/5123.png", "/tiles/hazards/0/0/0.png", "/feeds/works.atom",
    "/api/works/{other}", "/api/works/{other}/history", "/works/{other}", "/metrics", "/health/ready", "/api", "/ogc/api",
]


def feature(number, **properties):
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [37.6 + number / 1000, 55.7]}, "properties": {
        "source_id": str(number), "kind": "hazard", "category": "pothole", "status": "accepted", "reported_at": "2026-11-01T09:00:00Z",
        "due_at": "2026-11-02T09:00:00Z", "title": f"Plain {number}", **properties}}


MARKED = feature(1, title=f"{MARKER} t", description=f"{MARKER} d", address=f"{MARKER} a", organisation=f"{MARKER} o",
                 contractor=f"{MARKER} c", ward=f"{MARKER} w", media_url=f"https://example.org/{MARKER}", secret=f"{MARKER} s")
MAPPING = """source: list
layer: hazards
publish: [ward, media_url]
snapshot: no
"""


def load(folder, database, features, name="list.geojson", **options):
    (folder / name).write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    answer = run("import", folder / name, "--as", "hazards", "--source", "list", "--publish", "ward,media_url", "--database", database,
                 "--format", "json", **options)
    return json.loads(answer.stdout)["files"][0]


@pytest.fixture
def city(tmp_path):
    """A running service over two works, one of which has a marker in each of its texts."""
    database = tmp_path / "city.sqlite"
    run("init", "--database", database)
    load(tmp_path, database, [MARKED, feature(2)])
    secret = run("token", "create", "--role", "admin", "--name", "Иванова", "--database", database).stdout.split()[-1]
    service = Service(database, "--reports-per-minute", "0")
    service.database, service.folder, service.secret = database, tmp_path, secret
    works = {work["properties"]["source_id"]: work for work in service.get("/geojson/hazards.geojson").json()["features"]}
    service.work, service.other = works["1"]["id"], works["2"]["id"]
    yield service
    service.stop()


def work(city, action, *options, reason="почему", check=True):
    return run("work", action, city.work, *options, "--reason", reason, "--database", city.database, check=check)


def ask(city, action, **body):
    return requests.post(f"{city.url}/api/works/{city.work}/{action}", json=body, timeout=60,
                         headers={"Authorization": f"Bearer {city.secret}"})


def outputs(city):
    """The addresses whose answers show the marked work, and how many answered at all."""
    shown, answered = set(), 0
    for address in OUTPUTS:
        place = address.format(marker=MARKER, other=city.other)
        # The question repeats what was asked for; only the rest of the answer tells anything.
        answer = city.get(place)
        answered += answer.status_code == 200
        content = answer.content
        if "{marker}" in address:
            content = content.replace(f'value="{MARKER}"'.encode(), b"").replace(f"={MARKER}".encode(), b"").replace(f"%{MARKER}%".encode(), b"")
            content = content.replace(f"%25{MARKER}%25".encode(), b"")
        if MARKER.encode() in content or city.work.encode() in content:
            shown.add(address)
    return shown, answered


def counts(city):
    page = city.get("/ogc/collections/hazards/items?limit=1").json()["numberMatched"]
    box = city.get("/ogc/collections/hazards/items?limit=1&bbox=37,55,38,56").json()["numberMatched"]
    return page, box, len(city.get("/geojson/works.geojson").json()["features"]), len(city.get("/open311/v2/requests.json").json())


@pytest.mark.parametrize("by", ["command", "service"])
def test_a_hidden_work_is_in_no_public_output_at_once_and_comes_back_as_it_was(city, by):
    before, answered = outputs(city)
    assert answered >= 30 and len(before) >= 12, before
    history = city.get(f"/api/works/{city.work}/history").json()["entries"]
    properties = city.get(f"/api/works/{city.work}").json()["properties"]
    tile = city.get("/tiles/hazards/12/2475/1280.png").content
    assert counts(city) == (2, 2, 2, 2)
    tag = city.get("/geojson/hazards.geojson").headers["ETag"]
    if by == "command":
        work(city, "hide")
        eventually("the map to let go of the work", lambda: MARKER.encode() not in city.get("/tiles/hazards/0/0/0.mvt").content, within=1)
    else:
        answer = ask(city, "hide", reason="почему")
        assert answer.status_code == 200 and answer.json()["hidden"] is True and MARKER not in answer.text, answer.text
    shown, _ = outputs(city)
    assert shown == set()
    assert counts(city) == (1, 1, 1, 1)
    assert city.get("/geojson/hazards.geojson", headers={"If-None-Match": tag}).status_code == 200
    for address in (f"/works/{city.work}", f"/api/works/{city.work}", f"/open311/v2/requests/{city.work}.json"):
        answer = city.get(address)
        assert answer.status_code == 410 and "почему" in answer.text and MARKER not in answer.text, address
    assert city.get(f"/ogc/collections/hazards/items/{city.work}").status_code == 404
    entries = city.get(f"/api/works/{city.work}/history").json()["entries"]
    assert [(entry["field"], entry["to"], entry["reason"]) for entry in entries] == [("hidden", "true", "почему")]
    for layer in ("works", "hazards"):
        for form in ("geojson", "geojsonl", "csv"):
            assert MARKER not in run("export", layer, "--format", form, "--database", city.database).stdout
    for group in ("categories", "organisations", "contractors"):
        assert MARKER not in run("report", group, "--database", city.database).stdout
    assert MARKER not in run("work", "list", "--database", city.database).stdout
    file = sqlite3.connect(f"file:{city.database}?mode=ro", uri=True)
    for table in ("works", "hazards", "ledger"):
        rows = str(file.execute(f"SELECT * FROM {table}").fetchall())
        assert MARKER not in rows and city.work not in rows, table
    assert city.get(f"/tiles/hazards/12/2475/1280.png").content != tile or tile == city.get("/tiles/hazards/12/0/0.png").content
    work(city, "unhide", reason="ошибка")
    eventually("the work to be back", lambda: outputs(city)[0] == before, within=20)
    after = city.get(f"/api/works/{city.work}").json()["properties"]
    assert {**after, "revision": 0, "updated_at": 0} == {**properties, "revision": 0, "updated_at": 0}
    entries = city.get(f"/api/works/{city.work}/history").json()["entries"]
    assert entries[:len(history)] == history and [entry["field"] for entry in entries[len(history):]] == ["hidden", "hidden"]
    assert run("check", "--database", city.database).returncode == 0


def test_staff_see_hidden_works_and_others_do_not(city):
    work(city, "hide")
    listed = run("work", "list", "--hidden", "--database", city.database)
    assert city.work in listed.stdout and "почему" in listed.stdout
    shown = run("work", "show", city.work, "--database", city.database)
    assert json.loads(shown.stdout)["properties"]["title"] == f"{MARKER} t" and "почему" in shown.stderr
    entries = json.loads(run("work", "history", city.work, "--format", "json", "--database", city.database).stdout)["entries"]
    assert [entry["field"] for entry in entries][0] == "registered" and entries[-1]["field"] == "hidden"
    session = requests.Session()
    session.post(city.url + "/staff/login", data={"token": city.secret}, timeout=60)
    queue = session.get(city.url + "/staff?view=hidden&lang=en", timeout=60).text
    assert f"{MARKER} t" in queue and "Hidden: 1" in queue
    page = session.get(f"{city.url}/staff/works/{city.work}?lang=en", timeout=60).text
    assert "Hidden from everybody but staff" in page and "Bring back to the public" in page
    viewer = run("token", "create", "--role", "viewer", "--name", "v", "--database", city.database).stdout.split()[-1]
    other = requests.Session()
    other.post(city.url + "/staff/login", data={"token": viewer}, timeout=60)
    assert MARKER not in other.get(f"{city.url}/staff/works/{city.work}", timeout=60).text
    assert other.get(city.url + "/staff?view=hidden", timeout=60).status_code == 400


def test_an_import_updates_a_hidden_work_where_it_is(city):
    work(city, "hide")
    report = load(city.folder, city.database, [{**MARKED, "properties": {**MARKED["properties"], "title": f"{MARKER} new"}}, feature(2)])
    assert (report["inserted"], report["updated"], report["unchanged"], report["hidden"]) == (0, 1, 1, 1)
    assert outputs(city)[0] == set() and counts(city) == (1, 1, 1, 1)
    work(city, "unhide")
    assert city.get(f"/api/works/{city.work}").json()["properties"]["title"] == f"{MARKER} new"
    assert counts(city) == (2, 2, 2, 2)


def test_hiding_and_importing_at_the_same_time_neither_lose_nor_double_a_work(city):
    failures = []

    def toggle():
        for _ in range(6):
            for action in ("hide", "unhide"):
                answer = ask(city, action, reason="x")
                if answer.status_code != 200:
                    failures.append(answer.text)

    thread = threading.Thread(target=toggle)
    thread.start()
    round = 0
    while thread.is_alive():
        round += 1
        report = load(city.folder, city.database, [{**MARKED, "properties": {**MARKED["properties"], "title": f"{MARKER} {round}"}}, feature(2)])
        assert report["inserted"] == 0 and report["refused"] == 0
    thread.join()
    assert not failures
    assert counts(city) == (2, 2, 2, 2)
    assert run("check", "--database", city.database).returncode == 0


def in_files(city, text):
    return [path.name for path in city.folder.glob("city.sqlite*") if text.encode() in path.read_bytes()]


@pytest.mark.parametrize("by", ["command", "service"])
def test_a_redacted_text_is_in_no_answer_and_no_file(city, by):
    fields = {"title": "t", "description": "d", "address": "a", "photo": "example.org/", "private_extra": "s"}
    assert in_files(city, MARKER)
    for field in fields:
        if by == "command":
            work(city, "redact", "--field", field, reason="назван человек")
        else:
            answer = ask(city, "redact", field=field, reason="назван человек")
            assert answer.status_code == 200 and answer.json()["traces_left"] is False, answer.text
    for text in (f"{MARKER} t", f"{MARKER} d", f"{MARKER} a", f"{MARKER} s", f"https://example.org/{MARKER}"):
        assert not in_files(city, text), text
    properties = city.get(f"/api/works/{city.work}").json()["properties"]
    assert properties["title"] is None and properties["description"] is None and properties["extra"] == {"ward": f"{MARKER} w"}
    entries = city.get(f"/api/works/{city.work}/history").json()["entries"]
    assert [entry["to"] for entry in entries if entry["field"] == "redacted"] == list(fields)
    # The source says it all again, and is not heard.
    load(city.folder, city.database, [MARKED, feature(2)])
    properties = city.get(f"/api/works/{city.work}").json()["properties"]
    assert properties["title"] is None and properties["description"] is None and properties["address"] is None
    assert "media_url" not in properties["extra"]
    assert not in_files(city, f"{MARKER} t") and not in_files(city, f"{MARKER} s")
    page = city.get(f"/works/{city.work}?lang=en").text
    assert "Redacted" in page and "назван человек" in page
    audit = run("token", "log", "--database", city.database).stdout
    assert "work.redact" in audit and MARKER not in audit


def test_a_reason_in_the_ledger_is_redacted(city):
    run("work", "set-deadline", city.work, "2027-01-01T00:00:00Z", "--reason", f"{MARKER} said it", "--database", city.database)
    number = len(city.get(f"/api/works/{city.work}/history").json()["entries"])
    work(city, "redact", "--entry", number, reason="назван человек")
    entries = city.get(f"/api/works/{city.work}/history").json()["entries"]
    assert entries[number - 1]["reason"] == "[redacted]" and entries[number - 1]["to"] == "2027-01-01T00:00:00Z"
    assert not in_files(city, f"{MARKER} said it")
    assert "[удалено]" in city.get(f"/works/{city.work}?lang=ru").text
    assert city.get(f"/api/works/{city.work}").json()["properties"]["due_changes"] == 1
    assert run("check", "--database", city.database).returncode == 0


def test_a_place_is_mended_and_kept_against_the_source(city):
    work(city, "place", "--point", "37.61,55.71")
    geometry = {"type": "Point", "coordinates": [37.61, 55.71]}
    assert city.get(f"/api/works/{city.work}").json()["geometry"] == geometry
    load(city.folder, city.database, [MARKED, feature(2)])
    assert city.get(f"/api/works/{city.work}").json()["geometry"] == geometry
    line = city.folder / "line.geojson"
    line.write_text(json.dumps({"type": "LineString", "coordinates": [[37.6, 55.7], [37.62, 55.72]]}))
    work(city, "place", "--geometry", line)
    assert city.get(f"/api/works/{city.work}").json()["geometry"]["type"] == "LineString"
    work(city, "place", "--geometry", "POINT(37.63 55.73)")
    entry = city.get(f"/api/works/{city.work}/history").json()["entries"][-1]
    assert entry["field"] == "geometry" and json.loads(entry["from"])["type"] == "LineString" and entry["reason"] == "почему"
    moved = {**MARKED, "geometry": {"type": "Point", "coordinates": [37.9, 55.9]}}
    load(city.folder, city.database, [moved, feature(2)])
    assert city.get(f"/api/works/{city.work}").json()["geometry"]["coordinates"] == [37.9, 55.9]


def test_what_makes_no_sense_is_refused_in_words(city):
    unknown = "01900000-0000-7000-8000-000000000000"
    for command, status, words in [
        (["hide", unknown, "--reason", "x"], 1, "no work"), (["hide", city.work], 64, "--reason"),
        (["hide", city.work, "--reason", " "], 1, "reason"), (["unhide", city.work, "--reason", "x"], 1, "not hidden"),
        (["redact", city.work, "--reason", "x"], 64, "--field"), (["redact", city.work, "--field", "status", "--reason", "x"], 64, "status"),
        (["redact", city.other, "--field", "description", "--reason", "x"], 1, "no description"),
        (["redact", city.work, "--entry", "99", "--reason", "x"], 1, "no entry 99"),
        (["place", city.work, "--reason", "x"], 64, "--point"), (["place", city.work, "--point", "200,0", "--reason", "x"], 64, "--point"),
        (["place", city.work, "--geometry", "POINT(200 0)", "--reason", "x"], 1, "geometry"),
        (["place", city.work, "--geometry", "nowhere", "--reason", "x"], 1, "geometry"),
    ]:
        answer = run("work", *command, "--database", city.database, check=False)
        assert answer.returncode == status and words in answer.stderr, (command, answer.returncode, answer.stderr)
    ring = [[37 + i / 1e6, 55 + i % 2] for i in range(200_000)]
    answer = ask(city, "place", reason="x", geometry={"type": "LineString", "coordinates": ring})
    assert answer.status_code in (400, 413, 422), answer.status_code


def test_the_sqlite_shell_is_refused(city):
    work(city, "hide")
    file = sqlite3.connect(city.database)
    for sql, words in [
        ("DELETE FROM works", "never deleted"), ("DELETE FROM ledger", "only ever added to"), ("DELETE FROM hidden_works", "unhide"),
        ("UPDATE ledger SET reason = 'x'", "redact"), ("INSERT INTO taking_back VALUES (1)", "worksmap_takes_back"),
        ("INSERT INTO hidden_works VALUES (99, 'x', 1, x'00')", "work hide"),
    ]:
        with pytest.raises(sqlite3.Error, match=words):
            file.execute(sql)
    file.close()


def test_a_restart_changes_nothing(city):
    work(city, "hide")
    second = Service(city.database)
    try:
        assert len(second.get("/geojson/works.geojson").json()["features"]) == 1
        assert second.get(f"/works/{city.work}").status_code == 410
        assert second.get("/metrics").text.count("worksmap_snapshot_works 1")
    finally:
        second.stop()


@pytest.mark.parametrize("fate", ["readable", "gone"])
def test_what_was_taken_back_since_a_backup_stays_so_after_a_restore(tmp_path, fate):
    database, backup = tmp_path / "city.sqlite", tmp_path / "backup.sqlite"
    run("init", "--database", database)
    load(tmp_path, database, [feature(number, title=f"{MARKER} {number}", description=f"{MARKER} d") for number in range(1, 5)])
    listed = json.loads(run("export", "hazards", "--database", database).stdout)["features"]
    hidden, redacted, shown, kept = (next(work["id"] for work in listed if work["properties"]["source_id"] == str(number))
                                     for number in range(1, 5))
    run("backup", backup, "--database", database)
    run("work", "hide", hidden, "--reason", "a", "--database", database)
    run("work", "hide", shown, "--reason", "a", "--database", database)
    run("work", "unhide", shown, "--reason", "b", "--database", database)
    run("work", "redact", redacted, "--field", "title", "--reason", "a", "--database", database)
    if fate == "gone":
        for path in tmp_path.glob("city.sqlite*"):
            path.unlink()
    answer = run("restore", backup, "--database", database)
    assert "1 hidden works" in answer.stderr and "1 redacted texts" in answer.stderr, answer.stderr
    works = {work["id"]: work["properties"] for work in json.loads(run("export", "hazards", "--database", database).stdout)["features"]}
    assert set(works) == {redacted, shown, kept}
    assert works[redacted]["title"] is None and works[redacted]["description"] == f"{MARKER} d" and works[shown]["title"] == f"{MARKER} 3"
    history = json.loads(run("work", "history", redacted, "--format", "json", "--database", database).stdout)
    assert MARKER not in json.dumps(history) and "restore" in json.dumps(history)
    assert "all is well" in run("check", "--database", database).stderr
