"""Reports on promises, with right values that are worked out here: by hand, in exact arithmetic, or by reading the ledger independently."""
import csv
import datetime
import io
import json
import sqlite3
from fractions import Fraction

import pytest

from conftest import run

COLUMNS = ["source_id", "kind", "category", "status", "severity", "contractor", "reported_at", "due_at", "original_due_at", "completed_at",
           "longitude", "latitude"]
START = datetime.datetime(2026, 1, 1)


def iso(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def day(number):
    return iso(START + datetime.timedelta(days=number))


def work(name, **values):
    return {"source_id": name, "kind": "road_repair", "category": "pothole", "status": "done", "severity": "minor", "contractor": "X",
            "reported_at": day(0), "longitude": 10, "latitude": 50, **values}


def write(path, rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="raise")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue())
    return path


class City:
    def __init__(self, folder, zone=None):
        self.folder, self.database = folder, folder / "city.sqlite"
        run("init", "--database", self.database)
        if zone:
            with sqlite3.connect(self.database) as file:
                file.execute("INSERT OR REPLACE INTO notes VALUES ('time_zone', ?)", (zone,))

    def take(self, rows, layer="road_repairs", source="list"):
        file = write(self.folder / "works.csv", rows)
        return run("import", file, "--as", layer, "--source", source, "--database", self.database)

    def report(self, group="contractors", *options):
        return json.loads(run("report", group, *options, "--format", "json", "--database", self.database).stdout)

    def row(self, name, group="contractors", *options):
        return next((row for row in self.report(group, *options)["rows"] if row["name"] == name), None)


@pytest.fixture
def city(tmp_path):
    return City(tmp_path)


# MARK: Shares

def test_first_promises_count_and_few_decided_works_rank_nobody(city):
    rows = [work(f"A{i}", contractor="Mover", original_due_at=day(10), due_at=day(80), completed_at=day(70)) for i in range(20)]
    rows += [work(f"B{i}", contractor="Keeper", due_at=day(10), completed_at=day(9 if i < 18 else 11)) for i in range(20)]
    rows += [work("C0", contractor="Newcomer", due_at=day(10), completed_at=day(11))]
    rows += [work(f"C{i}", contractor="Newcomer", status="accepted", due_at="2036-01-01T00:00:00Z") for i in range(1, 10)]
    rows += [work(f"D{i}", contractor="Awful", due_at=day(10), completed_at=day(40 if i < 600 else 5)) for i in range(1000)]
    city.take(rows)
    mover, keeper, newcomer, awful = (city.row(name) for name in ("Mover", "Keeper", "Newcomer", "Awful"))
    assert [row["name"] for row in city.report()["rows"] if row["ranked"]] == ["Awful", "Keeper", "Mover"]
    assert (newcomer["decided"], newcomer["ranked"]) == (1, False)
    assert (mover["share_met"], mover["share_met_first"], mover["decided_first"]) == (1, 0, 20)
    # The list states both deadlines at once and not when the first was moved: nobody is called late on a guess.
    assert mover["moved_late"] == 0 and mover["days_added"] == 20 * 70
    assert keeper["share_met"] == keeper["share_met_first"] == 0.9
    assert awful["share_missed"] == 0.6


def test_shares_are_of_works_whose_deadline_has_come(city):
    rows = [work(str(i), contractor="Early", due_at="2026-12-01T00:00:00Z", reported_at="2026-11-01T00:00:00Z",
                 **({"completed_at": "2026-11-25T00:00:00Z"} if i < 12 else {"status": "accepted"})) for i in range(100)]
    city.take(rows)
    before, after = (city.row("Early", "contractors", "--at", at) for at in ("2026-11-30", "2026-12-02"))
    assert (before["share_met"], before["decided"], before["ranked"]) == (None, 0, False)
    assert (after["share_met"], after["decided"], after["ranked"]) == (0.12, 100, True)


def test_a_later_list_cannot_turn_missed_into_kept(city):
    rows = [work("late-done", due_at=day(9), completed_at=day(19)), work("overdue", status="accepted", due_at=day(9))]
    city.take(rows)
    assert city.row("X")["share_met"] == 0
    for row in rows:
        row["due_at"] = "2036-12-31T00:00:00Z"
    city.take(rows)
    row = city.row("X")
    assert (row["met"], row["missed"], row["moved_late"], row["moved_late_open"]) == (0, 1, 2, 1)
    assert (row["share_met"], row["share_met_first"], row["decided_first"]) == (0, 0, 2)
    works = {feature["properties"]["source_id"]: feature["properties"] for feature in json.loads(
        run("export", "works", "--where", "moved_late=true", "--database", city.database).stdout)["features"]}
    assert {name: (is_["deadline_state"], is_["passed_due_at"]) for name, is_ in works.items()} == {
        "late-done": ("missed", day(9)), "overdue": ("on_time", day(9))}
    assert json.loads(run("export", "works", "--where", "moved_late=false", "--database", city.database).stdout)["features"] == []
    # Withdrawn and promised anew is moved too.
    city.take([work("again", status="accepted", due_at=day(9), contractor="Y")], source="second")
    assert run("check", "--database", city.database).returncode == 0


def test_what_ends_before_it_begins_or_without_a_time_is_counted(city):
    city.take([work("a", due_at=day(9), reported_at=day(5), completed_at=day(3)), work("b", due_at=day(9)),
               work("c", due_at=day(9), completed_at=day(4))])
    report = city.report()
    assert report["left_out"]["ended_before_begun"] == 1 and report["left_out"]["done_without_time"] == 1
    table = run("report", "contractors", "--database", city.database).stdout
    assert "1 works ended before they began" in table and "1 works are done without a time" in table
    page = run("report", "contractors", "--format", "html", "--database", city.database).stdout
    assert "1 works ended before they began" in page


def test_a_source_that_never_reports_an_end_is_named_and_ranks_nobody(city):
    city.take([work(str(i), status="accepted", due_at=day(5), contractor="Silent") for i in range(30)], source="mute")
    city.take([work(str(i), due_at=day(5), completed_at=day(4), contractor="Silent") for i in range(3)], source="speaking")
    report = city.report()
    assert report["silent_sources"] == [{"name": "mute", "works": 30}]
    assert report["rows"][0]["ranked"] is False and report["rows"][0]["decided"] == 3
    assert "The source mute never reports an end" in run("report", "contractors", "--database", city.database).stdout


# MARK: As known then

def test_a_report_of_a_moment_knows_what_was_known_then(city):
    city.take([work("1", due_at=day(9), completed_at=day(19)),
               work("2", status="accepted", reported_at="2026-03-01T00:00:00Z", due_at="2026-03-10T00:00:00Z")])
    row = city.row("X", "contractors", "--at", "2026-01-15")
    assert (row["works"], row["open"], row["overdue"], row["missed"], row["median_days"]) == (1, 1, 1, 0, None)
    assert city.report("contractors", "--at", "2025-12-31")["rows"] == []


def as_of(database, moment):
    """Each work's status and deadline at a moment, read from the ledger alone: the last word that holds then."""
    works = {}
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as file:
        for number, at, field, value in file.execute("SELECT work, at, field, new_value FROM ledger ORDER BY fid"):
            is_ = works.setdefault(number, {})
            if at <= moment and field in ("registered", "status", "due_at"):
                is_["status" if field == "registered" else field] = value
    return {number: is_ for number, is_ in works.items() if "status" in is_}


def test_the_report_of_any_moment_agrees_with_an_independent_reading_of_the_ledger(demo_database):
    with sqlite3.connect(f"file:{demo_database}?mode=ro", uri=True) as file:
        moments = [row[0] for row in file.execute("SELECT at FROM ledger WHERE fid % 997 = 3 ORDER BY at LIMIT 6")]
        newest = file.execute("SELECT max(at) FROM ledger").fetchone()[0]
    for moment in [*moments, newest]:
        works = as_of(demo_database, moment)
        total = json.loads(run("report", "deadlines", "--at", moment, "--format", "json", "--database", demo_database).stdout)["total"]
        still = [is_ for is_ in works.values() if is_["status"] in ("reported", "accepted", "in_progress")]
        assert (total["works"], total["open"]) == (len(works), len(still)), moment
        assert total["overdue"] == sum(1 for is_ in still if is_.get("due_at") and is_["due_at"] < moment), moment


def test_moved_late_is_what_the_ledger_says(demo_database):
    with sqlite3.connect(f"file:{demo_database}?mode=ro", uri=True) as file:
        late = {row[0] for row in file.execute(
            "SELECT DISTINCT id FROM works JOIN ledger ON ledger.work = works.fid WHERE field = 'due_at' AND old_value IS NOT NULL "
            "AND ledger.revision > 1 AND at > old_value")}
        changed = file.execute("SELECT count(*) FROM works WHERE due_changes > 0").fetchone()[0]
    exported = json.loads(run("export", "works", "--where", "moved_late=true", "--database", demo_database).stdout)["features"]
    assert {feature["id"] for feature in exported} == late and changed > 0
    assert all(feature["properties"]["moved_late"] is True for feature in exported)
    total = json.loads(run("report", "deadlines", "--format", "json", "--database", demo_database).stdout)["total"]
    assert total["moved_late"] == len(late)


# MARK: The city's calendar

def test_dates_are_days_of_the_citys_clock(tmp_path):
    city = City(tmp_path, "America/New_York")
    hazard = lambda name, at: {"source_id": name, "kind": "hazard", "category": "noise", "status": "accepted", "severity": "minor",
                               "reported_at": at, "longitude": -71.06, "latitude": 42.36}
    city.take([hazard("jan31", "2015-02-01T04:30:00Z"), hazard("jun30", "2015-06-30T16:00:00Z"), hazard("may31", "2015-06-01T01:30:00Z"),
               hazard("jul1", "2015-07-01T00:00:00Z")], layer="hazards")
    june = city.report("months", "--since", "2015-06-01", "--until", "2015-06-30")
    # 00:00 UTC of 1 July is 20:00 of 30 June in New York.
    assert [(row["name"], row["works"]) for row in june["rows"]] == [("2015-06", 2)]
    assert [row["name"] for row in city.report("months")["rows"]] == ["2015-01", "2015-05", "2015-06"]
    # Neighbouring periods share nothing and miss nothing.
    parts = [city.report("months", "--since", since, "--until", until)["total"]["works"] for since, until in
             (("2015-01-01", "2015-05-31"), ("2015-06-01", "2015-06-30"), ("2015-07-01", "2015-12-31"))]
    assert parts == [2, 2, 0]
    parts = [city.report("months", "--since", since, "--until", until)["total"]["works"] for since, until in
             (("2015-06-01T00:00:00Z", "2015-07-01T00:00:00Z"), ("2015-07-01T00:00:00Z", "2015-08-01T00:00:00Z"))]
    assert parts == [2, 1]
    schools = tmp_path / "schools.csv"
    schools.write_text("source_id,name,longitude,latitude\n1,School,-71.06,42.36\n")
    run("import", schools, "--as", "schools", "--database", city.database)

    def near(since, until):
        answer = json.loads(run("hotspots", "--near", "schools", "--within", "300", "--since", since, "--until", until,
                                "--format", "json", "--database", city.database).stdout)
        return answer["places"][0]["incidents"], answer["places"][0]["before"]
    assert near("2015-06-01T00:00:00Z", "2015-07-01T00:00:00Z")[0] == 2
    assert near("2015-07-01T00:00:00Z", "2015-08-01T00:00:00Z") == (1, 2)
    listed = json.loads(run("export", "works", "--where", "datetime=../2015-05-31", "--database", city.database).stdout)["features"]
    assert {feature["properties"]["source_id"] for feature in listed} == {"jan31", "may31"}


# MARK: Comparing fairly

def test_the_standardised_ratio_is_what_exact_arithmetic_makes_of_it(city):
    rows, cases = [], {("A", "easy"): (1, 20), ("A", "hard"): (3, 5), ("B", "easy"): (1, 5), ("B", "hard"): (12, 20)}
    for (contractor, category), (missed, count) in cases.items():
        rows += [work(f"{contractor}{category}{i}", contractor=contractor, category=category, due_at=day(10),
                      completed_at=day(20 if i < missed else 5)) for i in range(count)]
    city.take(rows)
    rate = {category: Fraction(sum(m for (_, c), (m, _) in cases.items() if c == category),
                               sum(n for (_, c), (_, n) in cases.items() if c == category)) for category in ("easy", "hard")}
    overall = Fraction(sum(m for m, _ in cases.values()), sum(n for _, n in cases.values()))
    for contractor in "AB":
        observed = sum(m for (who, _), (m, _) in cases.items() if who == contractor)
        expected = sum(rate[category] * n for (who, category), (_, n) in cases.items() if who == contractor)
        row = city.row(contractor)
        assert row["expected_missed"] == pytest.approx(float(expected), rel=1e-12)
        assert row["missed_ratio"] == pytest.approx(float(observed / expected), rel=1e-12)
        assert row["share_missed_adjusted"] == pytest.approx(float(observed / expected * overall), rel=1e-12)
        assert row["missed_ratio_low"] < row["missed_ratio"] < row["missed_ratio_high"]


def test_spellings_of_one_contractor_are_suggested_and_joined_by_the_citys_table(city):
    names = ["ООО «Ромашка»", "Ромашка ООО", "ромашка, ооо"]
    city.take([work(str(i), contractor=names[i % 3], due_at=day(10), completed_at=day(9)) for i in range(30)])
    report = city.report()
    assert report["likely_twins"] == [sorted(names)] and len(report["rows"]) == 3
    (city.folder / "city.city" / "names.yaml").write_text('names:\n  "ООО «Ромашка»": ["Ромашка ООО", "ромашка, ооо"]\n')
    report = city.report()
    assert [(row["name"], row["works"]) for row in report["rows"]] == [(names[0], 30)] and report["likely_twins"] == []
    (city.folder / "city.city" / "names.yaml").write_text("names: [1, 2]\n")
    answer = run("report", "contractors", "--database", city.database, check=False)
    assert answer.returncode == 1 and "names.yaml: names: wants a list" in answer.stderr


# MARK: The terminal

def test_what_matters_stays_in_a_narrow_terminal_and_rows_sort_by_any_column(city, monkeypatch):
    city.take([work(f"{who}{i}", contractor=f"Contractor {who}", due_at=day(10), completed_at=day(20 if i < missed else 5))
               for who, missed, count in (("A", 5, 10), ("B", 1, 30)) for i in range(count)])
    monkeypatch.setenv("COLUMNS", "50")
    table = run("report", "contractors", "--database", city.database).stdout
    assert max(map(len, table.splitlines())) <= 50
    assert "24–76" in table and "50.0" in table
    by_works = city.report("contractors", "--sort", "works")["rows"]
    assert [row["name"] for row in by_works] == ["Contractor B", "Contractor A"]
    for wrong in (["--sort", "trend"], ["--sort", "colour"], ["--since", "soon"], ["--where", "colour=red"]):
        answer = run("report", "contractors", *wrong, "--database", city.database, check=False)
        assert answer.returncode == 64 and "worksmap report" in answer.stderr, wrong


def test_a_deadline_may_be_a_date(tmp_path):
    city = City(tmp_path, "Europe/Moscow")
    city.take([work("1", status="accepted", due_at="2027-01-10T00:00:00Z")])
    number = json.loads(run("work", "list", "--format", "json", "--database", city.database).stdout)["features"][0]["id"]
    run("work", "set-deadline", number, "2027-02-01", "--reason", "frost", "--confirm", "--database", city.database)
    shown = json.loads(run("work", "show", number, "--database", city.database).stdout)
    assert shown["properties"]["due_at"] == "2027-02-01T20:59:59Z" and shown["properties"]["moved_late"] is False
