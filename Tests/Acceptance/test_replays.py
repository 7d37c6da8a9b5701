"""Series of lists that two cities published, read by nothing of ours: what moved in the raw files is what the ledger holds, and nothing else."""
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
