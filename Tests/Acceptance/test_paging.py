"""Paging by cursor through a real database while others write to it: by the command line in processes of their own, by staff and by residents over HTTP.

What should have been seen is worked out from the rows of the file, by conditions that are written here a second time.
"""
import json
import math
import random
import re
import sqlite3
import struct
import threading

import pytest
import requests

from conftest import ROOT, Service, copy_city, run

BOX = (44.2, 56.2, 44.6, 56.6)
FAR_BOX = (179.5, -1.0, -179.5, 1.0)
WORKS, SCHOOLS = 480, 60


# MARK: A city

def place(source):
    """A point on a grid whose lines stay away from the edges of the boxes, now and then none, and some near the 180th meridian."""
    if source.random() < 0.1:
        return None
    if source.random() < 0.1:
        return {"type": "Point", "coordinates": [source.choice([179.75, -179.75, 179.25]), source.choice([0.25, -0.25])]}
    return {"type": "Point", "coordinates": [44.05 + 0.1 * source.randrange(10), 56.05 + 0.1 * source.randrange(10)]}


def feature(source, number):
    start = f"2026-{source.randrange(1, 7):02}-01T00:00:00Z"
    return {"type": "Feature", "geometry": place(source), "properties": {
        "source_id": f"w{number}", "category": "pothole", "title": source.choice(["old bridge", "Мост", "a hole"]),
        "status": source.choice(["reported", "accepted", "in_progress", "done"]), "severity": source.choice(["minor", "severe"]),
        "starts_at": source.choice([start, None]), "due_at": source.choice([start.replace("2026", "2027"), start.replace("2026", "2025"), None])}}


def collection(path, features):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A database with works of all kinds, as many files, and schools."""
    folder, source = tmp_path_factory.mktemp("paging"), random.Random(4)
    database = folder / "city.sqlite"
    run("init", "--database", database)
    # The kinds come by turns, as years of imports leave them: each lies in several parts of the table.
    for turn in range(2):
        for part, layer in enumerate(("road_repairs", "outages", "hazards")):
            first = (3 * turn + part) * WORKS // 6
            works = [feature(source, number) for number in range(first, first + WORKS // 6)]
            run("import", collection(folder / f"{turn}-{layer}.geojson", works), "--as", layer, "--source", layer, "--database", database)
    run("import", collection(folder / "schools.geojson", schools(source, 0, SCHOOLS)), "--as", "schools", "--source", "s", "--database", database)
    return database


def schools(source, first, last):
    return [{"type": "Feature", "id": f"s{number}", "geometry": place(source) or {"type": "Point", "coordinates": [44.35, 56.35]}, "properties": {"name": f"School {number}", "source_id": f"s{number}"}}
            for number in range(first, last)]


@pytest.fixture
def desk(city, tmp_path):
    """A service over a copy of the city, with a dispatcher's token."""
    database = tmp_path / "city.sqlite"
    copy_city(city, database)
    token = run("token", "create", "--role", "admin", "--name", "test", "--database", database).stdout.strip()
    service = Service(database, "--reports-per-minute", "0", "--rules", str(ROOT / "geodata/rules"))
    service.database, service.token = database, token
    yield service
    service.stop()


# MARK: What should be seen

def rows(database, table="works"):
    """All rows of a table as dictionaries, with the place where SpatiaLite's blob has its box."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as file:
        file.row_factory = sqlite3.Row
        found = [dict(row) for row in file.execute(f"SELECT * FROM {table}")]
    for row in found:
        row["place"] = row["geom"] and struct.unpack("<2d", row["geom"][6:22])
    return found


def inside(row, box):
    west, south, east, north = box
    if row["place"] is None:
        return True
    x, y = row["place"]
    return (west <= x <= east if west <= east else x >= west or x <= east) and south <= y <= north


def during(row, since, until):
    start, end = row["starts_at"] or row["reported_at"], None if is_open(row) else row["completed_at"] or row["updated_at"]
    return (start is None or start <= until) and (end is None or end >= since)


def is_open(row):
    return row["status"] not in ("done", "rejected")


def metres(box):
    def project(longitude, latitude):
        return 111319.49079327358 * longitude, math.log(math.tan(math.radians(45 + latitude / 2))) * 6378137
    return ",".join(f"{value:.3f}" for value in project(*box[:2]) + project(*box[2:]))


def written(box):
    return ",".join(map(str, box))


MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
# What is asked for, and the same condition over the rows of the file.
QUESTIONS = {
    "everything": ("works", {}, lambda row: True),
    "a box": ("works", {"bbox": written(BOX)}, lambda row: inside(row, BOX)),
    "a box over the 180th meridian": ("works", {"bbox": written(FAR_BOX)}, lambda row: inside(row, FAR_BOX)),
    "a box in metres": ("works", {"bbox": metres(BOX), "bbox-crs": MERCATOR, "crs": MERCATOR}, lambda row: inside(row, BOX)),
    "one kind": ("hazards", {}, lambda row: row["kind"] == "hazard"),
    "one kind in a box": ("outages", {"bbox": written(BOX)}, lambda row: row["kind"] == "outage" and inside(row, BOX)),
    "some statuses": ("works", {"status": "accepted,in_progress"}, lambda row: row["status"] in ("accepted", "in_progress")),
    "words": ("works", {"q": "мост"}, lambda row: row["title"] == "Мост"),
    "a period": ("works", {"datetime": "2026-03-01T00:00:00Z/2026-09-01T00:00:00Z"},
                 lambda row: during(row, "2026-03-01T00:00:00Z", "2026-09-01T00:00:00Z")),
    "a condition": ("works", {"filter": "severity = 'severe' AND due_at IS NOT NULL"}, lambda row: row["severity"] == "severe" and row["due_at"]),
    "a state of the deadline": ("works", {"deadline_state": "overdue"}, lambda row: is_open(row) and row["due_at"] and row["due_at"] < "2026-06"),
    "all of them together": (
        "works", {"bbox": written(BOX), "datetime": "2026-02-01T00:00:00Z/..", "open": "true", "filter": "title <> 'a hole'", "crs": MERCATOR},
        lambda row: inside(row, BOX) and during(row, "2026-02-01T00:00:00Z", "9999") and is_open(row) and row["title"] and row["title"] != "a hole"),
    "schools in a box": ("schools", {"bbox": written(BOX)}, lambda row: inside(row, BOX)),
}


class Walk:
    """Somebody who follows the next links, as they are, and what matched all the time, at some time, and now."""

    def __init__(self, service, name, limit):
        self.name, self.service = name, service
        layer, parameters, self.condition = QUESTIONS[name]
        self.table = "works" if layer != "schools" else layer
        self.next = requests.Request(
            "GET", f"{service.url}/ogc/collections/{layer}/items", params={**parameters, "limit": limit}).prepare().url
        self.seen, self.limit, self.pages = [], limit, 0
        self.always = self.ever = self.now = None
        self.look()

    def look(self):
        """Takes in what is in the file now."""
        self.now = {row["id"] for row in rows(self.service.database, self.table) if self.condition(row)}
        self.always = self.now if self.always is None else self.always & self.now
        self.ever = self.now if self.ever is None else self.ever | self.now

    def step(self):
        """One page further."""
        answer = requests.get(self.next, timeout=60)
        assert answer.status_code == 200, (self.name, answer.text)
        page = answer.json()
        found = [each["id"] for each in page["features"]]
        assert page["numberReturned"] == len(found) <= self.limit
        assert page["numberMatched"] == len(self.now), self.name
        assert set(found) <= self.now, self.name
        self.seen += found
        self.pages += 1
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        assert re.findall(r'<([^>]*)>; rel="next"', answer.headers["link"]) == following
        self.next = following[0] if following else None

    def judge(self):
        assert len(self.seen) == len(set(self.seen)), f"{self.name}: shown twice"
        assert self.always <= set(self.seen), f"{self.name}: {len(self.always - set(self.seen))} were skipped"
        assert set(self.seen) <= self.ever, self.name


# MARK: Others who write

class Writers:
    """Changes of every sort, each through a door that people have."""

    def __init__(self, service, folder, source):
        self.service, self.folder, self.source, self.count = service, folder, source, 0

    def change(self, target=None):
        """Changes something at random, or a certain work."""
        self.count += 1
        work = target or self.source.choice(rows(self.service.database))["id"]
        self.source.choice([self.patch, self.patch, self.report, self.command, self.imports])(work)

    def patch(self, work):
        """Staff, over HTTP."""
        address = f"{self.service.url}/api/works/{work}"
        tag = requests.get(address, timeout=60).headers["etag"]
        change = self.source.choice([
            {"severity": self.source.choice(["minor", "moderate", "severe"])}, {"due_at": "2026-03-15T00:00:00Z", "reason": "later", "confirm": True},
            {"status": self.source.choice(["accepted", "in_progress", "done", "rejected"]), "reason": "so it is", "confirm": True}])
        answer = requests.patch(address, json=change, headers={"If-Match": tag, "Authorization": f"Bearer {self.service.token}"}, timeout=60)
        assert answer.status_code in (200, 409, 422), answer.text

    def report(self, _):
        """A resident."""
        answer = requests.post(f"{self.service.url}/open311/v2/requests.json", timeout=60, data={
            "service_code": "pothole", "lat": 56.05 + 0.1 * self.source.randrange(10), "long": 44.05 + 0.1 * self.source.randrange(10),
            "description": "a hole"})
        assert answer.status_code in (200, 201), answer.text

    def command(self, work):
        """The command line, a process of its own."""
        done = run("work", "set-deadline", work, "2026-04-01T00:00:00Z", "--reason", "later", "--confirm", "--database", self.service.database, check=False)
        assert done.returncode in (0, 1), done.stderr

    def imports(self, _):
        """A further file of a source: works that change, move, lose their place, and new ones among them; or schools."""
        if self.source.random() < 0.3:
            first = self.source.randrange(SCHOOLS + self.count)
            file = collection(self.folder / "more.geojson", schools(self.source, first, first + 6))
            run("import", file, "--as", "schools", "--source", "s", "--database", self.service.database)
            return
        layer = self.source.choice(["road_repairs", "outages", "hazards"])
        numbers = [self.source.randrange(WORKS) for _ in range(4)] + [WORKS + self.count, WORKS + 1000 + self.count]
        file = collection(self.folder / "more.geojson", [feature(self.source, number) for number in dict.fromkeys(numbers)])
        run("import", file, "--as", layer, "--source", layer, "--database", self.service.database)


def test_whoever_follows_the_next_links_sees_every_feature_once_whatever_others_write_between_two_pages(desk, tmp_path):
    source = random.Random(44)
    walks = [Walk(desk, name, limit=source.choice([9, 13])) for name in QUESTIONS]
    writers = Writers(desk, tmp_path, source)
    waiting = list(walks)
    while waiting:
        for walk in waiting:
            walk.step()
        # What a page ends with, so that a cursor stands for it, is changed too.
        last = source.choice(waiting)
        writers.change(last.seen[-1] if last.seen and last.table == "works" else None)
        for walk in walks:
            walk.look()
        waiting = [walk for walk in waiting if walk.next]
        assert writers.count < 200, "a walk does not end"
    for walk in walks:
        walk.judge()
    assert max(walk.pages for walk in walks) > 30 and sum(len(walk.ever) - len(walk.always) for walk in walks) > 100


def test_a_walk_beside_writers_that_never_rest_ends_and_shows_what_stayed_once(desk, tmp_path):
    source = random.Random(45)
    touched = {row["id"] for row in rows(desk.database) if source.random() < 0.3}
    walks = [Walk(desk, name, limit=10) for name in ("everything", "a box", "some statuses", "one kind in a box", "all of them together")]
    ended = threading.Event()
    failures = []

    def write():
        writers = Writers(desk, tmp_path, random.Random(46))
        targets = sorted(touched)
        try:
            while not ended.is_set():
                writers.source.choice([writers.patch, writers.report, writers.command])(writers.source.choice(targets))
        except Exception as error:  # told by the test itself
            failures.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for walk in walks:
            while walk.next:
                page = requests.get(walk.next, timeout=60).json()
                walk.seen += [each["id"] for each in page["features"]]
                walk.pages += 1
                assert walk.pages < 200
                walk.next = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    finally:
        ended.set()
        writer.join()
    assert not failures
    for walk in walks:
        assert len(walk.seen) == len(set(walk.seen)), walk.name
        assert walk.always - touched <= set(walk.seen), walk.name


def test_a_cursor_goes_on_after_a_work_that_no_longer_matches(desk):
    address = f"{desk.url}/ogc/collections/works/items"
    parameters = {"status": "accepted", "limit": 5}
    first = requests.get(address, params=parameters, timeout=60).json()
    before = [each["id"] for each in first["features"]]
    following = next(link["href"] for link in first["links"] if link["rel"] == "next")
    expected = [each["id"] for each in requests.get(following, timeout=60).json()["features"]]
    for work in before:
        run("work", "set-status", work, "in_progress", "--database", desk.database)
    second = requests.get(following, timeout=60).json()
    assert [each["id"] for each in second["features"]] == expected
    assert second["numberMatched"] == first["numberMatched"] - 5


@pytest.mark.parametrize("parameters", [
    {}, {"bbox": written(BOX)}, {"status": "accepted"}, {"datetime": "2026-03-01T00:00:00Z/.."}, {"filter": "severity = 'severe'"}], ids=str)
def test_a_cursor_that_was_tampered_with_is_refused_in_words(service_of_the_city, parameters):
    address = f"{service_of_the_city.url}/ogc/collections/works/items"
    first = requests.get(address, params={**parameters, "limit": 3}, timeout=60).json()
    following = next(link["href"] for link in first["links"] if link["rel"] == "next")
    cursor = re.search(r"cursor=([^&]+)", following).group(1)
    assert requests.get(following, timeout=60).status_code == 200
    swapped = cursor[1:] + cursor[:1]
    changed = [cursor[:index] + ("0" if letter != "0" else "1") + cursor[index + 1:] for index, letter in enumerate(cursor)]
    for text in [*changed, cursor[:-1], cursor + "0", "0" + cursor, swapped, cursor.upper() if cursor.upper() != cursor else "A", f"{cursor} ",
                 f"-{cursor}", "", "0", "1", "zzzzzzzzzzzz", "99999999999999999999", "'; DROP TABLE works", "%00", "x" * 3000]:
        if text == cursor:
            continue
        answer = requests.get(address, params={**parameters, "limit": 3, "cursor": text}, timeout=60)
        assert answer.status_code == 400, text
        problem = answer.json()
        assert problem["parameter"] == "cursor" and "next link" in problem["detail"], text


@pytest.fixture(scope="module")
def service_of_the_city(city):
    service = Service(city)
    yield service
    service.stop()


def test_pages_of_every_question_put_together_are_what_the_file_has_in_its_order(service_of_the_city, city):
    service_of_the_city.database = city
    for name, (_, _, condition) in QUESTIONS.items():
        walk = Walk(service_of_the_city, name, limit=7)
        while walk.next:
            walk.step()
        assert walk.seen == [row["id"] for row in sorted(rows(city, walk.table), key=lambda row: row["fid"]) if condition(row)], name
