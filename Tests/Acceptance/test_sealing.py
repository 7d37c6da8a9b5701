"""What is private is sealed: in the file, its copies and its log; with a key that can be lost, wrong, replaced and brought back."""
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import time

import pytest
import requests

from conftest import PROGRAM, Service, copy_city, eventually, run

MARKER = "Zymurgy"
VERSION_5 = (pathlib.Path(__file__).parent / "version5.sql").read_text()


@pytest.fixture
def city(demo_database, tmp_path):
    database = tmp_path / "city.sqlite"
    copy_city(demo_database, database)
    return database


@pytest.fixture
def old_city(city):
    """A database from before what is private was sealed; no key was ever made for it."""
    with sqlite3.connect(city) as connection:
        connection.executescript(VERSION_5)
    connection.close()
    shutil.rmtree(city.with_suffix(".city"))
    assert b"MARKER" in city.read_bytes()
    return city


def key(city):
    return city.with_suffix(".city") / "key"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def token(city, *options):
    return run("token", "create", "--role", "admin", "--name", f"{MARKER} Name", *options, "--database", city).stdout.split()[-1]


def place(service):
    bounds = [float(edge) for edge in service.get("/tiles/works.json").json()["bounds"]]
    return {"lat": (bounds[1] + bounds[3]) / 2, "long": (bounds[0] + bounds[2]) / 2}


def report(service, **fields):
    return requests.post(f"{service.url}/open311/v2/requests.json", timeout=60, data={**place(service), **fields})


def staff(service, secret, path="/api/works"):
    return requests.get(service.url + path, timeout=60, headers={"Authorization": f"Bearer {secret}"})


def signs_in(service, secret):
    answer = requests.post(f"{service.url}/staff/login", data={"token": secret}, timeout=60, allow_redirects=False)
    return answer.status_code == 303


def files_with(word, folder):
    """The files of a folder, but the key, in which a word is."""
    return sorted(path.name for path in folder.iterdir() if path.is_file() and word.encode() in path.read_bytes())


def middle(city):
    """Longitude and latitude of a place in the city, as a row of CSV has them."""
    lines = run("export", "schools", "--format", "geojsonl", "--database", city).stdout.splitlines()
    point = next(geometry for geometry in (json.loads(line)["geometry"] for line in lines) if geometry["type"] == "Point")
    return "{},{}".format(*point["coordinates"])


def fill(city, tmp_path):
    """Puts a word into every private field by the program's own doors; returns an admin's secret."""
    secret = token(city)
    where = middle(city)
    (tmp_path / "rows.csv").write_text(
        f"source_id,title,category,lon,lat,phone\n1,A hole,pothole,{where},{MARKER} 1\n2,Another,pothole,{where},{MARKER} 2\n")
    run("import", tmp_path / "rows.csv", "--as", "hazards", "--source", "own", "--database", city)
    (tmp_path / "rows.csv").unlink()
    service = Service(city)
    for code in ("pothole", "other"):
        answer = report(service, service_code=code, description="A hole" if code == "pothole" else f"{MARKER} text",
                        email=f"{MARKER}@example.org", phone=f"+7 {MARKER}", first_name=MARKER, last_name=MARKER)
        assert answer.status_code in (201, 202), answer.text
    work = run("export", "works", "--where", "status=accepted", "--format", "csv", "--database", city).stdout.splitlines()[1].split(",")[0]
    answer = requests.patch(f"{service.url}/api/works/{work}", timeout=60, json={"status": "in_progress", "reason": "begun", "confirm": True},
                            headers={"Authorization": f"Bearer {secret}", "If-Match": "*"})
    assert answer.status_code == 200, answer.text
    return service, secret


def test_no_file_that_engineers_open_has_anything_private(city, tmp_path):
    service, secret = fill(city, tmp_path)
    try:
        run("backup", tmp_path / "backup.sqlite", "--database", city)
        run("backup", tmp_path / "public.sqlite", "--public", "--database", city)
        assert files_with(MARKER, tmp_path) == []
        assert secret.encode() not in city.read_bytes()
        assert hashlib.sha256(secret.encode()).hexdigest().encode() not in city.read_bytes() + city.with_name("city.sqlite-wal").read_bytes()
        assert MARKER in run("token", "list", "--database", city).stdout
        assert MARKER in run("token", "log", "--format", "json", "--database", city).stdout
        session = requests.Session()
        session.post(f"{service.url}/staff/login", data={"token": secret}, timeout=60)
        with sqlite3.connect(f"file:{city}?mode=ro", uri=True) as connection:
            works = [row[0] for row in connection.execute(
                "SELECT id FROM works WHERE fid IN (SELECT work FROM reporter_contacts) OR source = 'own'")]
        assert len(works) == 3
        assert all(MARKER in session.get(f"{service.url}/staff/works/{work}", timeout=60).text for work in works)
        assert all(MARKER not in service.get(f"/works/{work}").text for work in works)
    finally:
        service.stop()
    assert files_with(MARKER, tmp_path) == []
    assert "all is well" in run("check", "--database", city).stderr


def test_a_backup_needs_the_key_and_a_public_copy_has_nothing_to_open(city, tmp_path):
    service, secret = fill(city, tmp_path)
    service.stop()
    answer = run("backup", tmp_path / "backup.sqlite", "--database", city)
    assert str(key(city)) in answer.stderr
    run("backup", tmp_path / "public.sqlite", "--public", "--database", city)
    for name, word in (("backup", "is missing"), ("public", "public copy")):
        copy = tmp_path / f"{name}.sqlite"
        assert run("check", "--database", copy).returncode == 0
        answer = run("export", "works", "--format", "geojsonl", "--database", copy)
        assert word in answer.stderr and answer.stderr.count(word) == 1
        assert answer.stdout == run("export", "works", "--format", "geojsonl", "--database", city).stdout
        service = Service(copy)
        try:
            assert sum(word in line for line in service.lines) == 1
            assert service.get("/works").status_code == 200
            assert report(service, service_code="other", description="x").status_code == 503
            answer = requests.post(f"{service.url}/staff/login", data={"token": secret}, timeout=60)
            assert answer.status_code == 503 and "<form" in answer.text
        finally:
            service.stop()
    with sqlite3.connect(tmp_path / "public.sqlite") as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert not tables & {"access_tokens", "reporter_contacts", "pending_reports", "private_extra", "audit_log", "desk_secrets", "followers", "sealing_keys"}
    assert not list(tmp_path.glob("public.city")) and not list(tmp_path.glob("backup.city"))
    # With the key the backup is whole.
    answer = run("check", "--database", tmp_path / "backup.sqlite", "--key-file", key(city))
    assert "all is well" in answer.stderr and "missing" not in answer.stderr
    run("restore", tmp_path / "backup.sqlite", "--database", city)
    service = Service(city)
    assert signs_in(service, secret)
    service.stop()


def test_modes_hold_whatever_the_mask(tmp_path):
    database = tmp_path / "new.sqlite"
    before = os.umask(0)
    try:
        run("init", "--database", database)
        (tmp_path / "rows.csv").write_text("source_id,title,category,lon,lat\n1,A hole,pothole,999,999\n")
        run("import", tmp_path / "rows.csv", "--as", "hazards", "--database", database, check=False)
        run("backup", tmp_path / "backup.sqlite", "--database", database)
        run("backup", tmp_path / "public.sqlite", "--public", "--database", database)
        service = Service(database)
        for name in ("new.sqlite", "new.sqlite-wal", "new.sqlite-shm", "backup.sqlite", "public.sqlite", "rows.csv.refused.csv"):
            assert mode(tmp_path / name) == 0o640, name
        service.stop()
        assert mode(key(database)) == 0o600 and mode(key(database).parent) == 0o750
        database.chmod(0o666)
        run("token", "list", "--database", database)
        assert mode(database) == 0o640
    finally:
        os.umask(before)
    unknown = run("backup", tmp_path / "b.sqlite", "--database", database, "--group", "no-such-group", check=False)
    assert unknown.returncode == 1 and "no such group" in unknown.stderr and not (tmp_path / "b.sqlite").exists()
    if os.geteuid() == 0:
        run("backup", tmp_path / "b.sqlite", "--database", database, "--group", "games")
        import grp
        assert (tmp_path / "b.sqlite").stat().st_gid == grp.getgrnam("games").gr_gid


def test_a_key_that_others_can_read_is_refused_by_name(city):
    token(city)
    key(city).chmod(0o640)
    answer = run("token", "list", "--database", city, check=False)
    assert answer.returncode == 1 and f"chmod 600 {key(city)}" in answer.stderr
    assert run("export", "schools", "--database", city).returncode == 0
    key(city).chmod(0o600)
    assert run("token", "list", "--database", city).returncode == 0


def test_whoever_writes_the_file_makes_no_admin(city):
    viewer = run("token", "create", "--role", "viewer", "--name", "v", "--database", city).stdout.split()[-1]
    revoked = token(city)
    run("token", "revoke", "2", "--database", city)
    forged = "wm_" + "f" * 64
    digest = hashlib.sha256(forged.encode()).hexdigest()
    service = Service(city)
    try:
        assert signs_in(service, viewer) and not signs_in(service, revoked)
        with sqlite3.connect(city) as connection:
            connection.execute("UPDATE access_tokens SET role = 'admin' WHERE id = 1")
            connection.execute("UPDATE access_tokens SET revoked_at = NULL WHERE id = 2")
            connection.execute("INSERT INTO access_tokens (name, role, digest, created_at) VALUES ('x', 'admin', ?, '2026-01-01T00:00:00Z')", [digest])
            connection.execute("INSERT INTO access_tokens (name, role, digest, created_at, code) "
                               "SELECT name, 'admin', ?, created_at, code FROM access_tokens WHERE id = 1", ["0" * 64])
        connection.close()
        assert not any(signs_in(service, secret) for secret in (viewer, revoked, forged))
    finally:
        service.stop()
    answer = run("check", "--database", city, check=False)
    assert answer.returncode == 1 and answer.stdout.count("it has no power") == 4
    tokens = json.loads(run("token", "list", "--format", "json", "--database", city).stdout)
    assert [entry["genuine"] for entry in tokens] == [False] * 4


def test_without_the_key_all_that_is_public_works(city, tmp_path):
    service, secret = fill(city, tmp_path)
    service.stop()
    key(city).rename(tmp_path / "kept")
    service = Service(city)
    try:
        assert sum("is missing" in line for line in service.lines) == 1
        assert service.get("/works").status_code == 200
        assert service.get("/tiles/works/12/2600/1300.png").status_code in (200, 404)
        assert report(service, service_code="pothole", description="A hole").status_code == 201
        for fields in ({"service_code": "pothole", "description": "x", "email": f"{MARKER}@example.org"},
                       {"service_code": "other", "description": MARKER}):
            answer = report(service, **fields)
            assert answer.status_code == 503 and "private" in answer.text
        answer = requests.post(f"{service.url}/staff/login", data={"token": secret}, timeout=60, headers={"Accept-Language": "en"})
        assert answer.status_code == 503 and "key file is missing" in answer.text
        (tmp_path / "open.csv").write_text("source_id,title,category,lon,lat\n1,A hole at last,pothole," + middle(city) + "\n")
        (tmp_path / "private.csv").write_text(f"source_id,title,category,lon,lat,phone\n9,A hole,pothole,{middle(city)},{MARKER}\n")
        counts = json.loads(run("import", tmp_path / "open.csv", "--as", "hazards", "--source", "own", "--format", "json", "--database", city).stdout)
        assert counts["files"][0]["updated"] == 1
        refused = run("import", tmp_path / "private.csv", "--as", "hazards", "--source", "own", "--database", city, check=False)
        assert refused.returncode == 1 and str(key(city)) in refused.stderr
        (tmp_path / "private.csv").unlink()
        for command in (["token", "create", "--role", "admin", "--name", "n"], ["token", "list"], ["token", "log"], ["key", "rotate"]):
            answer = run(*command, "--database", city, check=False)
            assert answer.returncode == 1 and str(key(city)) in answer.stderr, command
        assert run("check", "--database", city).returncode == 0
        assert files_with(MARKER, tmp_path) == []
        assert not key(city).exists()
        # It is put back while the service runs.
        shutil.copy(tmp_path / "kept", key(city))
        assert signs_in(service, secret)
    finally:
        service.stop()
    with sqlite3.connect(f"file:{city}?mode=ro", uri=True) as connection:
        works = [row[0] for row in connection.execute("SELECT id FROM works WHERE source = 'own' ORDER BY source_id")]
    service = Service(city)
    try:
        # What could not be read was not taken away either.
        assert MARKER in staff(service, secret, f"/api/works/{works[0]}").text
        assert MARKER in staff(service, secret, f"/api/works/{works[1]}").text
    finally:
        service.stop()


def test_a_wrong_key_is_named_and_a_new_one_begins_anew(city, tmp_path):
    service, secret = fill(city, tmp_path)
    service.stop()
    refused = run("key", "new", "--database", city, check=False)
    assert refused.returncode == 1 and "nothing is lost" in refused.stderr
    lost = key(city).read_text()
    run("init", "--database", tmp_path / "other.sqlite")
    shutil.copy(key(tmp_path / "other.sqlite"), key(city))
    answer = run("token", "list", "--database", city, check=False)
    assert answer.returncode == 1 and "of another database" in answer.stderr
    key(city).unlink()
    answer = run("key", "new", "--database", city)
    assert "are lost until their key is back" in answer.stderr
    states = json.loads(run("key", "show", "--format", "json", "--database", city).stdout)
    assert {entry["state"]: entry["in_file"] for entry in states["keys"]} == {"current": True, "lost": False} and states["mode"] == "0600"
    again = token(city)
    service = Service(city)
    try:
        assert signs_in(service, again) and not signs_in(service, secret)
        assert staff(service, again, "/staff").status_code == 200
    finally:
        service.stop()
    # The lost key turns up: its line opens what it sealed.
    line = lost.splitlines()[-1]
    key(city).write_text(line + "\n" + key(city).read_text())
    assert MARKER in run("token", "log", "--format", "json", "--limit", "1000", "--database", city).stdout
    run("key", "rotate", "--database", city)
    states = json.loads(run("key", "show", "--format", "json", "--database", city).stdout)
    assert [entry["state"] for entry in states["keys"]] == ["current"]
    assert MARKER in run("token", "log", "--format", "json", "--limit", "1000", "--database", city).stdout


def test_a_rotation_that_is_killed_goes_on_and_a_service_follows_it(old_city):
    """Killed at random moments, while a service writes."""
    run("token", "list", "--database", old_city)
    first = key(old_city).read_text().splitlines()[-1]
    secret = token(old_city)
    service = Service(old_city)
    kills = 0
    try:
        # A debug build takes some tenths of a second; the first kills come before it has begun to write.
        delay = random.Random(5)
        for attempt in range(14):
            process = subprocess.Popen([PROGRAM, "key", "rotate", "--database", str(old_city)], stderr=subprocess.DEVNULL)
            time.sleep(delay.uniform(0, 0.6))
            process.send_signal(signal.SIGKILL)
            kills += process.wait() == -signal.SIGKILL
            assert report(service, service_code="other", description=f"{attempt}", email="a@b.example").status_code == 202
            assert signs_in(service, secret)
        assert kills
        run("key", "rotate", "--database", old_city)
        states = json.loads(run("key", "show", "--format", "json", "--database", old_city).stdout)
        assert [(entry["state"], entry["in_file"]) for entry in states["keys"]] == [("current", True)]
        assert first not in key(old_city).read_text() and mode(key(old_city)) == 0o600
        assert {path.name for path in key(old_city).parent.iterdir()} == {"key", "erasures"}
        assert signs_in(service, secret) and signs_in(service, "wm_old")
        assert "all is well" in run("check", "--database", old_city).stderr
    finally:
        service.stop()


def test_an_old_database_is_sealed_however_often_that_is_killed(old_city):
    delay = random.Random(7)
    for _ in range(20):
        process = subprocess.Popen([PROGRAM, "token", "list", "--database", str(old_city)],
                                   stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        time.sleep(delay.uniform(0, 2.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        connection = sqlite3.connect(f"file:{old_city}?mode=ro", uri=True)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 5:
            assert connection.execute("SELECT count(*) FROM reporter_contacts WHERE email = 'MARKER@example.org'").fetchone()[0] == 300
        else:
            assert connection.execute("SELECT count(*) FROM reporter_contacts WHERE typeof(sealed) = 'blob'").fetchone()[0] == 300
            assert key(old_city).exists()
        connection.close()
    answer = run("token", "list", "--database", old_city)
    assert "may still lie" not in answer.stderr and "MARKER admin" in answer.stdout
    assert files_with("MARKER", old_city.parent) == []
    assert "all is well" in run("check", "--database", old_city).stderr
    assert mode(key(old_city)) == 0o600
    service = Service(old_city)
    try:
        assert signs_in(service, "wm_old")
    finally:
        service.stop()


def test_an_old_backup_is_sealed_with_the_citys_key_when_it_is_restored(old_city, tmp_path):
    backup = tmp_path / "old-backup.sqlite"
    shutil.copy(old_city, backup)
    target = tmp_path / "target.sqlite"
    run("init", "--database", target)
    before = key(target).read_text()
    run("restore", backup, "--database", target)
    assert key(target).read_text() == before
    assert b"MARKER" in backup.read_bytes() and b"MARKER" not in target.read_bytes()
    assert "MARKER admin" in run("token", "list", "--database", target).stdout
    assert not list(tmp_path.glob("*.part*")) and not (tmp_path / "old-backup.city").exists()


def test_the_key_may_lie_elsewhere(tmp_path):
    database = tmp_path / "city.sqlite"
    run("init", "--database", database, "--city", tmp_path / "own")
    assert mode(tmp_path / "own" / "key") == 0o600 and not key(database).exists()
    create = ["token", "create", "--role", "admin", "--name", "n", "--database", database]
    assert run(*create, check=False).returncode == 1
    run(*create, "--city", tmp_path / "own")
    (tmp_path / "own" / "key").rename(tmp_path / "secret-key")
    assert run("token", "list", "--database", database, "--key-file", tmp_path / "secret-key").returncode == 0
    # A link to the database has the database's folder.
    other = tmp_path / "linked"
    other.mkdir()
    run("init", "--database", tmp_path / "plain.sqlite")
    (other / "map.sqlite").symlink_to(tmp_path / "plain.sqlite")
    assert run(*create[:-1], other / "map.sqlite").returncode == 0
    assert not (other / "map.city").exists()
