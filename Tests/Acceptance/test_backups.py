"""Scheduled backups, the journal between them, and what a running service shows of a restore."""
import datetime
import json
import os
import signal
import subprocess
import time

import pytest
import requests

from conftest import PROGRAM, Service, copy_city, eventually, run


@pytest.fixture
def city(demo_database, tmp_path):
    database = tmp_path / "city.sqlite"
    copy_city(demo_database, database)
    return database


def add(database, title):
    answer = run("work", "add", "--kind", "hazard", "--category", "pothole", "--title", title, "--at", "47.37,54.54", "--database", database)
    return json.loads(answer.stdout)["id"]


def titles(database, *ids):
    lines = run("export", "works", "--format", "geojsonl", "--database", database).stdout.splitlines()
    found = {feature["id"]: feature["properties"]["title"] for feature in map(json.loads, lines)}
    return [found.get(one) for one in ids]


def state(service):
    none = {"last_success": None, "restorable_until": None, "problem": None}
    return service.get("/health/ready").json().get("backups", none)


def restorable(service, after):
    """Waits until everything up to a moment can be restored."""
    eventually("the journal", lambda: (state(service)["restorable_until"] or "") > after, within=60)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def kill(service):
    service.process.send_signal(signal.SIGKILL)
    service.process.wait()


# MARK: A restore beside a running service


def test_a_running_service_shows_no_ghosts_after_a_restore(city, tmp_path):
    backup = tmp_path / "backup.sqlite"
    kept = add(city, "kept")
    run("backup", backup, "--database", city)
    service = Service(city)
    eventually("readiness", lambda: service.get("/health/ready").status_code == 200)
    ghosts = [add(city, f"ghost {number}") for number in range(3)]
    changed = run("work", "set-status", kept, "accepted", "--database", city)
    assert changed.returncode == 0
    eventually("the ghosts", lambda: service.get(f"/api/works/{ghosts[-1]}").status_code == 200)
    paths = ["/ogc/collections/works/items?limit=3&q=ghost", "/geojson/hazards.geojson?q=ghost", "/api/statistics?group=category",
             "/tiles/works/14/10345/5230.mvt?q=ghost"]
    before = {path: service.get(path) for path in paths}
    work = service.get(f"/api/works/{kept}")
    assert before[paths[0]].json()["numberMatched"] == 3
    revision = service.get("/health/ready").json()["revision"]
    works = service.get("/health/ready").json()["works"]

    run("restore", backup, "--database", city)
    eventually("the restored state", lambda: service.get("/health/ready").json()["works"] == works - 3)
    assert [service.get(f"/api/works/{one}").status_code for one in ghosts] == [404] * 3
    assert service.get(paths[0]).json()["numberMatched"] == 0
    assert service.get(paths[1]).json()["features"] == []

    # The restored file grows to the same count of changes by other works.
    others = [add(city, f"other {number}") for number in range(3)]
    run("work", "set-status", kept, "rejected", "--reason", "none there", "--confirm", "--database", city)
    eventually("the same count", lambda: service.get("/health/ready").json()["revision"] >= revision)
    eventually("the other works", lambda: service.get(f"/api/works/{others[-1]}").status_code == 200)
    for path in paths[:3]:
        answer = service.get(path, headers={"If-None-Match": before[path].headers.get("ETag", '"none"')})
        assert answer.status_code == 200, path
    again = service.get(f"/api/works/{kept}", headers={"If-None-Match": work.headers["ETag"]})
    assert again.status_code == 200 and again.json()["properties"]["status"] == "rejected"
    assert service.get(paths[0]).json()["numberMatched"] == 0
    assert service.get("/ogc/collections/works/items?q=other").json()["numberMatched"] == 3
    service.stop()


# MARK: Scheduled backups and the journal


def test_any_second_comes_back_and_what_was_redacted_stays_so(city, tmp_path):
    backups = tmp_path / "backups"
    (tmp_path / "city.city" / "sources.txt").write_text("a file of the city's folder\n")
    service = Service(city, "--backup-to", backups, "--backup-every", "1h")
    eventually("a backup", lambda: state(service)["last_success"] and state(service)["restorable_until"])
    early = add(city, "early")
    secret = add(city, "a name that must go")
    restorable(service, now())
    moment = now()
    time.sleep(1.1)
    late = add(city, "late")
    run("work", "redact", secret, "--field", "title", "--reason", "a name", "--database", city)
    restorable(service, now())
    last = add(city, "last")
    restorable(service, now())
    kill(service)

    # The disk is lost; the key was kept elsewhere.
    key = (tmp_path / "city.city" / "key").read_bytes()
    for path in tmp_path.glob("city.sqlite*"):
        path.unlink()
    subprocess.run(["rm", "-r", tmp_path / "city.city"], check=True)
    os.makedirs(tmp_path / "city.city", 0o750)
    (tmp_path / "city.city" / "key").write_bytes(key)
    (tmp_path / "city.city" / "key").chmod(0o600)
    answer = run("restore", backups, "--database", city)
    assert "the state is that of" in answer.stderr
    assert titles(city, early, late, last)[:3] == ["early", "late", "last"]
    assert (tmp_path / "city.city" / "sources.txt").read_text() == "a file of the city's folder\n"
    assert "all is well" in run("check", "--database", city).stderr

    answer = run("restore", backups, "--to", moment, "--database", city)
    found = titles(city, early, late, last, secret)
    assert found[:3] == ["early", None, None] and "a name" not in (found[3] or "")
    assert "redacted" in answer.stderr
    assert "all is well" in run("check", "--database", city).stderr
    # A moment before the first backup has no state, and nothing is changed then.
    refused = run("restore", backups, "--to", "2020-01-01", "--database", city, check=False)
    assert refused.returncode == 1 and "as old as that" in refused.stderr
    assert titles(city, early) == ["early"]


def test_backups_are_listed_and_a_changed_bit_is_told(city, tmp_path):
    backups = tmp_path / "backups"
    service = Service(city, "--backup-to", backups, "--backup-every", "1s", "--backup-keep", "24h,7d,4w")
    eventually("a backup", lambda: state(service)["last_success"])
    second = Service(city, "--backup-to", backups)
    eventually("the second service waits", lambda: "waits for its turn" in (state(second)["problem"] or ""))
    assert requests.get(f"{second.url}/health/ready", timeout=60).status_code == 200
    assert "worksmap_backups_total" in service.get("/metrics").text
    second.stop()
    service.stop()
    # A backup that is whole, the leavings of one that was killed, and a changed copy.
    whole = sorted(backups.glob("city-*.sqlite"))[-1]
    (backups / f"{whole.name}.00000000abcde.part").write_bytes(b"half")
    content = bytearray(whole.read_bytes())
    content[len(content) // 3] ^= 8
    broken = backups / "city-20200101T000000000Z.sqlite"
    broken.write_bytes(content)
    answer = run("backup", "list", backups, "--format", "json", check=False)
    assert answer.returncode == 1
    listed = {one["file"]: one for one in json.loads(answer.stdout)}
    assert listed[whole.name]["state"] == "verified" and listed[whole.name]["works"] > 10_000
    assert listed[broken.name]["state"] == "damaged" and "bits" in listed[broken.name]["problem"]
    refused = run("restore", broken, "--database", city, check=False)
    assert refused.returncode == 1 and "bits" in refused.stderr
    # The next service cleans up.
    third = Service(city, "--backup-to", backups)
    eventually("the folder is cleaned", lambda: not list(backups.glob("*.part")))
    third.stop()


def test_encrypted_backups_need_nothing_but_the_identity(city, tmp_path):
    identity, backups = tmp_path / "identity.txt", tmp_path / "backups"
    subprocess.run(["age-keygen", "-o", identity], check=True, capture_output=True)
    recipient = next(line.split(": ")[1] for line in identity.read_text().splitlines() if "public key" in line)
    service = Service(city, "--backup-to", backups, "--backup-recipient", recipient)
    eventually("a backup", lambda: state(service)["last_success"])
    work = add(city, "after the backup")
    restorable(service, now())
    kill(service)
    assert not any(b"SQLite format" in path.read_bytes()[:100] for path in backups.iterdir())
    assert run("backup", "list", backups).returncode == 0
    new = tmp_path / "new" / "city.sqlite"
    new.parent.mkdir()
    assert "--identity" in run("restore", backups, "--database", new, check=False).stderr
    run("restore", backups, "--identity", identity, "--database", new)
    assert titles(new, work) == ["after the backup"]
    assert "all is well" in run("check", "--database", new).stderr
    assert sorted(path.name for path in new.parent.iterdir()) == ["city.city", "city.sqlite"]


@pytest.mark.parametrize("after", [0.05, 0.2])
def test_what_a_killed_backup_left_is_gone_with_the_next(city, tmp_path, after):
    target = tmp_path / "backup.sqlite"
    process = subprocess.Popen([PROGRAM, "backup", str(target), "--database", str(city)], stderr=subprocess.DEVNULL)
    time.sleep(after)
    process.kill()
    process.wait()
    run("backup", target, "--database", city)
    assert not list(tmp_path.glob("*.part*"))
    assert run("check", "--database", target, "--key-file", tmp_path / "city.city" / "key").returncode == 0
    listed = json.loads(run("backup", "list", tmp_path, "--format", "json").stdout)
    assert [(one["file"], one["state"]) for one in listed] == [(target.name, "verified")]


def test_a_change_that_changes_nothing_says_so_and_keeps_its_reason(city):
    secret = run("token", "create", "--role", "admin", "--name", "me", "--database", city).stdout.split()[-1]
    service = Service(city)
    eventually("readiness", lambda: service.get("/health/ready").status_code == 200)
    work = add(city, "unchanged")
    tag = service.get(f"/api/works/{work}").headers["ETag"]
    headers = {"Authorization": f"Bearer {secret}", "If-Match": tag}
    answer = requests.patch(f"{service.url}/api/works/{work}", headers=headers, timeout=60, json={"severity": "moderate", "reason": "looked at it"})
    assert answer.status_code == 200 and answer.headers["Worksmap-Unchanged"] == "true", answer.text
    assert "looked at it" in run("token", "log", "--format", "json", "--database", city).stdout
    answer = requests.patch(f"{service.url}/api/works/{work}", headers=headers, timeout=60, json={"severity": "severe", "reason": "deep"})
    assert answer.status_code == 200 and "Worksmap-Unchanged" not in answer.headers, answer.text
    described = service.get("/api").json()["paths"]["/api/works/{id}"]["patch"]["responses"]["200"]["headers"]
    assert {"ETag", "Worksmap-Unchanged"} <= set(described)
    service.stop()
