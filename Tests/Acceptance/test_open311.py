"""Open311 GeoReport v2 as its clients use it: reports, moderation, duplicates, filters, keys, and the schemas of its answers.

The schemas are read from the folder that the environment variable WORKSMAP_SCHEMAS names.
"""
import concurrent.futures
import json
import os
import pathlib
import shutil
import xml.etree.ElementTree as ElementTree

import pytest
import requests

from conftest import ROOT, Service, run

SCHEMAS = pathlib.Path(os.environ.get("WORKSMAP_SCHEMAS", ROOT.parent / "shared/schemas")) / "georeport-v2"
BASE = "/open311/v2"


@pytest.fixture(scope="module")
def desk(demo_database, tmp_path_factory):
    """A service over a copy of the demo city that takes as many reports as come, with an admin's token."""
    database = tmp_path_factory.mktemp("desk") / "desk.sqlite"
    shutil.copy(demo_database, database)
    token = run("token", "create", "--role", "admin", "--name", "test", "--database", database).stdout.strip()
    service = Service(database, "--reports-per-minute", "0")
    service.token = token
    service.database = database
    yield service
    service.stop()


@pytest.fixture(scope="module")
def place(desk):
    """A place in the city where something was reported."""
    works = desk.get(f"{BASE}/requests.json", params={"page_size": 1}).json()
    return {"lat": works[0]["lat"], "long": works[0]["long"]}


def report(desk, fields, form="json"):
    return requests.post(f"{desk.url}{BASE}/requests.{form}", data=fields, timeout=60)


def check(document, name):
    """Checks a document with the schema of this name."""
    jsonschema = pytest.importorskip("jsonschema")
    path = SCHEMAS / f"{name}.json"
    if not path.is_file():
        pytest.skip(f"no schema at {path}")
    referencing = pytest.importorskip("referencing")
    draft = pytest.importorskip("referencing.jsonschema").DRAFT202012
    registry = referencing.Registry().with_resources(
        (other.name, draft.create_resource(json.loads(other.read_text()))) for other in SCHEMAS.glob("*.json"))
    jsonschema.Draft202012Validator(json.loads(path.read_text()), registry=registry).validate(document)


def test_services_are_as_the_schema_says(desk):
    check(desk.get(f"{BASE}/services.json").json(), "services")


def test_a_definition_is_as_the_schema_says(desk):
    check(desk.get(f"{BASE}/services/pothole.json").json(), "service-definition")


def test_requests_are_as_the_schema_says(desk):
    works = desk.get(f"{BASE}/requests.json").json()
    assert 0 < len(works) <= 1000
    check(works, "requests")


def test_one_request_is_as_the_schema_says(desk, place):
    created = report(desk, {**place, "service_code": "pothole", "description": "яма"})
    assert created.status_code == 201
    answer = desk.get(f"{BASE}/requests/{created.json()[0]['service_request_id']}.json").json()
    assert len(answer) == 1
    check(answer[0], "request")


def test_xml_and_json_say_the_same(desk):
    parameters = {"service_code": "pothole", "page_size": 50}
    listed = desk.get(f"{BASE}/requests.json", params=parameters).json()
    answer = desk.get(f"{BASE}/requests.xml", params=parameters)
    assert answer.headers["Content-Type"].startswith("text/xml")
    elements = ElementTree.fromstring(answer.content)
    assert elements.tag == "service_requests"
    assert [element.findtext("service_request_id") for element in elements.findall("request")] \
        == [work["service_request_id"] for work in listed]
    for element, work in zip(elements, listed):
        for name in ("status", "service_code", "requested_datetime", "expected_datetime", "description"):
            assert (element.findtext(name) or None) == work[name]


def test_what_a_resident_reports_is_on_the_map_and_in_the_record(desk, place):
    created = report(desk, {**place, "service_code": "pothole", "description": "проверка <script>", "email": "a@secret.example"})
    identity = created.json()[0]["service_request_id"]
    feature = desk.get(f"/api/works/{identity}").json()
    assert feature["properties"]["description"] == "проверка <script>"
    assert feature["properties"]["due_at"] and feature["properties"]["organisation"]
    entries = desk.get(f"/api/works/{identity}/history").json()["entries"]
    assert {entry["field"]: entry["actor"]["kind"] for entry in entries} \
        == {"registered": "resident", "due_at": "rule", "organisation": "rule"}
    page = desk.get(f"/works/{identity}").text
    assert "<script>" not in page
    for address in (f"/api/works/{identity}", f"/works/{identity}", f"{BASE}/requests.xml", "/geojson/hazards.geojson"):
        assert "secret.example" not in desk.get(address).text


def test_a_moderated_report_is_not_public_before_somebody_accepts_it(desk, place):
    answer = report(desk, {**place, "service_code": "other", "description": "unseen-before-moderation"})
    assert answer.status_code == 202
    token = answer.json()[0]["token"]
    assert desk.get(f"{BASE}/tokens/{token}.json").json()[0]["service_request_id"] is None
    assert "unseen-before-moderation" not in desk.get(f"{BASE}/requests.json").text


def test_errors_have_the_specifications_shape(desk, place):
    for fields in ({"service_code": "pothole"}, {**place, "service_code": "nothing"},
                   {**place, "service_code": "pothole", "media_url": "javascript:alert(1)"},
                   {"service_code": "pothole", "lat": 0, "long": 0},
                   {**place, "service_code": "pothole", "description": "я" * 5000}):
        answer = report(desk, fields)
        assert answer.status_code == 400
        assert all(set(error) == {"code", "description"} and error["code"] == "400" for error in answer.json())
        elements = ElementTree.fromstring(report(desk, fields, "xml").content)
        assert elements.tag == "errors" and elements[0].findtext("code") == "400"


def test_reports_beyond_the_limit_of_an_address_are_refused(demo_database, tmp_path, place):
    database = tmp_path / "limited.sqlite"
    shutil.copy(demo_database, database)
    service = Service(database, "--reports-per-minute", "20")
    try:
        with requests.Session() as session:
            answers = [session.post(f"{service.url}{BASE}/requests.json", data={**place, "service_code": "pothole"}, timeout=60)
                       for _ in range(200)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) > 150
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    finally:
        service.stop()


def test_thirty_two_who_change_one_work_lose_nothing(desk):
    headers = {"Authorization": f"Bearer {desk.token}"}
    created = requests.post(f"{desk.url}/api/works", json={"category": "pothole"}, headers=headers, timeout=60).json()
    address = f"{desk.url}/api/works/{created['id']}"

    def change(number):
        accepted = 0
        with requests.Session() as session:
            for turn in range(5):
                tag = session.get(address, timeout=60).headers["ETag"]
                answer = session.patch(address, json={"contractor": f"{number}-{turn}"},
                                       headers={**headers, "If-Match": tag}, timeout=60)
                assert answer.status_code in (200, 412)
                accepted += answer.status_code == 200
        return accepted

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        accepted = sum(pool.map(change, range(32)))
    entries = requests.get(f"{address}/history", timeout=60).json()["entries"]
    assert sum(entry["field"] == "contractor" for entry in entries) == accepted > 0


def test_the_record_is_sound_after_all_that(desk):
    assert run("check", "--database", desk.database).returncode == 0
