"""What had been said and promised by a moment: features, pages, tiles and statistics with at= say what the ledger says, read here by other means."""
import datetime
import gzip
import json
import math
import random
import sqlite3
import zoneinfo

import mapbox_vector_tile
import pytest
from conftest import Service, eventually

OPEN = ("reported", "accepted", "in_progress")
PLAIN = {"category": "category", "severity": "severity", "organisation": "organisation", "contractor": "contractor",
         "kind": "kind", "due_at": "due_at", "starts_at": "starts_at"}


def ledgers(database):
    """The entries of each work: (at, field, from, to), in their order."""
    rows = sqlite3.connect(database).execute(
        "SELECT works.id, ledger.at, field, old_value, new_value FROM ledger JOIN works ON works.fid = ledger.work ORDER BY ledger.fid")
    found = {}
    for identity, *entry in rows:
        found.setdefault(identity, []).append(tuple(entry))
    return found


def then(entries, moment, now):
    """Facts that the ledger knows of a work at a moment; None if it was not known."""
    registered = next(each for each in entries if each[1] == "registered")
    if registered[0] > moment:
        return None
    facts = {}
    for name, field in PLAIN.items():
        said = [each for each in entries if each[1] == field]
        held = [each for each in said if each[0] <= moment]
        if len(held) == len(said):
            facts[name] = now[name]
        else:
            facts[name] = held[-1][3] if held else said[0][2]
    steps = [each for each in entries if each[1] == "status" and each[0] <= moment]
    facts["status"] = steps[-1][3] if steps else registered[3]
    if facts["status"] not in OPEN and not steps and now["completed_at"] and now["completed_at"] > moment:
        facts["status"] = "reported"
    facts["due_changes"] = sum(1 for each in entries if each[1] == "due_at" and None not in each[2:] and each[0] <= moment)
    return facts


def facts_of(feature):
    return {name: feature["properties"][name] for name in [*PLAIN, "status", "due_changes"]}


def test_at_the_moment_of_each_entry_of_500_works_the_state_is_the_ledgers(service, demo_database):
    known = ledgers(demo_database)
    chosen = random.Random(1).sample(sorted(known), 500)
    looked = 0
    for identity in chosen:
        now = service.get(f"/ogc/collections/works/items/{identity}").json()["properties"]
        for moment in sorted({each[0] for each in known[identity]}):
            expected = then(known[identity], moment, now)
            answer = service.get(f"/ogc/collections/works/items/{identity}?at={moment}")
            assert answer.status_code == (404 if expected is None else 200), (identity, moment)
            if expected:
                assert facts_of(answer.json()) == expected, (identity, moment)
            looked += 1
    assert looked > 700


def moments_of(database, count):
    dice = random.Random(count)
    return dice.sample([row[0] for row in sqlite3.connect(database).execute("SELECT DISTINCT at FROM ledger ORDER BY at")], count)


def tiled(get, zoom, query, tileset="works"):
    """The works in the vector tiles of a zoom: id to status and deadline state."""
    west, south, east, north = get("/tiles/works.json").json()["bounds"]
    scale = 2**zoom
    row = lambda latitude: int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * scale)
    found = {}
    for x in range(int((west + 180) / 360 * scale), int((east + 180) / 360 * scale) + 1):
        for y in range(row(north), row(south) + 1):
            answer = get(f"/tiles/{tileset}/{zoom}/{x}/{y}.mvt?{query}")
            assert answer.status_code == 200, answer.text
            for feature in mapbox_vector_tile.decode(answer.content).get("works", {"features": []})["features"]:
                found[feature["properties"]["id"]] = feature["properties"]
    return found


def test_layers_lists_filters_tiles_and_statistics_of_a_moment_agree(service, demo_database, worksmap):
    known = ledgers(demo_database)
    now = {each["id"]: each["properties"] for each in service.get("/geojson/works.geojson").json()["features"]}
    for moment in moments_of(demo_database, 3):
        expected = {identity: facts for identity in now if (facts := then(known[identity], moment, now[identity]))}
        layer = service.get(f"/geojson/works.geojson?at={moment}").json()["features"]
        assert {each["id"]: facts_of(each) for each in layer} == expected
        exported = json.loads(worksmap("export", "works", "--database", demo_database, "--at", moment).stdout)["features"]
        assert exported == layer
        for name in ("status", "category", "severity"):
            value = random.Random(moment).choice(sorted({each[name] for each in expected.values()}))
            wanted = {identity for identity, each in expected.items() if each[name] == value}
            assert {each["id"] for each in service.get(f"/geojson/works.geojson?at={moment}&{name}={value}").json()["features"]} == wanted
            page = service.get(f"/ogc/collections/works/items?at={moment}&{name}={value}&limit=7").json()
            assert page["numberMatched"] == len(wanted)
            by_condition = service.get(f"/ogc/collections/works/items?at={moment}&limit=1&filter={name}%20%3D%20'{value}'").json()
            assert by_condition["numberMatched"] == len(wanted)
        # The pages of a list are the layer.
        paged, url = [], f"/ogc/collections/works/items?at={moment}&open=true&limit=400"
        while url:
            page = service.get(url[url.index("/ogc"):]).json()
            paged += [each["id"] for each in page["features"]]
            url = next((each["href"] for each in page["links"] if each["rel"] == "next"), None)
        assert paged == [each["id"] for each in layer if each["properties"]["status"] in OPEN]
        drawn = tiled(service.get, 14, f"at={moment}")
        placed = {each["id"]: each["properties"] for each in layer if each["geometry"]}
        assert {identity: each["deadline_state"] for identity, each in drawn.items()} == {
            identity: each["deadline_state"] for identity, each in placed.items()}
        total = service.get(f"/api/statistics?group=kind&at={moment}").json()
        assert sum(row["works"] for row in total["rows"]) == len(expected)
        overdue = [each for each in layer if each["properties"]["deadline_state"] == "overdue"]
        assert sum(row["overdue"] for row in total["rows"]) == len(overdue)
        incidents = service.get(f"/api/hotspots?near=schools&within=300&at={moment}").json()
        command = json.loads(worksmap("hotspots", "--near", "schools", "--within", "300", "--at", moment, "--format", "geojson",
                                      "--database", demo_database).stdout)
        assert incidents["features"] == command["features"]
        page = service.get(f"/works?at={moment}&lang=ru").text
        assert "Как было на" in page and f"Найдено: {len(expected)}" in page.replace("\u00a0", " ")


def middle_tile(service, zoom):
    """Column and row of the tile in the middle of the works."""
    west, south, east, north = service.get("/tiles/works.json").json()["bounds"]
    scale = 2**zoom
    x = int(((west + east) / 2 + 180) / 360 * scale)
    y = int((1 - math.asinh(math.tan(math.radians((south + north) / 2))) / math.pi) / 2 * scale)
    return x, y


@pytest.mark.parametrize("zoom", [11, 13, 15])
def test_tiles_of_the_present_moment_are_those_of_now_side_by_side(service, zoom):
    now = rfc(datetime.datetime.now(datetime.timezone.utc))
    x, y = middle_tile(service, zoom)
    drawn = set()
    for column in range(x - 1, x + 2):
        for row in range(y - 1, y + 2):
            of_now, of_then = (service.get(f"/tiles/works/{zoom}/{column}/{row}.png{query}").content for query in ("", f"?at={now}"))
            assert of_now == of_then, (zoom, column, row)
            drawn.add(of_now)
    assert len(drawn) > 1


def test_tiles_of_a_moment_are_kept(service, demo_database):
    moment = moments_of(demo_database, 1)[0]
    x, y = middle_tile(service, 13)
    first = service.get(f"/tiles/works/13/{x}/{y}.png?at={moment}")
    again = service.get(f"/tiles/works/13/{x}/{y}.png?at={moment}")
    assert first.status_code == 200 and first.content == again.content and first.headers["ETag"] == again.headers["ETag"]
    assert "max-age" in first.headers["Cache-Control"]
    assert service.get(f"/tiles/works/13/{x}/{y}.png?at={moment}", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    basemap = [service.get(f"/tiles/basemap/13/{x}/{y}.png{query}").content for query in ("", f"?at={moment}")]
    assert basemap[0] == basemap[1]


def test_bad_moments_are_refused_and_odd_ones_answered(service, demo_database, worksmap):
    for bad in ("", "yesterday", "2026-02-30", "2026-10-25T02:30:00", "90d", "2026-01-01/2026-02-01", "99999-01-01T00:00:00Z"):
        for address in ("/geojson/works.geojson", "/ogc/collections/works/items", "/tiles/works/12/2600/1300.png",
                        "/tiles/works/12/2600/1300.mvt", "/api/statistics?group=kind", "/api/hotspots?near=schools&within=300", "/works?q=a"):
            answer = service.get(address + ("&" if "?" in address else "?") + f"at={bad}")
            if bad == "" and address.startswith("/works"):
                continue
            assert answer.status_code == 400 and "at" in answer.json()["detail"], (address, bad, answer.text[:300])
    assert service.get("/geojson/works.geojson?at=1970-01-01").json()["features"] == []
    assert service.get("/api/statistics?group=kind&at=1970-01-01").json()["rows"] == []
    later = service.get("/geojson/works.geojson?at=2200-01-01").json()["features"]
    now = service.get("/geojson/works.geojson").json()["features"]
    assert [facts_of(each) for each in later] == [facts_of(each) for each in now]
    assert not any(each["properties"]["deadline_state"] in ("on_time", "due_soon") for each in later)
    twice = worksmap("work", "list", "--at", "2026-01-01", "--where", "at=2026-01-01", "--database", demo_database, check=False)
    assert twice.returncode == 64 and "--at" in twice.stderr
    identity = now[0]["id"]
    unknown = worksmap("work", "show", identity, "--at", "1970-01-01", "--database", demo_database, check=False)
    assert unknown.returncode == 1 and "known" in unknown.stderr
    assert service.get(f"/works/{identity}?at=1970-01-01").status_code == 404


# MARK: Lists that cities published

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def utc(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(datetime.timezone.utc).replace(microsecond=0)


def rfc(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def karlsruhe(folder):
    for file in sorted((folder / "karlsruhe-works").glob("baustellen_*.geojson.gz")):
        content = json.loads(gzip.decompress(file.read_bytes()))
        yield file, rfc(utc(content["stand"])), {
            each["properties"]["id"]: rfc(datetime.datetime.combine(
                datetime.date.fromisoformat(each["properties"]["bis"]), datetime.time(23, 59, 59), BERLIN))
            for each in content["features"]}


def kentucky(folder):
    for file in sorted((folder / "outages-kentucky").glob("snapshot_*.json.gz")):
        moment = datetime.datetime.strptime(file.name.split("_")[1].split(".")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        entries = json.loads(gzip.decompress(file.read_bytes()))
        yield file, rfc(moment), {
            str(each["id"]): None if each.get("etr") in (None, "", "ETR-NULL", "ETR-EXP") else rfc(utc(each["etr"]))
            for each in entries if not each.get("cluster")}


@pytest.mark.parametrize("lists, layer, mapping", [(karlsruhe, "road_repairs", "karlsruhe"), (kentucky, "outages", "kentucky-outages")])
def test_at_the_time_of_each_list_the_map_shows_that_list(worksmap, real_data, tmp_path, lists, layer, mapping):
    lists = list(lists(real_data))
    database = tmp_path / "city.sqlite"
    worksmap("init", "--database", database)
    worksmap("import", *(file for file, _, _ in lists), "--as", layer, "--mapping", mapping, "--database", database, check=False)
    service = Service(database)
    try:
        for _, moment, expected in lists:
            features = service.get(f"/geojson/{layer}.geojson?at={moment}&open=true").json()["features"]
            assert {each["properties"]["source_id"]: each["properties"]["due_at"] for each in features} == expected, moment
            placed = {each["id"] for each in features if each["geometry"]}
            assert set(tiled(service.get, 9, f"at={moment}&open=true", layer)) <= placed
            assert service.get(f"/ogc/collections/{layer}/items?at={moment}&open=true&limit=1").json()["numberMatched"] == len(expected)
    finally:
        service.stop()


def cache_figures(service):
    lines = [line.split() for line in service.get("/metrics").text.splitlines() if line.startswith("worksmap_tile_cache_")]
    return {parts[0]: float(parts[1]) for parts in lines if len(parts) == 2}


def test_a_kept_tile_of_a_moment_ends_only_by_an_entry_of_before_it(worksmap, tmp_path):
    database = tmp_path / "city.sqlite"
    worksmap("init", "--database", database)

    def list_of(observed, status):
        row = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [50, 53]}, "properties": {
            "kind": "hazard", "category": "pothole", "title": "A", "source_id": "1", "status": status,
            "reported_at": "2026-01-01T00:00:00Z", "due_at": "2026-06-01T00:00:00Z"}}
        file = tmp_path / f"{observed[:10]}-{status}.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}))
        worksmap("import", file, "--as", "hazards", "--source", "list", "--observed-at", observed, "--database", database)

    list_of("2026-01-02T00:00:00Z", "reported")
    scale = 2**12
    x = int((50 + 180) / 360 * scale)
    y = int((1 - math.asinh(math.tan(math.radians(53))) / math.pi) / 2 * scale)
    tile = f"/tiles/works/12/{x}/{y}.mvt?at=2026-03-01T00:00:00Z"
    service = Service(database)

    def seen():
        answer = service.get(tile)
        features = mapbox_vector_tile.decode(answer.content)["works"]["features"]
        return answer.headers["ETag"], [each["properties"]["status"] for each in features]

    def present():
        return service.get(tile.split("?")[0]).content

    try:
        first = seen()
        assert first[1] == ["reported"]
        before = present()
        # Said after the moment: the present changes, the tile of the moment is the one that was kept.
        list_of("2026-04-01T00:00:00Z", "in_progress")
        eventually("the change on the map", lambda: present() != before, within=30)
        assert seen() == first
        figures = cache_figures(service)
        assert seen() == first
        after = cache_figures(service)
        hits = next(name for name in after if "hits" in name)
        assert after[hits] == figures[hits] + 1
        # Said before it, and written down now.
        identity = service.get("/geojson/works.geojson").json()["features"][0]["id"]
        list_of_earlier = service.get(f"/geojson/works.geojson?at=2026-04-02T00:00:00Z").json()["features"]
        assert list_of_earlier[0]["properties"]["status"] == "in_progress"
        worksmap("work", "set-status", identity, "done", "--ended", "2026-02-01T00:00:00Z", "--reason", "seen", "--confirm",
                 "--database", database)
        eventually("the tile of the moment", lambda: seen()[1] == ["done"], within=30)
        # What is hidden is hidden at every moment.
        worksmap("work", "hide", identity, "--reason", "private", "--database", database)
        eventually("the work to be gone", lambda: "works" not in mapbox_vector_tile.decode(service.get(tile).content), within=30)
        assert service.get("/geojson/works.geojson?at=2026-03-01T00:00:00Z").json()["features"] == []
    finally:
        service.stop()
