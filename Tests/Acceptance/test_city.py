"""A real city: its facts, its folder, its layers, as the command line and a running service have them."""
import json
import pty
import os
import re
import subprocess

import requests
from selenium.webdriver.common.by import By

from conftest import PROGRAM, Service, eventually, run

POINT = '{"type":"Feature","properties":{"source_id":"%s"%s},"geometry":{"type":"Point","coordinates":[%s,60.17]}}\n'


def city(tmp_path, *options):
    database = tmp_path / "helsinki.sqlite"
    answer = run("init", "--database", database, *options)
    return database, answer


def test_a_new_city_has_a_folder_with_rules_of_nobody(tmp_path):
    database, answer = city(tmp_path, "--name", "Helsinki", "--time-zone", "Europe/Helsinki", "--language", "en")
    rules = tmp_path / "helsinki.city" / "rules"
    assert sorted(file.name for file in rules.iterdir()) == [f"{name}.yaml" for name in ("calendar", "categories", "duplicates", "limits", "routing")]
    assert "#" in (rules / "routing.yaml").read_text() and "time zone" not in answer.stderr
    assert "sound" in run("rules", "check", "--database", database).stderr
    explained = run("rules", "explain", "--category", "pothole", "--at", "24.94,60.17", "--database", database).stdout
    assert "organisation: none" in explained and "due:          none" in explained
    shown = json.loads(run("city", "show", "--format", "json", "--database", database).stdout)
    assert shown["name"] == {"ru": "Helsinki", "en": "Helsinki"} and shown["time_zone"] == "Europe/Helsinki" and shown["language"] == "en"
    assert run("init", "--database", database, check=False).returncode == 1
    (rules / "limits.yaml").write_text("- { limit: 3 working days }\n")
    assert "nothing is changed" in run("rules", "new", "--database", database).stderr
    assert "3 working days" in (rules / "limits.yaml").read_text()


def test_a_city_without_rules_takes_no_reports_and_says_so(tmp_path):
    database, _ = city(tmp_path)
    for file in (tmp_path / "helsinki.city" / "rules").iterdir():
        file.unlink()
    (tmp_path / "helsinki.city" / "rules").rmdir()
    refused = run("rules", "check", "--database", database, check=False)
    assert refused.returncode == 1 and "worksmap rules new" in refused.stderr
    service = Service(database)
    try:
        assert service.get("/open311/v2/services.json").status_code == 503
        told = "".join(service.lines)
        for words in ("no time zone", "no districts", "no basemap", "no services", "no tokens", "worksmap rules new", "helsinki.sqlite"):
            assert words in told, told
    finally:
        service.stop()


def test_facts_are_checked_kept_and_taken_away(tmp_path):
    database, _ = city(tmp_path)
    for option, value, words in [("--time-zone", "Europe/Moskow", "Europe/Moscow"), ("--language", "de", "ru, en"), ("--bounds", "1,2,3", "west,south"),
                                 ("--time-zone", "MSK", "IANA")]:
        refused = run("city", "set", option, value, "--database", database, check=False)
        assert refused.returncode == 64 and words in refused.stderr, refused.stderr
    assert run("city", "set", "--database", database, check=False).returncode == 64
    told = run("city", "set", "--time-zone", "Europe/Helsinki", "--contact", "a@example.org", "--bounds", "24.8,60.1,25.3,60.3", "--database", database).stderr
    assert "time-zone: not stated → Europe/Helsinki" in told
    run("city", "set", "--contact", "", "--database", database)
    shown = json.loads(run("city", "show", "--format", "json", "--database", database).stdout)
    assert shown["contact"] is None and shown["bounds"] == [24.8, 60.1, 25.3, 60.3]
    assert "Europe/Helsinki" in run("city", "show", "--database", database).stdout


def test_a_running_service_follows_the_city(tmp_path):
    database, _ = city(tmp_path)
    service = Service(database)
    try:
        assert service.get("/api/city").json()["time_zone"] is None
        ready = service.get("/health/ready").json()
        assert ready["status"] == "ready" and any("time zone" in note for note in ready["notes"])
        run("city", "set", "--time-zone", "Europe/Helsinki", "--name", "Helsinki", "--database", database)
        eventually("the zone", lambda: not service.get("/health/ready").json()["notes"], within=5)
        assert "Helsinki" in service.get("/works").text and service.get("/ogc?f=json").json()["title"].startswith("Helsinki")
        # Whoever sits here sees the first steps; a proxy's client does not.
        assert "worksmap import" in service.get("/staff/setup?lang=en").text
        for header in ({"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"X-Real-IP": "127.0.0.1"}, {"Via": "1.1 proxy"},
                       {"X-Forwarded-Proto": "https"}, {"Host": "works.example.org"}):
            assert requests.get(service.url + "/staff/setup", headers=header, timeout=60).status_code == 404, header
    finally:
        service.stop()


def test_a_calendar_of_another_clock_is_told(tmp_path):
    database, _ = city(tmp_path)
    calendar = tmp_path / "helsinki.city" / "rules" / "calendar.yaml"
    calendar.write_text("time_zone: Europe/Moscow\n" + calendar.read_text())
    told = run("city", "set", "--time-zone", "Europe/Helsinki", "--database", database).stderr
    assert "Europe/Moscow" in told and "take the line out" in told
    assert "take the line out" in run("rules", "check", "--database", database).stderr


def test_layers_are_listed_and_removed_under_a_running_service(tmp_path):
    database, _ = city(tmp_path, "--time-zone", "Europe/Helsinki")
    for source, lines in {"a": [("1", "", 24.94)], "b": [("1", ',"name":"School"', 24.95), ("2", ',"name":"Other"', 24.96)]}.items():
        file = tmp_path / f"{source}.geojsonl"
        file.write_text("".join(POINT % line for line in lines))
        told = run("import", file, "--as", "schools", "--source", source, "--database", database).stderr + ""
        assert ("no feature has a name" in told) == (source == "a"), told
    listed = json.loads(run("layer", "list", "--format", "json", "--database", database).stdout)["layers"]
    assert listed == [{"layer": "schools", "source": "a", "features": 1, "named": 0}, {"layer": "schools", "source": "b", "features": 2, "named": 2}]
    service = Service(database)
    try:
        matched = lambda: service.get("/ogc/collections/schools/items?f=json").json()["numberMatched"]
        assert matched() == 3 and len(service.get("/api/places?q=school").json()["places"]) > 0
        unasked = run("layer", "remove", "schools", "--database", database, check=False, stdin=subprocess.DEVNULL)
        assert unasked.returncode == 1 and "--yes" in unasked.stderr
        missing = run("layer", "remove", "schools", "--source", "x", "--yes", "--database", database, check=False)
        assert missing.returncode == 1 and "there are a, b" in missing.stderr
        run("layer", "remove", "schools", "--source", "b", "--yes", "--database", database)
        eventually("the removal", lambda: matched() == 1, within=10)
        eventually("the search", lambda: not service.get("/api/places?q=school").json()["places"], within=10)
    finally:
        service.stop()
    run("layer", "remove", "schools", "--yes", "--database", database)
    assert run("layer", "remove", "schools", "--yes", "--database", database, check=False).returncode == 1
    assert "all is well" in run("check", "--database", database).stderr


def test_init_asks_on_a_terminal(tmp_path):
    controller, terminal = pty.openpty()
    database = tmp_path / "asked.sqlite"
    process = subprocess.Popen([PROGRAM, "init", "--language", "en", "--database", str(database)], stdin=terminal, stderr=subprocess.PIPE, text=True)
    os.write(controller, "Helsinki\nHelsinki\nEurope/Helsinki\n".encode())
    told = process.communicate(timeout=60)[1]
    os.close(controller)
    os.close(terminal)
    assert process.returncode == 0 and "Europe/Helsinki meant?" in told, told
    shown = json.loads(run("city", "show", "--format", "json", "--database", database).stdout)
    assert shown["name"]["ru"] == "Helsinki" and shown["time_zone"] == "Europe/Helsinki" and shown["language"] == "en"


def test_the_page_of_an_empty_city_shows_the_first_steps_and_then_the_city(tmp_path, browser):
    database, _ = city(tmp_path, "--name", "Хельсинки", "--name-en", "Helsinki", "--time-zone", "Europe/Helsinki")
    service = Service(database)
    try:
        page = browser(language="en")
        page.get(service.url + "/")
        steps = lambda: page.find_element(By.ID, "setup").text
        eventually("the first steps", lambda: "worksmap import" in steps() and "First steps" in steps())
        assert page.title == "Helsinki — Works map"
        file = tmp_path / "works.geojsonl"
        places = [24.9 + number / 1000 for number in range(60)] + [-77]
        file.write_text("".join(POINT % (number, ',"category":"pothole","title":"A"', place) for number, place in enumerate(places)))
        run("import", file, "--as", "hazards", "--source", "s", "--database", database)
        eventually("the works", lambda: service.get("/api/city").json()["updated_at"], within=10)
        page.get(service.url + "/?again")
        view = eventually("the view", lambda: re.search(r"#(\d+)/([\d.]+)/([\d.-]+)", page.current_url))
        assert int(view[1]) >= 11 and abs(float(view[2]) - 60.17) < 0.05 and abs(float(view[3]) - 24.93) < 0.05, view[0]
        assert steps() == ""
    finally:
        service.stop()
