"""Several layers of districts side by side, impacts that nobody knows, and ends that nobody stated, in every output."""
import csv
import io
import json
import sqlite3
import xml.etree.ElementTree as ET

import mapbox_vector_tile
import pytest
import requests

from conftest import Service, run

WORKS = """source_id,longitude,latitude,title,category,traffic_impact,status,reported_at,completed_at,completed_estimated
a,0.5,0.5,A,pothole,,accepted,2026-11-01T00:00:00Z,,
b,1.5,0.5,B,pothole,none,accepted,2026-11-01T00:00:00Z,,
c,1.5,1.5,C,pothole,lane_closed,done,2026-11-01T00:00:00Z,2026-11-05T00:00:00Z,true
d,0.5,1.5,D,pothole,,done,2026-11-01T00:00:00Z,2026-11-05T00:00:00Z,
"""


def strips(name, count, is_across=False):
    features = []
    for number in range(count):
        west, south = (0, number) if is_across else (number, 0)
        east, north = (9, number + 1) if is_across else (number + 1, 9)
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append({"type": "Feature", "properties": {"source_id": str(number), "name": f"{name}{number}"},
                         "geometry": {"type": "Polygon", "coordinates": [ring]}})
    return json.dumps({"type": "FeatureCollection", "features": features})


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classes")
    database = folder / "city.sqlite"
    run("init", "--database", database)
    for name, text in [("works.csv", WORKS), ("wards.geojson", strips("W", 2)), ("zips.geojson", strips("Z", 2, True))]:
        (folder / name).write_text(text)
    run("import", folder / "works.csv", "--as", "hazards", "--database", database)
    for name in ["ward", "zip"]:
        run("import", folder / f"{name}s.geojson", "--as", "districts", "--class", name, "--database", database)
    return database


@pytest.fixture(scope="module")
def service(database):
    service = Service(database)
    yield service
    service.stop()


def titles(answer):
    assert answer.status_code == 200, answer.text
    return sorted(feature["properties"]["title"] for feature in answer.json()["features"])


BY_CLASS = [("district.ward=W1", "BC"), ("district.zip=Z0", "AB"), ("district.ward=W0,W1&district.zip=Z1", "CD"), ("district.ward=none", "")]


@pytest.mark.parametrize("query,wanted", BY_CLASS)
def test_each_class_is_a_filter_of_every_list(service, query, wanted):
    for path in ["/geojson/works.geojson?", "/ogc/collections/works/items?", "/ogc/collections/hazards/items?limit=1000&"]:
        assert "".join(titles(service.get(path + query))) == wanted, path
    requests = service.get("/open311/v2/requests.json?start_date=2026-10-20T00:00:00Z&" + query).json()
    assert "".join(sorted(request["description"] for request in requests)) == wanted
    page = service.get("/works?open=false&lang=en&" + query).text
    assert [title in page for title in [f">{letter}<" for letter in "ABCD"]] == [letter in wanted for letter in "ABCD"], page
    tile = service.get("/tiles/works/5/16/15.mvt?" + query)
    assert tile.status_code == 200, tile.text
    layers = mapbox_vector_tile.decode(tile.content) if tile.content else {}
    ids = {feature["properties"]["id"] for feature in layers.get("works", {"features": []})["features"]}
    everything = service.get("/geojson/works.geojson").json()["features"]
    assert ids == {feature["id"] for feature in everything if feature["properties"]["title"] in wanted}
    picture, empty = service.get("/tiles/works/5/16/15.png?" + query), service.get("/tiles/works/5/16/15.png?q=nosuchword")
    assert picture.status_code == empty.status_code == 200
    assert (picture.content == empty.content) == (wanted == "")


def test_conditions_and_queryables_know_the_classes(service):
    def items(condition):
        return titles(service.get("/ogc/collections/works/items", params={"filter": condition}))
    assert items("district.ward = 'W1' AND district.zip <> 'Z0'") == ["C"]
    assert items("district.ward IS NULL") == []
    properties = service.get("/ogc/collections/works/queryables?f=json").json()["properties"]
    assert {"district", "district.ward", "district.zip"} <= set(properties)
    assert "district.ward" not in service.get("/ogc/collections/schools/queryables?f=json").json()["properties"]
    document = service.get("/ogc/api?f=json").json()
    assert {"district.ward", "district.zip"} <= set(document["components"]["parameters"])


@pytest.mark.parametrize("path", ["/geojson/works.geojson", "/ogc/collections/works/items", "/tiles/works/5/16/15.png", "/tiles/works/5/16/15.mvt",
                                  "/api/statistics?group=kind", "/works", "/tiles/works.json"])
@pytest.mark.parametrize("name", ["district.nosuch", "district.", "district.two%20words", "district.*", "district.a.b"])
def test_a_class_that_the_city_does_not_have_is_refused_by_name(service, path, name):
    answer = service.get(f"{path}{'&' if '?' in path else '?'}{name}=x")
    assert answer.status_code == 400, answer.text
    if path != "/works":
        assert "district." in answer.json()["detail"]


def test_works_state_their_districts_by_class(service, database):
    works = {feature["properties"]["title"]: feature["properties"] for feature in service.get("/geojson/works.geojson").json()["features"]}
    assert {title: work["districts"] for title, work in works.items()} == {
        "A": {"ward": "W0", "zip": "Z0"}, "B": {"ward": "W1", "zip": "Z0"}, "C": {"ward": "W1", "zip": "Z1"}, "D": {"ward": "W0", "zip": "Z1"}}
    assert works["A"]["district"] == "W0"
    table = run("export", "works", "--format", "csv", "--where", "district.zip=Z1", "--database", database).stdout
    assert [json.loads(row["districts"])["ward"] for row in csv.DictReader(io.StringIO(table))] == ["W1", "W0"]
    refused = run("export", "works", "--where", "district.nosuch=1", "--database", database, check=False)
    assert refused.returncode == 64 and "there are ward, zip" in refused.stderr


def test_a_works_page_names_its_districts_of_all_classes(service):
    works = {feature["properties"]["title"]: feature["id"] for feature in service.get("/geojson/works.geojson").json()["features"]}
    page = service.get(f"/works/{works['C']}?lang=en").text
    assert ">W1<" in page and "<dd>Z1 (zip)</dd>" in page and "Z0" not in page, page


def test_reports_group_by_a_class(service, database):
    report = json.loads(run("report", "districts", "--by", "zip", "--format", "json", "--database", database).stdout)
    assert report["class"] == "zip" and {row["name"]: row["works"] for row in report["rows"]} == {"Z0": 2, "Z1": 2}
    answer = service.get("/api/statistics?group=district.ward&district.zip=Z0").json()
    assert {row["name"]: row["works"] for row in answer["rows"]} == {"W0": 1, "W1": 1}
    for arguments in [["districts", "--by", "nosuch"], ["months", "--by", "ward"], []]:
        assert run("report", *arguments, "--database", database, check=False).returncode == 64, arguments
    assert service.get("/api/statistics?group=district.nosuch").status_code == 400


def test_the_option_is_refused_where_it_cannot_be_meant(database, tmp_path):
    (tmp_path / "w.csv").write_text(WORKS)
    for arguments in [["--as", "hazards", "--class", "ward"], ["--as", "districts", "--class", "two words"], ["--as", "districts", "--class", ""]]:
        answer = run("import", tmp_path / "w.csv", *arguments, "--database", database, check=False)
        assert answer.returncode == 64 and "class" in answer.stderr


def test_an_impact_that_nobody_knows_is_null_in_every_output(service, database):
    works = {feature["properties"]["title"]: feature for feature in service.get("/geojson/works.geojson").json()["features"]}
    impacts = {title: work["properties"]["traffic_impact"] for title, work in works.items()}
    assert impacts == {"A": None, "B": "none", "C": "lane_closed", "D": None}
    assert titles(service.get("/ogc/collections/works/items", params={"filter": "traffic_impact IS NULL"})) == ["A", "D"]
    assert titles(service.get("/ogc/collections/works/items?traffic_impact=none")) == ["B"]
    table = run("export", "works", "--format", "csv", "--database", database).stdout
    assert [row["traffic_impact"] for row in csv.DictReader(io.StringIO(table))] == ["", "none", "lane_closed", ""]
    tile = mapbox_vector_tile.decode(service.get("/tiles/works/5/16/15.mvt").content)["works"]["features"]
    said = {feature["properties"]["id"]: feature["properties"].get("traffic_impact") for feature in tile}
    assert said == {work["id"]: work["properties"]["traffic_impact"] for work in works.values()}
    for language, words in [("en", "No effect on traffic"), ("ru", "Движению не мешает")]:
        pages = {title: service.get(f"/works/{work['id']}?lang={language}").text for title, work in works.items()}
        assert words in pages["B"] and not any(words in pages[title] for title in "ACD")
        assert not any(word in pages["A"] for word in ["null", "traffic_impact"])
    stored = sqlite3.connect(f"file:{database}?mode=ro", uri=True).execute("SELECT count(*) FROM works WHERE traffic_impact IS NULL").fetchone()
    assert stored == (2,)


def test_an_end_that_nobody_stated_is_marked_in_tiles_and_open311(service):
    ids = {feature["properties"]["title"]: feature["id"] for feature in service.get("/geojson/works.geojson").json()["features"]}
    tile = mapbox_vector_tile.decode(service.get("/tiles/works/5/16/15.mvt").content)["works"]["features"]
    marks = {feature["properties"]["id"]: feature["properties"].get("completed_estimated") for feature in tile}
    assert marks == {ids["A"]: None, ids["B"]: None, ids["C"]: True, ids["D"]: None}
    fields = {field["id"]: field["fields"] for field in service.get("/tiles/works.json").json()["vector_layers"]}["works"]
    assert fields["completed_estimated"] == "Boolean"
    for language, words in [("en", "estimate"), ("ru", "оценка")]:
        notes = {title: service.get(f"/open311/v2/requests/{ids[title]}.json", headers={"Accept-Language": language}).json()[0]["status_notes"]
                 for title in "CD"}
        assert notes["C"].startswith("done") and words in notes["C"] and notes["D"] == "done"
    root = ET.fromstring(service.get(f"/open311/v2/requests/{ids['C']}.xml", headers={"Accept-Language": "en"}).content)
    assert "estimate" in root.find(".//status_notes").text


def test_answers_to_those_who_write_have_the_districts_that_readers_get(database, service):
    def bearer(*options):
        token = run("token", "create", "--role", "dispatcher", "--name", "writer", *options, "--database", database).stdout.split()[-1]
        return {"Authorization": f"Bearer {token}"}

    person, machine = bearer(), bearer("--source", "sensor")

    def state(longitude, latitude):
        return requests.post(service.url + "/api/works", headers=machine, timeout=60, json={
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
            "properties": {"category": "pothole", "kind": "hazard", "title": "P", "source_id": "1"}})

    def same(answer, status, districts):
        assert answer.status_code == status, answer.text
        seen = service.get(f"/api/works/{answer.json()['id']}", headers=person)
        assert answer.json()["properties"]["districts"] == seen.json()["properties"]["districts"] == districts
        assert seen.headers["ETag"] == answer.headers["ETag"]

    new = state(0.5, 1.5)
    same(new, 201, {"ward": "W0", "zip": "Z1"})
    moved = state(1.5, 0.5)
    assert moved.json()["id"] == new.json()["id"]
    same(moved, 200, {"ward": "W1", "zip": "Z0"})
    changed = requests.patch(f"{service.url}/api/works/{new.json()['id']}", json={"severity": "severe", "reason": "deep"},
                             headers=person | {"If-Match": moved.headers["ETag"]}, timeout=60)
    same(changed, 200, {"ward": "W1", "zip": "Z0"})
