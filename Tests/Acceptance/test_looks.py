"""Who sees a reporter's contact and a waiting report, over HTTP as staff do, and what the audit log says of it."""
import json
import re
import sqlite3

import pytest
import requests

from conftest import Service, bring_key, run

EMAIL = "neighbour@example.org"


class Staff(requests.Session):
    """A browser that has signed in with a token."""

    def __init__(self, service, token):
        super().__init__()
        self.service = service
        self.headers["Accept-Language"] = "ru"
        answer = self.post(service.url + "/staff/login", data={"token": token}, timeout=60)
        assert answer.status_code == 200, answer.text
        self.key = re.search(r'name="key" value="([0-9a-f]+)"', answer.text).group(1)

    def page(self, path):
        return self.get(self.service.url + path, timeout=60)

    def submit(self, path, **fields):
        return self.post(self.service.url + path, data={"key": self.key, **fields}, timeout=60, allow_redirects=False)


@pytest.fixture(scope="module")
def city(demo_database, tmp_path_factory):
    database = tmp_path_factory.mktemp("looks") / "looks.sqlite"
    run("backup", database, "--database", demo_database)
    bring_key(demo_database, database)
    service = Service(database, "--reports-per-minute", "0")
    service.database = database
    yield service
    service.stop()


def token(city, name, role="dispatcher", organisation=None):
    options = ["--organisation", organisation] if organisation else []
    return run("token", "create", "--role", role, "--name", name, *options, "--database", city.database).stdout.split()[-1]


def report(city, category, text="Яма у подъезда"):
    place = requests.get(city.url + "/ogc/collections/works/items?category=pothole&limit=20", timeout=60).json()["features"]
    longitude, latitude = next(feature["geometry"]["coordinates"] for feature in place if feature["geometry"]["type"] == "Point")
    answer = requests.post(city.url + "/open311/v2/requests.json", timeout=60, data={
        "service_code": category, "lat": latitude, "long": longitude, "email": EMAIL, "description": text})
    assert answer.status_code in (201, 202), answer.text
    return answer.json()[0]


def log(city):
    return json.loads(run("token", "log", "--limit", "1000", "--format", "json", "--database", city.database).stdout)


def test_a_contact_is_for_the_responsible_service_and_each_look_is_in_the_log(city):
    work = report(city, "pothole")["service_request_id"]
    organisation = city.get(f"/api/works/{work}").json()["properties"]["organisation"]
    people = {"own": (token(city, "own", organisation=organisation), True), "other": (token(city, "other", organisation="Чужая служба"), False),
              "city": (token(city, "city"), True), "boss": (token(city, "boss", "admin"), True), "viewer": (token(city, "viewer", "viewer"), False)}
    for name, (secret, may) in people.items():
        staff = Staff(city, secret)
        for _ in range(2):
            assert (EMAIL in staff.page(f"/staff/works/{work}").text) == may, name
        looks = [entry for entry in log(city) if entry["action"] == "contact.look" and entry["name"] == name]
        assert [entry["work"] for entry in looks] == ([work] if may else [])
    assert EMAIL not in json.dumps(log(city))
    boss = Staff(city, people["boss"][0])
    audit = boss.page("/staff/audit").text
    assert "contact.look" in audit and work in audit and "own" in audit
    assert Staff(city, people["city"][0]).page("/staff/audit").status_code == 403


def test_a_waiting_report_is_named_when_it_is_looked_at_and_refused(city):
    moderated = "unsafe_building"
    waiting = report(city, moderated, "Под окном у Сидоровых")["token"]
    boss, other = Staff(city, token(city, "chief", "admin")), Staff(city, token(city, "stranger", organisation="Чужая служба"))
    assert waiting in boss.page("/staff").text and "Сидоровых" not in boss.page("/staff").text
    assert waiting not in other.page("/staff").text
    assert other.page(f"/staff/reports/{waiting}").status_code == 403
    assert other.submit(f"/staff/reports/{waiting}", action="refuse").status_code == 403
    assert EMAIL in boss.page(f"/staff/reports/{waiting}").text
    assert boss.submit(f"/staff/reports/{waiting}", action="refuse").status_code == 303
    entries = {entry["action"]: entry for entry in log(city) if entry["name"] == "chief"}
    for action in ("report.look", "report.refuse"):
        assert waiting in entries[action]["detail"] and moderated in entries[action]["detail"]


def test_while_nothing_can_be_written_no_contact_is_shown(city):
    work = report(city, "pothole")["service_request_id"]
    boss = Staff(city, token(city, "later", "admin"))
    connection = sqlite3.connect(city.database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        page = boss.page(f"/staff/works/{work}")
        assert page.status_code == 200 and EMAIL not in page.text
        assert "Закрытые сведения сейчас не показаны" in page.text
    finally:
        connection.execute("ROLLBACK")
        connection.close()
    assert EMAIL in boss.page(f"/staff/works/{work}").text
    assert [entry["action"] for entry in log(city) if entry["name"] == "later"].count("contact.look") == 1


def test_a_flood_of_forms_is_told_when_to_come_again_in_the_readers_language(city):
    answers = [requests.post(city.url + "/staff/works/x", data={"key": "0"}, timeout=60, headers={"Accept-Language": "ru"}) for _ in range(90)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused and all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert "Слишком много форм" in refused[0].text and "<html" in refused[0].text
