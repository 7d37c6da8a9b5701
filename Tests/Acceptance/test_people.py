"""What is kept of people: found, exported and erased by address, counted without names, erased after its time, and gone after a restore too."""
import json
import os
import pathlib
import pty
import shutil
import sqlite3
import stat
import subprocess
import time

import pytest
import requests

from conftest import PROGRAM, Service, eventually, run

BASE = "/open311/v2"
PLACE = {"service_code": "pothole", "lat": "54.54", "long": "47.37"}
EMAIL, PHONE = "Anna.Petrova@Example.org", "8 (927) 123-45-67"


def files(database):
    """The bytes of a database and of what lies beside it, without the key."""
    folder = database.with_suffix(".city")
    paths = [database, pathlib.Path(f"{database}-wal"), *(folder.iterdir() if folder.is_dir() else [])]
    return b"".join(path.read_bytes() for path in paths if path.is_file() and path.name != "key")


def report(service, headers=None, **fields):
    answer = requests.post(f"{service.url}{BASE}/requests.json", data={**PLACE, **fields}, timeout=60, headers=headers)
    assert answer.status_code in (200, 201, 202), answer.text
    [made] = answer.json()
    return made.get("service_request_id") or made["token"]


@pytest.fixture
def city(tmp_path):
    """A database with two people who reported something; its path."""
    database = tmp_path / "city.sqlite"
    run("init", "--database", database)
    service = Service(database, "--reports-per-minute", "0")
    for fields in (
        dict(email=EMAIL, first_name="Анна", description="Яма. Пишите: anna.petrova@example.org"),
        dict(phone=PHONE, last_name="Петрова", description="Вторая яма"),
        dict(email="boris@example.org", phone="+7 927 123-45-68", description="Третья"),
        dict(service_code="other", email=EMAIL.upper(), description="Ждёт"),
    ):
        report(service, **fields)
    service.stop()
    return database


@pytest.fixture
def works(city):
    """The works of the city by their reporters: Anna by e-mail, Anna by telephone, Boris."""
    rows = sqlite3.connect(city).execute("SELECT id FROM works ORDER BY fid").fetchall()
    return [row[0] for row in rows]


def person(database, action, *options, check=True, **more):
    return run("person", action, *options, "--database", database, check=check, **more)


def exported(database, *options):
    return json.loads(person(database, "export", *options, "--format", "json").stdout)


# MARK: Finding


@pytest.mark.parametrize("options, contacts, reports", [
    (["--email", EMAIL], [0], 1), (["--email", " anna.petrova@EXAMPLE.ORG "], [0], 1), (["--phone", "+7-927-1234567"], [1], 0),
    (["--phone", "89271234567"], [1], 0), (["--phone", "9271234567"], [1], 0), (["--phone", "+7 927 123 45 68"], [2], 0),
    (["--email", "nobody@example.org"], [], 0), (["--email", "petrova@example.org"], [], 0), (["--email", "%@example.org"], [], 0),
    (["--email", "*@example.org"], [], 0), (["--phone", "+49 927 1234567"], [], 0),
])
def test_a_person_is_found_by_the_whole_address_in_any_notation(city, works, options, contacts, reports):
    found = exported(city, *options)
    assert [each["work"] for each in found["contacts"]] == [works[number] for number in contacts]
    assert len(found["reports"]) == reports
    text = person(city, "export", *options)
    if not contacts and not reports:
        assert text.stdout == "" and "nobody" in text.stderr
        erased = person(city, "erase", *options)
        assert "nobody" in erased.stderr and erased.stdout == ""
    else:
        assert all(works[number] in text.stdout for number in contacts)


def test_an_export_has_all_that_is_kept_and_leaves_a_trace_without_the_address(city, works):
    found = exported(city, "--email", EMAIL, "--by", "Иванова")
    assert found["contacts"] == [{"work": works[0], "contact": {"email": EMAIL, "first_name": "Анна"}}]
    [waiting] = found["reports"]
    assert waiting["decision"] == "waiting" and waiting["description"] == "Ждёт" and waiting["latitude"] == 54.54
    assert [(each["work"], each["field"]) for each in found["mentions"]] == [(works[0], "description")]
    assert found["mentions"][0]["command"] == f"worksmap work redact {works[0]} --field description --reason REASON"
    log = json.loads(run("token", "log", "--format", "json", "--database", city).stdout)
    assert log[0]["action"] == "person.export" and log[0]["name"] == "command line: Иванова"
    assert "example" not in json.dumps(log).lower()


@pytest.mark.parametrize("options", [
    [], ["--email", EMAIL, "--phone", PHONE], ["--email", ""], ["--email", "anna"], ["--email", "a@b@c"], ["--phone", ""],
    ["--phone", "123"], ["--phone", "8927*"], ["--phone", "anna@example.org"], ["--phone", "+7 927 +7 928"],
])
@pytest.mark.parametrize("action", ["export", "erase"])
def test_what_names_nobody_is_bad_usage(city, options, action):
    answer = person(city, action, *options, check=False)
    assert answer.returncode == 64 and ("--email" in answer.stderr or "--phone" in answer.stderr)


# MARK: Erasing


def test_erasing_takes_everything_but_texts_of_works_and_leaves_no_byte(city, works):
    assert b"Anna.Petrova" not in files(city), "it is sealed"
    answer = person(city, "erase", "--email", EMAIL, "--yes", "--format", "json")
    result = json.loads(answer.stdout)
    assert result["erased"] == {"contacts": 1, "reports": 1, "followings": 0} and result["log_emptied"]
    assert [each["work"] for each in result["left"]] == [works[0]] and "work redact" in result["left"][0]["command"]
    assert "restore" in answer.stderr
    found = exported(city, "--email", EMAIL)
    assert found["contacts"] == [] and found["reports"] == [] and len(found["mentions"]) == 1
    assert exported(city, "--phone", PHONE)["contacts"], "others are left alone"
    log = json.loads(run("token", "log", "--format", "json", "--database", city).stdout)
    assert [entry["action"] for entry in log if "erase" in entry["action"]] == ["person.erase"] * 2
    assert works[0] in [entry["work"] for entry in log] and "example" not in json.dumps(log).lower()
    assert "all is well" in run("check", "--database", city).stderr
    again = person(city, "erase", "--email", EMAIL, "--yes")
    assert "erased: 0 contacts" in again.stdout


def test_sealed_bytes_of_what_was_erased_are_gone_too(city, works):
    connection = sqlite3.connect(city)
    rows = connection.execute("SELECT sealed FROM reporter_contacts WHERE work = 1 UNION ALL SELECT contact FROM pending_reports")
    sealed = [row[0] for row in rows]
    connection.close()
    assert len(sealed) == 2 and all(each in files(city) for each in sealed)
    person(city, "erase", "--email", EMAIL, "--yes")
    assert not any(each in files(city) for each in sealed)


def test_a_terminal_is_asked_and_nobody_else_is(city):
    refused = person(city, "erase", "--email", EMAIL, check=False, stdin=subprocess.DEVNULL)
    assert refused.returncode == 1 and "--yes" in refused.stderr and exported(city, "--email", EMAIL)["contacts"]
    for answer, contacts in ((b"no\n", 1), (b"yes\n", 0)):
        master, terminal = pty.openpty()
        process = subprocess.Popen([PROGRAM, "person", "erase", "--email", EMAIL, "--database", str(city)], stdin=terminal,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        os.write(master, answer)
        output = process.communicate(timeout=60)[0].decode()
        os.close(terminal)
        os.close(master)
        assert "Erase this for good?" in output and (process.returncode == 0) == (contacts == 0), output
        assert len(exported(city, "--email", EMAIL)["contacts"]) == contacts


def test_a_person_is_erased_under_a_running_service(city, works):
    service = Service(city)
    person(city, "erase", "--phone", PHONE, "--yes")
    assert exported(city, "--phone", PHONE)["contacts"] == []
    assert service.get(f"/works/{works[1]}").status_code == 200
    service.stop()


# MARK: Followers


def test_followers_are_networks_and_no_invented_addresses(tmp_path):
    database = tmp_path / "followed.sqlite"
    run("init", "--database", database)
    service = Service(database, "--reports-per-minute", "0", "--trusted-proxy", "127.0.0.1")
    work = report(service)

    def count():
        near = service.get("/api/duplicates", params={"category": "pothole", "lat": PLACE["lat"], "long": PLACE["long"]}).json()
        return next(each["followers"] for each in near["duplicates"] if each["id"] == work)

    for number in range(100):
        report(service, duplicate_of=work, email=f"a{number}@example.org", phone=f"+7 927 000-00-{number:02}",
               headers={"X-Forwarded-For": "203.0.113.7"})
    assert count() == 1
    for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::1"):
        report(service, duplicate_of=work, headers={"X-Forwarded-For": address})
    assert count() == 2, "a /64 is one network"
    report(service, duplicate_of=work, headers={"X-Forwarded-For": "203.0.113.8"})
    assert count() == 3
    service.stop()
    content = files(database)
    assert b"203.0.113" not in content and b"example.org" not in content
    rows = sqlite3.connect(database).execute("SELECT follower FROM followers WHERE NOT is_reporter").fetchall()
    assert len(set(rows)) == 3
    # The key is in no table: without its file nothing can be counted, and so nothing tried.
    (database.with_suffix(".city") / "key").rename(tmp_path / "kept")
    service = Service(database, "--reports-per-minute", "0")
    answer = requests.post(f"{service.url}{BASE}/requests.json", data={**PLACE, "duplicate_of": work}, timeout=60)
    assert answer.status_code == 503
    service.stop()


# MARK: Retention


def age(database, works, days):
    """Has a work, or all, be last changed some days ago."""
    connection = sqlite3.connect(database)
    connection.create_function("only_worksmap_writes", 0, lambda: 1)
    connection.execute("UPDATE works SET updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', ?) WHERE id IN "
                       f"({','.join('?' * len(works))})", [f"-{days} days", *works])
    connection.commit()
    connection.close()


def test_contacts_of_works_that_nobody_closes_are_erased_two_years_after_their_last_change(city, works):
    age(city, works[:1], 731)
    age(city, works[1:2], 729)
    service = Service(city)
    eventually("the retention job", lambda: "personal data erased" in "".join(service.lines))
    [line] = [line for line in service.lines if "personal data erased" in line]
    assert "contacts=1" in line and "example" not in line
    service.stop()
    assert exported(city, "--email", EMAIL)["contacts"] == []
    assert exported(city, "--phone", PHONE)["contacts"]


def test_every_time_has_an_option(city, works):
    # Times are whole seconds: what was reported in this one is older than none only in the next.
    time.sleep(2)
    service = Service(city, "--open-contacts-kept", "0", "--waiting-reports-kept", "0", "--reports-kept", "0", "--contacts-kept", "0")
    eventually("the retention job", lambda: "lapsed_reports=1" in "".join(service.lines))
    service.stop()
    for options in (["--email", EMAIL], ["--phone", PHONE], ["--email", "boris@example.org"]):
        found = exported(city, *options)
        assert found["contacts"] == [] and found["reports"] == []
    [row] = sqlite3.connect(city).execute("SELECT contact, reporter, decided_at IS NOT NULL, work FROM pending_reports").fetchall()
    assert row == (None, None, 1, None)
    for option in ("--open-contacts-kept", "--waiting-reports-kept", "--reports-kept"):
        assert run("serve", f"{option}=-1", "--database", city, check=False).returncode == 64


# MARK: Restoring


@pytest.fixture
def backup(city, tmp_path):
    run("token", "create", "--role", "admin", "--name", "old", "--database", city)
    path = tmp_path / "backup.sqlite"
    run("backup", path, "--database", city)
    return path


@pytest.mark.parametrize("fate", ["readable", "damaged", "missing", "made anew"])
def test_what_was_erased_and_revoked_stays_so_after_a_restore(city, backup, fate):
    run("token", "revoke", "1", "--database", city)
    run("token", "create", "--role", "viewer", "--name", "young", "--database", city)
    person(city, "erase", "--email", EMAIL, "--yes")
    journal = city.with_suffix(".city") / "erasures"
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    assert "anna" not in journal.read_text().lower() and "old" not in journal.read_text().split("\n", 1)[1]
    if fate == "damaged":
        os.truncate(city, 5000)
    elif fate != "readable":
        for path in (city, pathlib.Path(f"{city}-wal"), pathlib.Path(f"{city}-shm")):
            path.unlink(missing_ok=True)
    if fate == "made anew":
        run("init", "--database", city)
    answer = run("restore", backup, "--database", city)
    for words in ("1 contacts of works", "1 contacts of reports", "1 tokens"):
        assert words in answer.stderr, answer.stderr
    assert ("token 2 (young)" if fate == "readable" else "gone") in answer.stderr
    assert exported(city, "--email", EMAIL)["contacts"] == [] and exported(city, "--email", EMAIL)["reports"] == []
    assert exported(city, "--phone", PHONE)["contacts"]
    [token] = json.loads(run("token", "list", "--format", "json", "--database", city).stdout)
    assert token["revoked_at"]
    assert "all is well" in run("check", "--database", city).stderr


def test_without_database_and_journal_nothing_is_restored_unless_that_is_said(city, backup, tmp_path):
    run("token", "revoke", "1", "--database", city)
    key = city.with_suffix(".city") / "key"
    shutil.copy(key, tmp_path / "key")
    shutil.rmtree(key.parent)
    city.unlink()
    before = sorted(os.listdir(tmp_path))
    keyed = ["--key-file", tmp_path / "key", "--database", city]
    refused = run("restore", backup, *keyed, check=False)
    assert refused.returncode == 1 and "--without-erasures" in refused.stderr and "token revoke" in refused.stderr
    assert sorted(os.listdir(tmp_path)) == before
    done = run("restore", backup, "--without-erasures", *keyed)
    assert "not known" in done.stderr
    [token] = json.loads(run("token", "list", "--format", "json", *keyed).stdout)
    assert token["revoked_at"] is None


def test_a_journal_that_was_cut_is_told_and_one_that_is_broken_refused(city, backup):
    run("token", "revoke", "1", "--database", city)
    person(city, "erase", "--email", EMAIL, "--yes")
    city.unlink()
    journal = city.with_suffix(".city") / "erasures"
    whole = journal.read_bytes()
    journal.write_bytes(whole.replace(b"token 1@", b"token 7@"))
    refused = run("restore", backup, "--database", city, check=False)
    assert refused.returncode == 1 and "line 2" in refused.stderr and not city.exists()
    journal.write_bytes(whole[:-5])
    answer = run("restore", backup, "--database", city)
    assert "last line" in answer.stderr and "cut" in answer.stderr and "1 tokens" in answer.stderr
    # What is erased next stands on a line of its own.
    person(city, "erase", "--phone", PHONE, "--yes")
    city.unlink()
    assert "was cut" not in run("restore", backup, "--database", city).stderr
    assert exported(city, "--phone", PHONE)["contacts"] == []


def test_a_journal_of_a_newer_program_is_not_passed_over(city, backup):
    journal = city.with_suffix(".city") / "erasures"
    line = "unheard-of x 2026-01-01T00:00:00Z"
    check = 0xCBF29CE484222325
    for byte in line.encode():
        check = (check ^ byte) * 0x100000001B3 % 2**64
    journal.write_text(f"{line} {check:016x}\n")
    before = city.read_bytes()
    refused = run("restore", backup, "--database", city, check=False)
    assert refused.returncode == 1 and "unheard-of" in refused.stderr and city.read_bytes() == before


def test_a_revocation_survives_a_restore_under_a_running_service(city, backup):
    secret = run("token", "create", "--role", "admin", "--name", "second", "--database", city).stdout.split()[-1]
    second = backup.with_name("second.sqlite")
    run("backup", second, "--database", city)
    run("token", "revoke", "2", "--database", city)
    service = Service(city)
    run("restore", second, "--database", city)
    answer = requests.post(f"{service.url}/api/works", json={"category": "pothole"}, timeout=60,
                           headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401 and "revoked" in answer.json()["detail"]
    service.stop()
