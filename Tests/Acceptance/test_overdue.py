"""Whether a work is overdue is decided by one rule: lists, files, statistics, vector tiles and the plain SQL of the rule agree, at any moment."""
import datetime
import json
import math
import random
import sqlite3

import mapbox_vector_tile

# What is due is late from the second after it, unless it is done or rejected (a text of fixed width sorts as the times do).
RULE = "status IN ('reported', 'accepted', 'in_progress') AND due_at < ?"


def moments(database, count):
    """Moments at random, and the very second of a deadline with the ones before and after it."""
    generator = random.Random(7)
    dues = [row[0] for row in sqlite3.connect(database).execute(
        "SELECT due_at FROM works WHERE status IN ('reported', 'accepted', 'in_progress') AND due_at IS NOT NULL ORDER BY fid")]
    for due in generator.sample(dues, count):
        instant = datetime.datetime.fromisoformat(due.replace("Z", "+00:00"))
        for seconds in (-1, 0, 1, generator.randrange(-10**7, 10**7)):
            yield (instant + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def overdue_as_known(database, at):
    """Ids of the works that were late at a moment by what was known then: the last word of the ledger on status and deadline."""
    known = {}
    for number, said, field, value in sqlite3.connect(database).execute(
            "SELECT id, at, field, new_value FROM ledger JOIN works ON works.fid = work ORDER BY ledger.fid"):
        if said <= at and field in ("registered", "status", "due_at"):
            known.setdefault(number, {})["status" if field == "registered" else field] = value
    return {identity for identity, work in known.items()
            if work.get("status") in ("reported", "accepted", "in_progress") and (work.get("due_at") or "~") < at}


def ids(document):
    return {feature["id"] for feature in document["features"]}


def test_files_filters_and_statistics_agree_with_the_rule_at_any_moment(worksmap, demo_database):
    seen = set()
    for at in moments(demo_database, 5):
        ruled = overdue_as_known(demo_database, at)
        filtered = json.loads(worksmap(
            "export", "works", "--database", demo_database, "--at", at, "--where", "deadline_state=overdue").stdout)
        assert ids(filtered) == ruled, at
        assert all(feature["properties"]["deadline_state"] == "overdue" for feature in filtered["features"])
        open_ones = json.loads(worksmap(
            "export", "works", "--database", demo_database, "--at", at, "--where", "open=true").stdout)
        assert {f["id"] for f in open_ones["features"] if f["properties"]["deadline_state"] == "overdue"} == ruled
        report = json.loads(worksmap(
            "report", "deadlines", "--database", demo_database, "--at", at, "--format", "json").stdout)
        assert sum(row["overdue"] for row in report["rows"]) == len(ruled), at
        seen.add(len(ruled))
    assert len(seen) > 10


def test_the_service_says_the_same_in_tiles_features_and_statistics(service, demo_database):
    zoom = 14

    def everywhere():
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        ruled = {row[0] for row in sqlite3.connect(demo_database).execute(
            f"SELECT id FROM works WHERE {RULE} AND geom IS NOT NULL", (now,))}
        items = service.get("/ogc/collections/works/items?deadline_state=overdue&limit=10000").json()
        statistics = service.get("/api/statistics?group=month").json()
        west, south, east, north = service.get("/tiles/works.json").json()["bounds"]
        tiled = set()
        scale = 2**zoom
        row = lambda latitude: int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * scale)
        for x in range(int((west + 180) / 360 * scale), int((east + 180) / 360 * scale) + 1):
            for y in range(row(north), row(south) + 1):
                tile = service.get(f"/tiles/works/{zoom}/{x}/{y}.mvt?deadline_state=overdue").content
                for feature in mapbox_vector_tile.decode(tile).get("works", {"features": []})["features"]:
                    assert feature["properties"]["deadline_state"] == "overdue"
                    tiled.add(feature["properties"]["id"])
        return ruled, ids(items), sum(each["overdue"] for each in statistics["rows"]), tiled

    ruled, items, counted, tiled = everywhere()
    assert items == ruled == tiled and counted == len(ruled) > 20
