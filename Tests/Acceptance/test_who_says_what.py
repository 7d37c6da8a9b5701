"""Who says what: the actor is the token's, machines speak for their source alone, and what is unusual is confirmed."""
import json
import shutil
import time

import pytest
import requests
from selenium.webdriver.common.by import By

from conftest import ROOT, Service, another_page, eventually, run
from test_page_axe import axe, findings  # noqa: F401


def token(database, *options):
    return run("token", "create", "--name", "test", "--database", database, *options).stdout.split()[-1]


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A service over an empty city with the demo city's rules, with tokens of people and of a machine."""
    database = tmp_path_factory.mktemp("voices") / "city.sqlite"
    run("init", "--database", database)
    shutil.copytree(ROOT / "geodata/rules", database.with_suffix(".city") / "rules", dirs_exist_ok=True)
    service = Service(database, "--reports-per-minute", "0")
    service.database = database
    service.admin = token(database, "--role", "admin")
    service.dispatcher = token(database, "--role", "dispatcher")
    service.machine = token(database, "--role", "dispatcher", "--source", "detectors", "--expires", "90d")
    yield service
    service.stop()


def post(city, secret, body, **headers):
    return requests.post(f"{city.url}/api/works", json=body, headers={"Authorization": f"Bearer {secret}", **headers}, timeout=60)


def patch(city, secret, work, body):
    headers = {"Authorization": f"Bearer {secret}", "If-Match": "*"}
    return requests.patch(f"{city.url}/api/works/{work}", json=body, headers=headers, timeout=60)


def work_of(city, id):
    return city.get(f"/api/works/{id}").json()["properties"]


def test_a_persons_token_moves_no_deadline_of_a_source_by_stating_its_work_again(city):
    said = {"category": "pothole", "source": "detectors", "source_id": "overdue", "due_at": "2026-01-01T00:00:00Z"}
    made = post(city, city.machine, said)
    assert made.status_code == 201, made.text
    id = made.json()["id"]
    before = work_of(city, id)
    assert before["deadline_state"] == "overdue"
    for secret in (city.dispatcher, city.admin):
        for attack in ({"due_at": "2027-06-01T00:00:00Z"}, {"status": "done", "completed_at": "2025-12-31T00:00:00Z"},
                       {"status": "in_progress"}, {"status": "done", "completed_at": "2025-12-31T00:00:00Z", "confirm": True, "reason": "x"}):
            answer = post(city, secret, {**said, **attack})
            assert answer.status_code == 403 and answer.json()["parameter"] == "source", answer.text
            assert "token create --source" in answer.json()["detail"]
        line = json.dumps({**said, "due_at": "2027-06-01T00:00:00Z"})
        batch = requests.post(f"{city.url}/api/works", data=line, timeout=60, headers={
            "Authorization": f"Bearer {secret}", "Content-Type": "application/x-ndjson"}).json()
        assert batch["refused"] == 1 and batch["results"][0]["status"] == 403
    assert work_of(city, id) == before
    entries = city.get(f"/api/works/{id}/history").json()["entries"]
    assert {entry["actor"]["kind"] for entry in entries} == {"source", "rule"} and {entry["revision"] for entry in entries} == {1}


def test_a_machines_token_states_works_of_its_source_and_does_nothing_else(city):
    said = {"category": "pothole", "source": "detectors", "source_id": "1", "due_at": "2027-01-01T00:00:00Z"}
    made = post(city, city.machine, said)
    assert made.status_code == 201, made.text
    id = made.json()["id"]
    assert post(city, city.machine, {**said, "due_at": "2027-02-01T00:00:00Z"}).status_code == 200
    assert work_of(city, id)["due_changes"] == 1, "its own list may move a deadline without a reason"
    assert post(city, city.machine, {**said, "source": "others"}).status_code == 403
    assert post(city, city.machine, {"category": "pothole"}).status_code == 400
    assert patch(city, city.machine, id, {"status": "accepted"}).status_code == 403
    own = post(city, city.admin, {"category": "pothole"}).json()["id"]
    assert patch(city, city.machine, own, {"severity": "minor"}).status_code == 403
    page = requests.post(f"{city.url}/staff/login", data={"token": city.machine}, timeout=60, allow_redirects=False)
    assert page.status_code == 403 and "Set-Cookie" not in page.headers


def test_tokens_expire_and_the_list_says_when_and_for_which_source(city):
    short = token(city.database, "--role", "admin", "--expires", "1s")
    # A refusal is false, as requests sees it: it comes in a list.
    [answer] = eventually("the end of the token", lambda: [
        found for found in [post(city, short, {"category": "pothole"})] if found.status_code == 401])
    assert "expired" in answer.json()["detail"] and answer.headers["WWW-Authenticate"].startswith("Bearer")
    page = requests.post(f"{city.url}/staff/login?lang=ru", data={"token": short}, timeout=60, allow_redirects=False)
    assert page.status_code == 401 and "истёк" in page.text
    listed = json.loads(run("token", "list", "--format", "json", "--database", city.database).stdout)
    machine = next(one for one in listed if one["source"])
    assert machine["source"] == "detectors"
    days = {one["id"]: (parsed(one["expires_at"]) - parsed(one["created_at"])) / 86_400 for one in listed}
    assert round(days[1]) == 365 and round(days[machine["id"]]) == 90
    table = run("token", "list", "--database", city.database).stdout
    assert "source" in table and "expires" in table and "detectors" in table
    for wrong in ("0d", "-1d", "forever", "1e9d", "99999d"):
        assert run("token", "create", "--role", "admin", "--name", "x", f"--expires={wrong}", "--database", city.database,
                   check=False).returncode == 64
    assert run("token", "create", "--role", "viewer", "--name", "x", "--source", "s", "--database", city.database,
               check=False).returncode == 64


def parsed(moment):
    return time.mktime(time.strptime(moment, "%Y-%m-%dT%H:%M:%SZ"))


UNUSUAL = {"due_at": "2099-01-01T00:00:00Z", "status": "done", "organisation": "Никто", "contractor": "ООО «Никто»"}


def test_everything_unusual_is_named_at_once_and_confirmed_with_a_reason(city):
    id = post(city, city.admin, {"category": "pothole"}).json()["id"]
    answer = patch(city, city.admin, id, {key: value for key, value in UNUSUAL.items() if key != "status"})
    assert answer.status_code == 422 and answer.headers["Content-Type"] == "application/problem+json"
    assert {error["field"] for error in answer.json()["errors"]} == {"due_at", "organisation", "contractor", "reason"}
    assert patch(city, city.admin, id, {"status": "done", "confirm": True}).status_code == 422
    assert work_of(city, id)["revision"] == 1
    assert patch(city, city.dispatcher, id, {"organisation": "Никто", "confirm": True, "reason": "x"}).status_code == 422
    done = patch(city, city.admin, id, {**UNUSUAL, "status": "in_progress", "confirm": True, "reason": "по решению"})
    assert done.status_code == 200, done.text
    assert work_of(city, id)["organisation"] == "Никто"
    # From now on it is a name that the city knows.
    assert patch(city, city.dispatcher, post(city, city.admin, {"category": "pothole"}).json()["id"],
                 {"contractor": "ООО «Никто»"}).status_code == 200


@pytest.mark.parametrize("language, words", [("ru", "больше пяти лет"), ("en", "more than five years")])
def test_the_form_has_a_second_step(city, browser, axe, language, words):  # noqa: F811
    id = post(city, city.admin, {"category": "pothole", "title": "Яма"}).json()["id"]
    page = browser(1280, 800, language)
    page.get(city.url + "/staff")
    page.find_element(By.ID, "token").send_keys(city.dispatcher)
    with another_page(page):
        page.find_element(By.CSS_SELECTOR, "form .primary").click()
    page.get(f"{city.url}/staff/works/{id}")
    form = page.find_element(By.CSS_SELECTOR, "details:has(button[value=deadline])")
    form.find_element(By.TAG_NAME, "summary").click()
    page.execute_script("arguments[0].value = '2099-01-01T12:00'", form.find_element(By.NAME, "due"))
    with another_page(page):
        form.find_element(By.TAG_NAME, "button").click()
    assert words in page.find_element(By.CSS_SELECTOR, "[role=alert]").text
    assert findings(page, axe) == []
    assert work_of(city, id)["revision"] == 1
    page.find_element(By.NAME, "reason").send_keys("по программе до конца века")
    with another_page(page):
        page.find_element(By.CSS_SELECTOR, "button[name=confirm]").click()
    assert page.find_elements(By.CSS_SELECTOR, "[role=status]")
    assert work_of(city, id)["due_at"].startswith("2099-01-01")


def test_the_command_line_asks_for_confirmation_too(city):
    def work(*arguments, check=True):
        return run("work", *arguments, "--database", city.database, check=check)

    added = ["add", "--kind", "hazard", "--category", "pothole", "--title", "A", "--at", "47.37,54.54"]
    id = json.loads(work(*added, "--on-behalf-of", "Служба", "--organisation", "МКУ «Управление дорог»").stdout)["id"]
    first = city.get(f"/api/works/{id}/history").json()["entries"][0]
    assert first["actor"] == {"kind": "person", "organisation": "Служба"} or first["actor"]["organisation"] == "Служба"
    refused = {
        "due_at": ["set-deadline", id, "2020-01-01T00:00:00Z"], "status": ["set-status", id, "done"],
        "organisation": ["assign", id, "--organisation", "Чужая"], "contractor": ["assign", id, "--contractor", "Чужой"]}
    for field, arguments in refused.items():
        answer = work(*arguments, check=False)
        assert answer.returncode == 1 and field in answer.stderr and "--confirm" in answer.stderr, answer.stderr
    assert work_of(city, id)["revision"] == 1
    assert work(*added, "--due", "2099-01-01T00:00:00Z", check=False).returncode == 1
    assert work("set-status", id, "done", "--confirm", check=False).returncode == 1, "a reason is wanted too"
    assert work("set-status", id, "done", "--ended", "2999-01-01T00:00:00Z", "--confirm", "--reason", "x", check=False).returncode == 1
    for arguments in refused.values():
        work(*arguments, "--confirm", "--reason", "so it is")
        if arguments[0] == "set-status":
            work("set-status", id, "in_progress", "--reason", "reopened")
    assert work_of(city, id)["organisation"] == "Чужая" and work_of(city, id)["contractor"] == "Чужой"


def test_an_import_keeps_unknown_names_and_lists_them(city, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("source_id,category,title,organisation,contractor,longitude,latitude\n"
                    "1,ice,A,Новая служба,ООО «Новый»,47.3,54.5\n2,ice,B,МБУ «Служба благоустройства»,ООО «Новый»,47.3,54.5\n")
    answer = run("import", file, "--as", "hazards", "--format", "json", "--database", city.database)
    assert json.loads(answer.stdout)["files"][0]["new_names"] == {"organisation": ["Новая служба"], "contractor": ["ООО «Новый»"]}
    assert "Новая служба" in answer.stderr and "ООО «Новый»" in answer.stderr
    again = run("import", file, "--as", "hazards", "--format", "json", "--database", city.database)
    assert json.loads(again.stdout)["files"][0]["new_names"] == {"organisation": [], "contractor": []}
    id = post(city, city.admin, {"category": "pothole"}).json()["id"]
    assert patch(city, city.dispatcher, id, {"organisation": "Новая служба", "reason": "их участок"}).status_code == 200
