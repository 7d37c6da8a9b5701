"""Open311 GeoReport v2 as its clients use it: reports, moderation, duplicates, filters, keys, and the schemas of its answers.

The schemas are read from the folder that the environment variable WORKSMAP_SCHEMAS names.
"""
import concurrent.futures
import json
import os
import pathlib
import sqlite3
import time
import xml.etree.ElementTree as ElementTree

import jsonschema
import pytest
import referencing
import requests
from lxml import etree
from referencing.jsonschema import DRAFT202012

from conftest import ROOT, Service, copy_city, eventually, run

SCHEMAS = pathlib.Path(os.environ.get("WORKSMAP_SCHEMAS", ROOT.parent / "shared/schemas")) / "georeport-v2"
BASE = "/open311/v2"


@pytest.fixture(scope="module")
def desk(demo_database, tmp_path_factory):
    """A service over a copy of the demo city that takes as many reports as come, with an admin's token."""
    database = tmp_path_factory.mktemp("desk") / "desk.sqlite"
    copy_city(demo_database, database)
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
    path = SCHEMAS / f"{name}.json"
    if not path.is_file():
        pytest.skip(f"no schema at {path}")
    registry = referencing.Registry().with_resources(
        (other.name, DRAFT202012.create_resource(json.loads(other.read_text()))) for other in SCHEMAS.glob("*.json"))
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
    # What does not exist is 404 and everything else 400: GeoReport v2, POST Service Request, possible errors.
    refusals = [
        ({"service_code": "pothole"}, 400),
        ({**place, "service_code": "nothing"}, 404),
        ({**place, "service_code": "pothole", "media_url": "javascript:alert(1)"}, 400),
        ({"service_code": "pothole", "lat": 0, "long": 0}, 400),
        ({**place, "service_code": "pothole", "description": "я" * 5000}, 400),
    ]
    for fields, status in refusals:
        answer = report(desk, fields)
        assert answer.status_code == status
        assert all(set(error) == {"code", "description"} and error["code"] == str(status) for error in answer.json())
        elements = ElementTree.fromstring(report(desk, fields, "xml").content)
        assert elements.tag == "errors" and elements[0].findtext("code") == str(status)


def test_reports_beyond_the_limit_of_an_address_are_refused(demo_database, tmp_path, place):
    database = tmp_path / "limited.sqlite"
    copy_city(demo_database, database)
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
                answer = session.patch(address, json={"contractor": f"{number}-{turn}", "confirm": True},
                                       headers={**headers, "If-Match": tag}, timeout=60)
                assert answer.status_code in (200, 412)
                accepted += answer.status_code == 200
        return accepted

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        accepted = sum(pool.map(change, range(32)))
    entries = requests.get(f"{address}/history", timeout=60).json()["entries"]
    assert sum(entry["field"] == "contractor" for entry in entries) == accepted > 0


@pytest.fixture(scope="module")
def strict():
    """Reads an answer in XML: every element in the place that the specification gives it."""
    schema = etree.XMLSchema(etree.parse(pathlib.Path(__file__).parent / "georeport-v2.xsd"))

    def read(answer):
        assert answer.headers["Content-Type"].startswith("text/xml")
        document = etree.fromstring(answer.content)
        schema.assertValid(document)
        return document
    return read


@pytest.fixture(scope="module")
def city_gov(demo_database, tmp_path_factory):
    """A service as the specification's examples have it: jurisdiction city.gov, where the key xyz is needed to report."""
    database = tmp_path_factory.mktemp("city.gov") / "city.sqlite"
    copy_city(demo_database, database)
    service = Service(database, "--jurisdiction", "city.gov", "--open311-key", "xyz", "--reports-per-minute", "0")
    yield service
    service.stop()


# The body of the specification's example of POST Service Request, but for the place and the code of the service, which are its city's own.
EXAMPLE = {
    "jurisdiction_id": "city.gov", "address_string": "1234 5th street", "email": "smit333@sfgov.edu", "device_id": "tt222111",
    "account_id": "123456", "first_name": "john", "last_name": "smith", "phone": "111111111",
    "description": "A large sinkhole is destroying the street",
    "media_url": "http://farm3.static.flickr.com/2002/2212426634_5ed477a060.jpg",
}


def test_the_examples_of_the_specification_are_answered_in_its_own_form(city_gov, strict, place):
    """One call after the other in the order of the specification, with its own parameters."""
    def get(path, expected=200, **parameters):
        answer = city_gov.get(f"{BASE}/{path}", params={"jurisdiction_id": "city.gov", **parameters})
        assert answer.status_code == expected, answer.text
        return strict(answer)

    assert get("discovery.xml").tag == "discovery"
    codes = get("services.xml").xpath("service/service_code/text()")
    assert "sinkhole" in codes and len(codes) == len(set(codes))
    for code in codes:
        assert get(f"services/{code}.xml").findtext("service_code") == code
    get("services/033.xml", expected=404)

    # POST Service Request: without a key, with a wrong one, for another jurisdiction, and as it should be.
    fields = {**EXAMPLE, **place, "service_code": "sinkhole"}
    for wrong, status in (({}, 403), ({"api_key": "abc"}, 403), ({"api_key": "xyz", "jurisdiction_id": "fakecity.gov"}, 404)):
        refused = report(city_gov, {**fields, **wrong}, "xml")
        assert (refused.status_code, strict(refused).findtext("error/code")) == (status, str(status))
    created = report(city_gov, {**fields, "api_key": "xyz"}, "xml")
    assert created.status_code == 201
    identity = strict(created).findtext("request/service_request_id")

    # GET Service Request, and GET Service Requests with each of the parameters of its example.
    one = get(f"requests/{identity}.xml").find("request")
    assert one.findtext("description") == EXAMPLE["description"] and one.findtext("media_url") == EXAMPLE["media_url"]
    assert (one.findtext("status"), one.findtext("status_notes")) == ("open", "reported")
    assert float(one.findtext("lat")) == pytest.approx(place["lat"]) and one.findtext("address") == EXAMPLE["address_string"]
    assert one.findtext("expected_datetime") > one.findtext("requested_datetime")
    day = one.findtext("requested_datetime")[:10]
    listed = get("requests.xml", start_date=f"{day}T00:00:00Z", end_date=f"{day}T23:59:59Z", status="open", service_code="sinkhole")
    assert identity in listed.xpath("request/service_request_id/text()")
    assert set(listed.xpath("request/status/text()")) == {"open"}
    assert get("requests.xml", service_request_id=f"{identity},01a00000-0000-7000-8000-000000000000").xpath("request/service_request_id/text()") == [identity]
    assert not {"email", "phone", "first_name", "last_name", "account_id", "device_id"} & {element.tag for element in one}

    # A token, for what somebody looks at first.
    waiting = report(city_gov, {**fields, "api_key": "xyz", "service_code": "unsafe_building"}, "xml")
    assert waiting.status_code == 202
    token = strict(waiting).findtext("request/token")
    assert get(f"tokens/{token}.xml").findtext("request/token") == token
    get("tokens/123.xml", expected=404)


def test_detectors_that_repeat_themselves_are_counted_once(desk, tmp_path):
    """The same lines by the file door and by the HTTP door, twice each."""
    lines = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [47.36 + number / 1000, 54.55]},
              "properties": {"category": "water", "severity": "severe", "source": "detectors", "source_id": f"d{number}",
                             "title": "Утечка", "reported_at": "2026-11-20T09:00:00Z"}} for number in range(5)]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    counts = []
    for _ in range(2):
        answer = run("import", "-", "--as", "outages", "--source", "detectors", "--apply-rules", "--format", "json",
                     "--database", desk.database, input=text)
        counts.append(json.loads(answer.stdout)["files"][0])
    assert [(count["inserted"], count["unchanged"]) for count in counts] == [(5, 0), (0, 5)]
    machine = run("token", "create", "--role", "dispatcher", "--name", "detectors", "--source", "detectors",
                  "--database", desk.database).stdout.split()[-1]
    headers = {"Authorization": f"Bearer {machine}", "Content-Type": "application/x-ndjson"}
    sent = requests.post(f"{desk.url}/api/works", data=text.encode(), headers=headers, timeout=60).json()
    assert (sent["inserted"], sent["unchanged"], sent["refused"]) == (0, 5, 0)
    identity = sent["results"][0]["id"]
    work = desk.get(f"/api/works/{identity}").json()["properties"]
    # The rules of the demo city: severe outages of water are for the waterworks, within twelve hours.
    assert work["organisation"] == "МУП «Горводоканал»" and work["due_at"] == "2026-11-20T21:00:00Z"
    entries = desk.get(f"/api/works/{identity}/history").json()["entries"]
    assert {entry["field"]: entry["actor"]["kind"] for entry in entries} \
        == {"registered": "source", "due_at": "rule", "organisation": "rule"}


def test_contacts_are_erased_when_their_time_has_come(demo_database, tmp_path, place):
    """What the keeper finds when it begins its rounds; it makes them every hour."""
    database = tmp_path / "contacts.sqlite"
    copy_city(demo_database, database)
    token = run("token", "create", "--role", "admin", "--name", "test", "--database", database).stdout.strip()

    def kept():
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return (connection.execute("SELECT count(*) FROM reporter_contacts").fetchone()[0],
                    connection.execute("SELECT count(*) FROM pending_reports WHERE contact IS NOT NULL").fetchone()[0])

    service = Service(database)
    try:
        for code in ("pothole", "other"):
            created = report(service, {**place, "service_code": code, "email": "a@secret.example"}).json()[0]
            if "service_request_id" in created:
                answer = requests.patch(
                    f"{service.url}/api/works/{created['service_request_id']}", timeout=60,
                    json={"status": "done", "confirm": True, "reason": "cleared on the spot"},
                    headers={"Authorization": f"Bearer {token}", "If-Match": "*"})
                assert answer.status_code == 200
        assert kept() == (1, 1)
    finally:
        service.stop()
    Service(database, "--contacts-kept", "1").stop()
    assert kept() == (1, 1)
    time.sleep(1.1)  # Moments are whole seconds, and what is closed in this one is not closed before it.
    service = Service(database, "--contacts-kept", "0")
    try:
        eventually("the contacts' end", lambda: kept() == (0, 0))
    finally:
        service.stop()


def test_the_record_is_sound_after_all_that(desk):
    assert run("check", "--database", desk.database).returncode == 0
