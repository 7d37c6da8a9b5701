"""Series of lists that two cities published, read by nothing of ours: what moved in the raw files is what the ledger holds, and nothing else."""
import csv
import datetime
import gzip
import json
import sqlite3
import zoneinfo

import pytest

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def ledger(database):
    """The moves of each work of the database: pairs of RFC 3339 texts, oldest first."""
    rows = sqlite3.connect(database).execute(
        "SELECT source_id, old_value, new_value FROM ledger JOIN works ON works.fid = ledger.work "
        "WHERE field = 'due_at' AND old_value IS NOT NULL AND new_value IS NOT NULL ORDER BY ledger.fid")
    moves = {}
    for source_id, before, after in rows:
        moves.setdefault(source_id, []).append((before, after))
    return moves


def moves_of(lists):
    """What moved from list to list, for each id: pairs of the deadlines before and after. One that was withdrawn in between did not move."""
    known, moves = {}, {}
    for entries in lists:
        for identity, due in entries:
            before = known.get(identity)
            if None not in (before, due) and before != due:
                moves.setdefault(identity, []).append((before, due))
            known[identity] = due
    return moves


def text(instant):
    return instant.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def end_of_day(day):
    """The last second of a day by Karlsruhe's clocks is the midnight after it, or the second before."""
    return datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(23, 59, 59), BERLIN)


def test_every_move_of_karlsruhes_lists_is_in_the_ledger_and_none_is_invented(worksmap, real_data, tmp_path):
    files = sorted((real_data / "karlsruhe-works").glob("baustellen_*.geojson.gz"))
    assert len(files) == 5
    database = tmp_path / "karlsruhe.sqlite"
    worksmap("init", "--database", database)
    worksmap("import", *files, "--as", "road_repairs", "--mapping", "karlsruhe", "--database", database)

    lists = []
    for file in files:
        features = json.loads(gzip.decompress(file.read_bytes()))["features"]
        lists.append([(each["properties"]["id"], each["properties"]["bis"]) for each in features])
    expected = {identity: [(end_of_day(a), end_of_day(b)) for a, b in pairs] for identity, pairs in moves_of(lists).items()}
    found = ledger(database)
    assert sum(map(len, expected.values())) > 10
    assert found == {identity: [(text(a), text(b)) for a, b in pairs] for identity, pairs in expected.items()}
    counts = dict(sqlite3.connect(database).execute("SELECT source_id, due_changes FROM works WHERE due_changes > 0"))
    assert counts == {identity: len(pairs) for identity, pairs in expected.items()}


def test_every_move_of_kentuckys_snapshots_is_in_the_ledger_and_none_is_invented(worksmap, real_data, tmp_path):
    files = sorted((real_data / "outages-kentucky").glob("snapshot_*.json.gz"))
    assert len(files) == 9
    database = tmp_path / "kentucky.sqlite"
    worksmap("init", "--database", database)
    worksmap("import", *files, "--as", "outages", "--mapping", "kentucky-outages", "--database", database, check=False)

    lists = []
    for file in files:
        entries = json.loads(gzip.decompress(file.read_bytes()))
        open_ones = [each for each in entries if not each.get("cluster")]
        lists.append([(str(each["id"]), instant(each.get("etr"))) for each in open_ones])
    expected = moves_of(lists)
    assert ledger(database) == {
        identity: [(text(a), text(b)) for a, b in pairs] for identity, pairs in expected.items()}


def instant(value):
    if value in (None, "", "ETR-NULL", "ETR-EXP"):
        return None
    return datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))


# MARK: What left a list, and what came back

def closings(lists):
    """For each id the times of the lists on which it is missing after it was there, and whether it is on the last one."""
    gone, open_ones = {}, set()
    for moment, ids in lists:
        for identity in open_ones - ids:
            gone.setdefault(identity, []).append(moment)
        open_ones = set(ids)
    return gone, open_ones


def closed_in(database):
    """For each work the times of the lists that closed it, as the ledger and the work have them, and the works that are open."""
    connection = sqlite3.connect(database)
    reason = "no longer on the source's list"
    rows = connection.execute(
        "SELECT source_id, at FROM ledger JOIN works ON works.fid = ledger.work WHERE field = 'status' AND new_value = 'done' AND reason = ? "
        "ORDER BY ledger.fid", [reason])
    found = {}
    for source_id, at in rows:
        found.setdefault(source_id, []).append(at)
    open_ones = {row[0] for row in connection.execute("SELECT source_id FROM works WHERE status NOT IN ('done', 'rejected')")}
    return found, open_ones


def check_closings(database, lists):
    """Closings and open works are those of the raw lists; an end lies after the last list that had the work and not after the first without it."""
    gone, open_ones = closings(lists)
    found, still_open = closed_in(database)
    assert still_open == open_ones
    assert {identity: len(times) for identity, times in found.items()} == {identity: len(times) for identity, times in gone.items()}
    before = {moment: earlier for (earlier, _), (moment, _) in zip(lists, lists[1:])}
    for identity, times in gone.items():
        for at, moment in zip(found[identity], times):
            assert text(before[moment]) <= at <= text(moment), identity
    known = sqlite3.connect(database).execute("SELECT count(*) FROM works").fetchone()[0]
    assert known == len(set().union(*(ids for _, ids in lists)))


def stamp(file):
    return datetime.datetime.strptime(file.name.split("_")[1].split(".")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)


def test_what_left_karlsruhes_lists_is_closed_and_nothing_else(worksmap, real_data, tmp_path):
    files = sorted((real_data / "karlsruhe-works").glob("baustellen_*.geojson.gz"))
    database = tmp_path / "karlsruhe.sqlite"
    worksmap("init", "--database", database)
    worksmap("import", *files, "--as", "road_repairs", "--mapping", "karlsruhe", "--database", database)
    lists = []
    for file in files:
        content = json.loads(gzip.decompress(file.read_bytes()))
        moment = datetime.datetime.fromisoformat(content["stand"].replace("Z", "+00:00")).replace(microsecond=0)
        lists.append((moment, {each["properties"]["id"] for each in content["features"]}))
    check_closings(database, lists)


def test_what_left_kentuckys_snapshots_is_closed_and_nothing_else(worksmap, real_data, tmp_path):
    files = sorted((real_data / "outages-kentucky").glob("snapshot_*.json.gz"))
    database = tmp_path / "kentucky.sqlite"
    worksmap("init", "--database", database)
    worksmap("import", *files, "--as", "outages", "--mapping", "kentucky-outages", "--database", database, check=False)
    lists = []
    for file in files:
        entries = json.loads(gzip.decompress(file.read_bytes()))
        lists.append((stamp(file), {str(each["id"]) for each in entries if not each.get("cluster")}))
    check_closings(database, lists)


def first_position(coordinates):
    while isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    return coordinates[:2]


def test_austins_storm_is_in_the_ledger_as_its_seventeen_lists_have_it(worksmap, real_data, tmp_path):
    """An outage has no name there: it is known by its start and the first position of its place, of several rows the first one counts.

    A group of outages that bears the name of an open one is passed over, and says that it is not gone.
    """
    files = sorted((real_data / "outages-austin").glob("outages_*.geojson.gz"))
    assert len(files) == 17
    database = tmp_path / "austin.sqlite"
    worksmap("init", "--database", database)
    report = json.loads(worksmap("import", *files, "--as", "outages", "--mapping", "austin-outages", "--format", "json", "--database", database,
                                 check=False).stdout)
    lists, deadlines, refused, open_before = [], [], [], set()
    for file in files:
        rows, groups, bad = {}, set(), 0
        for each in json.loads(gzip.decompress(file.read_bytes()))["features"]:
            described = each["properties"]["desc"]
            longitude, latitude = first_position(each["geometry"]["coordinates"])
            identity = (described["start_time"], round(longitude, 7), round(latitude, 7))
            if described.get("cluster"):
                groups.add(identity)
                continue
            if not (-99 <= longitude <= -96.5 and 29.5 <= latitude <= 31.2) or identity in rows:
                bad += 1
                continue
            rows.setdefault(identity, instant(described.get("etr")))
        refused.append(bad)
        open_before = set(rows) | open_before & groups
        lists.append((stamp(file), open_before))
        deadlines.append(list(rows.items()))
    assert [one["refused"] for one in report["files"]] == refused

    def key(source_id):
        start, place = source_id.split(" ", 1)
        longitude, latitude = (float(part) for part in place.replace(",", " ").split())
        return start, round(longitude, 7), round(latitude, 7)
    expected = moves_of(deadlines)
    found = {key(source_id): moves for source_id, moves in ledger(database).items()}
    assert found == {identity: [(text(a), text(b)) for a, b in pairs] for identity, pairs in expected.items()}
    gone, open_ones = closings(lists)
    assert len(gone) > 200
    times, still_open = closed_in(database)
    assert {key(each) for each in still_open} == open_ones
    assert {key(each): len(found) for each, found in times.items()} == {identity: len(found) for identity, found in gone.items()}


# MARK: A table of what is over

def test_kentuckys_table_has_the_first_and_the_last_promise_of_each_outage(worksmap, real_data, tmp_path):
    """Each fifth of 73 843 outages: what was promised first and last, when it was over, and whether that was kept."""
    with gzip.open(real_data / "outages-kentucky/outages_2023-01_to_2024-06.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))[::5]
    table = tmp_path / "outages.csv"
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    database = tmp_path / "table.sqlite"
    worksmap("init", "--database", database)
    report = json.loads(worksmap("import", table, "--as", "outages", "--mapping", "kentucky-outages", "--format", "json", "--database", database,
                                 check=False).stdout)["files"][0]
    west, south, east, north = -90.5, 35.5, -81.0, 40.0
    inside = [row for row in rows if west <= float(row["longitude"]) <= east and south <= float(row["latitude"]) <= north]
    assert (report["read"], report["inserted"], report["refused"]) == (len(rows), len(inside), len(rows) - len(inside))

    def moment(value):
        return None if (found := instant(value)) is None else text(found)
    expected = {}
    for row in inside:
        first, last = moment(row["etr_first"]), moment(row["etr_last"])
        # Where only one of the two is stated, it is both.
        expected[row["id"]] = (moment(row["start_time"]), first or last, last or first, moment(row["last_seen"]), "done")
    connection = sqlite3.connect(database)
    found = {row[0]: tuple(row[1:]) for row in connection.execute(
        "SELECT source_id, starts_at, original_due_at, due_at, completed_at, status FROM works")}
    assert found == expected
    moved = {identity: [(first, last)] for identity, (_, first, last, _, _) in expected.items() if first != last}
    assert len(moved) > 1000 and ledger(database) == moved
    statistics = json.loads(worksmap("report", "deadlines", "--format", "json", "--database", database).stdout)["total"]
    kept = sum(1 for _, _, due, end, _ in expected.values() if due and end <= due)
    assert (statistics["met"], statistics["missed"]) == (kept, sum(1 for _, _, due, _, _ in expected.values() if due) - kept)
