"""What a database survives: demo beside real data, restores over broken files, files that go away under a service."""
import hashlib
import os
import pathlib
import re
import stat
import subprocess

import pytest
import requests

from conftest import Service, bring_key, copy_city, eventually, run


@pytest.fixture
def city(demo_database, tmp_path):
    database = tmp_path / "city.sqlite"
    copy_city(demo_database, database)
    return database


def count(database):
    return len(run("export", "works", "--format", "geojsonl", "--database", database).stdout.splitlines())


def digest(path):
    """Of a file's bytes, which are too many to be compared by the test's report of a failure."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def content(database):
    """What is in the database, and which file it is."""
    rows = subprocess.run(["sqlite3", database, """SELECT count(*), sum(revision) FROM works; SELECT count(*) FROM ledger;
        SELECT count(*) FROM access_tokens; SELECT count(*) FROM pending_reports; SELECT * FROM notes"""],
        check=True, capture_output=True, text=True).stdout
    return database.stat().st_ino, rows


def age(database, days=2):
    """Makes a demo look as if it had been built some days ago."""
    subprocess.run(["sqlite3", database, f"UPDATE notes SET text = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-{days} days') "
                    "WHERE name = 'demo_built_at'"], check=True)


# MARK: The demo


def test_an_old_demo_that_nobody_touched_is_built_anew(city):
    age(city)
    before = city.stat().st_ino
    answer = run("demo", "--no-serve", "--database", city)
    assert "building the demo city" in answer.stderr and city.stat().st_ino != before


@pytest.mark.parametrize("what", ["import", "status", "token", "report"])
def test_a_demo_that_holds_more_is_never_built_anew(city, tmp_path, what):
    if what == "import":
        (tmp_path / "rows.csv").write_text("source_id,title,category,lon,lat\n1,A hole,pothole,50.1,53.2\n")
        run("import", tmp_path / "rows.csv", "--as", "hazards", "--source", "own", "--database", city)
    elif what == "status":
        work = run("export", "works", "--where", "status=accepted", "--format", "csv", "--database", city).stdout.splitlines()[1]
        run("work", "set-status", work.split(",")[0], "in_progress", "--database", city)
    elif what == "token":
        run("token", "create", "--role", "admin", "--name", "me", "--database", city)
    else:
        service = Service(city)
        bounds = [float(edge) for edge in service.get("/tiles/works.json").json()["bounds"]]
        place = {"lat": (bounds[1] + bounds[3]) / 2, "long": (bounds[0] + bounds[2]) / 2}
        answer = requests.post(f"{service.url}/open311/v2/requests.json", timeout=60,
                               data={"service_code": "pothole", "description": "Яма", **place})
        assert answer.status_code in (201, 202), answer.text
        service.stop()
    age(city)
    before = content(city)
    answer = run("demo", "--no-serve", "--database", city)
    assert "as it is" in answer.stderr and content(city) == before
    for options in (["--rebuild"], ["--seed", "2"]):
        refused = run("demo", "--no-serve", "--database", city, *options, check=False)
        assert refused.returncode == 1 and "that the demo did not make" in refused.stderr
        assert content(city) == before


def test_a_demo_is_not_built_anew_under_a_running_service(city):
    age(city)
    service = Service(city)
    eventually("readiness", lambda: service.get("/health/ready").status_code == 200)
    refused = run("demo", "--no-serve", "--database", city, check=False)
    assert refused.returncode == 1 and "another program has it open" in refused.stderr
    assert service.get("/health/ready").status_code == 200
    service.stop()
    run("demo", "--no-serve", "--database", city)


# MARK: Restore


@pytest.fixture(scope="module")
def backup(demo_database, tmp_path_factory):
    path = tmp_path_factory.mktemp("backup") / "backup.sqlite"
    run("backup", path, "--database", demo_database)
    bring_key(demo_database, path)
    assert stat.S_IMODE(path.stat().st_mode) & 0o027 == 0
    return path


@pytest.mark.parametrize("damage", ["empty", "cut off", "no head", "broken pages", "text"])
def test_a_restore_sets_a_damaged_file_aside_and_goes_on(city, backup, damage):
    whole = city.read_bytes()
    broken = {"empty": b"", "cut off": whole[:100_000], "no head": bytes(4096) + whole[4096:],
              "broken pages": whole[:4096] + os.urandom(len(whole) - 4096), "text": b"no database at all\n" * 100}[damage]
    city.write_bytes(broken)
    answer = run("restore", backup, "--database", city)
    kept = re.search(r"it is kept as (\S+\.damaged-\S+)", answer.stderr)
    assert kept, answer.stderr
    assert digest(pathlib.Path(kept[1])) == hashlib.sha256(broken).hexdigest()
    assert "all is well" in run("check", "--database", city).stderr
    assert count(city) == count(backup)
    assert sorted(path.name for path in city.parent.iterdir()) == sorted([city.name, "city.city", os.path.basename(kept[1])])


def test_a_restore_only_reads_its_source(city, backup, tmp_path):
    media = tmp_path / "media"
    media.mkdir()
    source = media / "backup.sqlite"
    copy_city(backup, source)
    # As a database in WAL mode that was copied as it lay.
    subprocess.run(["sqlite3", source, "PRAGMA journal_mode = WAL"], check=True, capture_output=True)
    before = (digest(source), source.stat().st_mtime_ns, sorted(os.listdir(media)))
    source.chmod(0o444)
    media.chmod(0o555)
    try:
        run("restore", source, "--database", city)
        run("restore", source, "--database", tmp_path / "new.sqlite")
    finally:
        media.chmod(0o755)
    assert (digest(source), source.stat().st_mtime_ns, sorted(os.listdir(media))) == before
    assert count(tmp_path / "new.sqlite") == count(city)


@pytest.mark.parametrize("kind", ["empty", "text", "cut off", "missing", "other program"])
def test_a_bad_backup_changes_nothing(city, backup, tmp_path, kind):
    bad = tmp_path / "bad.sqlite"
    if kind == "other program":
        subprocess.run(["sqlite3", bad, "CREATE TABLE t (a)"], check=True)
    elif kind != "missing":
        bad.write_bytes({"empty": b"", "text": b"nothing", "cut off": backup.read_bytes()[:50_000]}[kind])
    before = digest(city)
    answer = run("restore", bad, "--database", city, check=False)
    assert answer.returncode == 1 and str(bad) in answer.stderr and ".part" not in answer.stderr
    assert digest(city) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({city.name, "city.city"} | ({bad.name} if kind != "missing" else set()))


def test_a_restore_leaves_files_of_others_alone(backup, tmp_path):
    other = tmp_path / "other.sqlite"
    subprocess.run(["sqlite3", other, "CREATE TABLE t (a)"], check=True)
    answer = run("restore", backup, "--database", other, check=False)
    assert answer.returncode == 1 and "of another program" in answer.stderr
    assert run("restore", backup, "--database", tmp_path, check=False).returncode == 1


# MARK: Backup


def test_a_backup_never_takes_the_place_of_a_device_or_a_link(demo_database, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    target = tmp_path / "target.sqlite"
    target.write_bytes(b"")
    link = tmp_path / "link.sqlite"
    link.symlink_to(target)
    answer = run("backup", fifo, "--database", demo_database, check=False)
    assert answer.returncode == 1 and "no regular file" in answer.stderr and stat.S_ISFIFO(fifo.stat().st_mode)
    run("backup", link, "--database", demo_database)
    assert link.is_symlink() and target.stat().st_size > 100_000
    if os.access("/dev/full", os.W_OK):
        before = os.stat("/dev/full")
        assert run("backup", "/dev/full", "--database", demo_database, check=False).returncode == 1
        assert stat.S_ISCHR(os.stat("/dev/full").st_mode) and os.stat("/dev/full").st_rdev == before.st_rdev


# MARK: A file that goes away


@pytest.mark.parametrize("fate", ["removed", "replaced", "emptied", "cut off"])
def test_a_service_notices_that_its_file_is_gone(city, tmp_path, fate):
    secret = run("token", "create", "--role", "admin", "--name", "me", "--database", city).stdout.split()[-1]
    service = Service(city)
    eventually("readiness", lambda: service.get("/health/ready").status_code == 200)

    def write():
        return requests.post(f"{service.url}/api/works", timeout=60, headers={"Authorization": f"Bearer {secret}"}, json={
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [0, 0]},
            "properties": {"kind": "hazard", "category": "pothole", "title": "A hole"}})

    before = write().status_code
    assert before != 503
    if fate == "removed":
        city.rename(tmp_path / "away.sqlite")
    elif fate == "replaced":
        copy_city(city, tmp_path / "other.sqlite")
        os.replace(tmp_path / "other.sqlite", city)
    else:
        os.truncate(city, 0 if fate == "emptied" else city.stat().st_size // 2)
    eventually("the service is not ready", lambda: service.get("/health/ready").status_code == 503, within=10)
    answer = write()
    assert answer.status_code == 503 and "Retry-After" in answer.headers
    assert service.get("/health/live").status_code == 200
    assert "the database that was opened is gone" in "".join(service.lines)
    if fate == "removed":
        (tmp_path / "away.sqlite").rename(city)
        eventually("readiness", lambda: service.get("/health/ready").status_code == 200)
        assert write().status_code == before
    service.process.kill()
    service.process.wait()
