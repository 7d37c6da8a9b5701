"""Residents report a problem where the service takes reports, and see no button for it where it does not.

A service of GeoReport v2 stands before the real one here, so that every answer of it can be had: taken and refused.
"""
import json
import urllib.parse

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from conftest import Service, bring_key
from relay import Relay
from test_page import opened, until
from test_page_axe import axe, findings  # noqa: F401
from test_page_journeys import BOTH, click


class Desk(Relay):
    """The real service with a desk for reports before it."""

    def __init__(self, behind):
        self.sent = []
        super().__init__(behind)

    def get(self, path):
        if path != "/open311/v2/services.json":
            return super().get(path)
        return self.json(200, [{"service_code": code, "service_name": code, "metadata": False, "type": "realtime"}
                               for code in ("pothole", "ice")])

    def post(self, body):
        self.sent.append({name: value[0] for name, value in urllib.parse.parse_qs(body.decode()).items()})
        if "refuse" in self.sent[-1]["description"]:
            return self.json(400, [{"code": 400, "description": "outside the city"}])
        return self.json(201, [{"service_request_id": "01973ded-b108-7808-b15a-4b59077a2fb8", "service_notice": ""}])

    @staticmethod
    def json(status, value):
        return status, json.dumps(value).encode(), {"Content-Type": "application/json"}


@pytest.fixture
def desk(service):
    desk = Desk(service)
    yield desk
    desk.stop()


def choose_category(page, code):
    page.execute_script(
        "const select = document.getElementById('report-category'); select.value = arguments[0]; select.dispatchEvent(new Event('change'))", code)


def known_pothole(service):
    """An open pothole that the rules take for the same as a report where it is: its id and place."""
    for feature in service.get("/geojson/works.geojson?open=true&category=pothole").json()["features"]:
        if feature["geometry"]["type"] == "Point":
            longitude, latitude = feature["geometry"]["coordinates"]
            if any(near["id"] == feature["id"] for near in duplicates(service, latitude, longitude)):
                return feature["id"], (longitude, latitude)
    raise AssertionError("no open pothole is recent enough")


def duplicates(service, latitude, longitude):
    return service.get("/api/duplicates", params={"category": "pothole", "lat": latitude, "long": longitude}).json()["duplicates"]


class NoDesk(Relay):
    """The real service without one."""

    def get(self, path):
        return (404, b"", {}) if path == "/open311/v2/services.json" else super().get(path)


def test_there_is_no_button_without_a_desk(browser, service):
    page = opened(browser, NoDesk(service), "ru", "desktop")
    # The browser notes the 404, and with it that the page has asked.
    WebDriverWait(page, 30).until(
        lambda page: any("/open311/v2/services.json" in entry["message"] for entry in page.get_log("browser")))
    assert not page.find_element(By.ID, "report-open").is_displayed()


@pytest.mark.parametrize("language,size", BOTH)
def test_a_problem_is_reported_at_the_cross_and_what_is_known_nearby_is_shown(
        browser, service, desk, axe, artefacts, language, size):  # noqa: F811
    known, (longitude, latitude) = known_pothole(service)
    page = opened(browser, desk, language, size, f"/#17/{latitude}/{longitude}&lang={language}")
    until(page, "return !document.getElementById('report-open').hidden")
    click(page, "#report-open")
    assert page.find_element(By.ID, "cross").is_displayed()
    choose_category(page, "pothole")
    until(page, "return document.querySelector(`#report-near [data-id=\"${arguments[0]}\"]`)", known)
    assert findings(page, axe) == []
    # By keyboard alone: to the map, a step aside, Enter takes the place under the cross.
    page.find_element(By.ID, "report-to-map").send_keys(Keys.ENTER)
    until(page, "return document.activeElement.id === 'map'")
    before = page.find_element(By.ID, "report-place").text
    page.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    until(page, "return document.getElementById('report-place').textContent !== arguments[0]", before)
    page.execute_script("return new Promise((done) => setTimeout(done, 800))")
    page.switch_to.active_element.send_keys(Keys.ENTER)
    until(page, "return document.activeElement.id === 'report-description'")
    place = page.find_element(By.ID, "report-place").text
    page.switch_to.active_element.send_keys("refuse: яма")
    choose_category(page, "pothole")
    page.find_element(By.ID, "report-photo").send_keys("https://example.org/hole.jpg")
    page.save_screenshot(str(artefacts / f"report-{language}-{size}.png"))
    click(page, "#report button:not([type])")
    until(page, "return document.getElementById('report-result').textContent.includes('outside the city')")
    description = page.find_element(By.ID, "report-description")
    description.clear()
    description.send_keys("Яма у дома")
    click(page, "#report button:not([type])")
    until(page, "return document.activeElement.tagName === 'H2'")
    assert "01973ded-b108-7808-b15a-4b59077a2fb8" in page.find_element(By.ID, "report-result").text
    sent = desk.sent[-1]
    assert set(sent) == {"service_code", "lat", "long", "description", "media_url"}
    assert sent["service_code"] == "pothole" and sent["media_url"] == "https://example.org/hole.jpg"
    assert f"{float(sent['lat']):.5f}" in place and f"{float(sent['long']):.5f}" in place
    assert float(sent["lat"]) < latitude


def test_a_problem_is_reported_by_its_address(browser, desk):
    page = opened(browser, desk, "en", "desktop")
    until(page, "return !document.getElementById('report-open').hidden")
    click(page, "#report-open")
    choose_category(page, "ice")
    click(page, "#report-by-address")
    assert not page.find_element(By.ID, "cross").is_displayed()
    page.find_element(By.ID, "report-description").send_keys("Ice on the steps")
    page.find_element(By.ID, "report-address").send_keys("улица Шмидта, 7")
    click(page, '[data-language="ru"]')
    until(page, "return document.documentElement.lang === 'ru'")
    assert page.find_element(By.ID, "report-description").get_attribute("value") == "Ice on the steps"
    assert page.find_element(By.ID, "report-by-address").is_selected()
    click(page, "#report button:not([type])")
    until(page, "return document.activeElement.tagName === 'H2'")
    assert desk.sent == [{"service_code": "ice", "address_string": "улица Шмидта, 7", "description": "Ice on the steps"}]


@pytest.mark.parametrize("language,size", BOTH)
def test_the_service_itself_takes_the_report_of_a_resident(browser, worksmap, demo_database, tmp_path, language, size):
    database = tmp_path / "reported.sqlite"
    worksmap("backup", "--database", demo_database, database)
    bring_key(demo_database, database)
    service = Service(database)
    try:
        page = opened(browser, service, language, size, f"/#17/54.55/47.35&lang={language}")
        until(page, "return !document.getElementById('report-open').hidden")
        click(page, "#report-open")
        choose_category(page, "pothole")
        page.find_element(By.ID, "report-description").send_keys("Яма у остановки <b>глубокая</b>")
        click(page, "#report button:not([type])")
        until(page, "return document.querySelector('#report a[href^=\"/works/\"]')"
                    " || document.getElementById('report-result').textContent")
        id_ = page.find_element(By.CSS_SELECTOR, "#report a").get_attribute("href").split("/")[-1].split("?")[0]
        work = service.get(f"/api/works/{id_}").json()
        assert work["properties"]["status"] == "reported"
        assert work["properties"]["description"] == "Яма у остановки <b>глубокая</b>"
        assert work["geometry"]["coordinates"] == pytest.approx([47.35, 54.55], abs=1e-4)
        click(page, "#report a")
        until(page, "return document.querySelector('h1')")
        assert not page.find_elements(By.CSS_SELECTOR, "main b")
    finally:
        service.stop()


@pytest.mark.parametrize("language,size", BOTH)
def test_who_finds_the_problem_reported_already_follows_it_and_is_counted_once(
        browser, worksmap, demo_database, tmp_path, axe, artefacts, language, size):  # noqa: F811
    database = tmp_path / "followed.sqlite"
    worksmap("backup", "--database", demo_database, database)
    bring_key(demo_database, database)
    service = Service(database)
    try:
        place = {"lat": 54.5501, "long": 47.3502}
        made = requests.post(service.url + "/open311/v2/requests.json", timeout=60,
                             data={"service_code": "pothole", "description": "Глубокая яма", **place}).json()[0]["service_request_id"]

        def known():
            return next(near for near in duplicates(service, place["lat"], place["long"]) if near["id"] == made)

        assert known()["followers"] == 0
        # The list is the service's own: a step away, outside of the rule's circle, there is nothing of it.
        page = opened(browser, service, language, size, f"/#18/{place['lat'] + 0.002}/{place['long']}&lang={language}")
        until(page, "return !document.getElementById('report-open').hidden")
        click(page, "#report-open")
        choose_category(page, "pothole")
        page.execute_async_script("setTimeout(arguments[0], 1500)")
        assert not page.find_elements(By.CSS_SELECTOR, f'#report-near [data-id="{made}"]')

        for turn in (1, 2):
            page.get(f"{service.url}/#18/{place['lat']}/{place['long']}&lang={language}")
            page.refresh()
            until(page, "return !document.getElementById('report-open').hidden")
            click(page, "#report-open")
            choose_category(page, "pothole")
            until(page, "return document.querySelector(`#report-near [data-id=\"${arguments[0]}\"]`)", made)
            assert findings(page, axe) == []
            page.save_screenshot(str(artefacts / f"known-{language}-{size}.png"))
            click(page, f'#report-near [data-id="{made}"] .same')
            until(page, "return document.activeElement.tagName === 'H2'")
            assert made in page.find_element(By.ID, "report-result").text
            assert known()["followers"] == 1, f"after {turn} times"
        # Nothing new was reported, and the page follows what it was.
        assert len([near for near in duplicates(service, place["lat"], place["long"]) if near["metres"] == 0]) == 1
        until(page, "return document.querySelector(`#followed [data-id=\"${arguments[0]}\"]`)", made)
    finally:
        service.stop()
