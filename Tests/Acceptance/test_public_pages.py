"""The pages that need no script: works, districts, statistics, used as readers use them."""
import json
import re
import urllib.parse

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from conftest import another_page
from test_page import SIZES, opened, until
from test_page_axe import axe, findings  # noqa: F401

LANGUAGES = ["ru", "en"]


@pytest.fixture(scope="module")
def district(service):
    return service.get("/ogc/collections/districts/items?limit=1").json()["features"][0]


@pytest.fixture(scope="module")
def paths(service, district):
    """One of each sort of page."""
    work = service.get("/ogc/collections/works/items?deadline_state=overdue&limit=1").json()["features"][0]["id"]
    return ["/works", f"/works/{work}", "/districts", f"/districts/{district['id']}", "/statistics"]


def follow(page, selector, by=By.CSS_SELECTOR, of=None):
    """Clicks what leads to another page and waits until that is there."""
    with another_page(page):
        (of or page).find_element(by, selector).click()


def found(page):
    return int(re.search(r"\d+", page.find_element(By.TAG_NAME, "caption").text).group())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_is_filtered_turned_and_read_without_scripts(browser, service, district, artefacts, language):
    page = browser(1280, 800, language, scripts=False)
    page.get(service.url + "/works")
    assert page.find_element(By.TAG_NAME, "html").get_attribute("lang") == language
    everything = found(page)
    assert everything == service.get("/ogc/collections/works/items?open=true&limit=1").json()["numberMatched"]
    name = district["properties"]["name"]
    Select(page.find_element(By.NAME, "kind")).select_by_value("hazard")
    Select(page.find_element(By.NAME, "district")).select_by_value(name)
    follow(page, ".filter button")
    query = {"kind": "hazard", "district": name, "open": "true", "limit": 1}
    assert found(page) == service.get("/ogc/collections/works/items", params=query).json()["numberMatched"] < everything
    assert Select(page.find_element(By.NAME, "kind")).first_selected_option.get_attribute("value") == "hazard"
    # Category, status and state of the deadline together; finished works come although nobody asked for all.
    page.get(service.url + "/works")
    for name, value in (("category", "pothole"), ("status", "done"), ("deadline_state", "missed")):
        Select(page.find_element(By.NAME, name)).select_by_value(value)
    follow(page, ".filter button")
    query = {"category": "pothole", "status": "done", "deadline_state": "missed", "limit": 1}
    assert found(page) == service.get("/ogc/collections/works/items", params=query).json()["numberMatched"] > 0
    first = [link.get_attribute("href") for link in page.find_elements(By.CSS_SELECTOR, "tbody a")]
    follow(page, "a[rel=next]")
    second = [link.get_attribute("href") for link in page.find_elements(By.CSS_SELECTOR, "tbody a")]
    assert len(first) == 50 and second and not set(first) & set(second)
    page.save_screenshot(str(artefacts / f"works-{language}.png"))
    follow(page, "tbody a")
    assert page.find_element(By.TAG_NAME, "h1").text and page.find_elements(By.CSS_SELECTOR, "dl dd")
    assert {"ru": "История", "en": "History"}[language] in page.find_element(By.TAG_NAME, "main").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_a_period_is_that_of_the_citys_days(browser, service, language):
    page = browser(1280, 800, language, scripts=False)
    page.get(f"{service.url}/works?from=2026-03-01&until=2026-03-02&open=false")
    # The demo city's clocks are three hours ahead all the year.
    period = "2026-02-28T21:00:00Z/2026-03-02T20:59:59Z"
    assert found(page) == service.get(
        "/ogc/collections/works/items", params={"datetime": period, "limit": 1}).json()["numberMatched"] > 0
    data = page.find_element(By.CSS_SELECTOR, "main .data a").get_attribute("href")
    assert urllib.parse.parse_qs(urllib.parse.urlsplit(data).query) == {"datetime": [period]}


@pytest.mark.parametrize("query,names", [("from=2026-02-30", "from"), ("from=2026-03-02&until=2026-03-01", "until"),
                                         ("from=2026-03-02&datetime=2026-03-01T00:00:00Z", "datetime"),
                                         ("kind=spaceship", "kind"), ("colour=red", "colour")])
def test_a_filter_that_cannot_be_read_is_refused_by_name(service, query, names):
    answer = service.get(f"/works?{query}")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == names


def test_every_page_is_indexable_in_both_languages_and_forgives_an_unknown_one(service, paths):
    for path in paths:
        pages = {}
        for asked, served in (("ru", "ru"), ("en", "en"), ("de", "en"), ("../x", "en")):
            answer = service.get(path, params={"lang": asked}, headers={"Accept-Language": "en"})
            assert answer.status_code == 200 and answer.headers["Content-Language"] == served, path
            html = answer.text
            assert f'<html lang="{served}">' in html
            canonical = re.findall(r'<link rel="canonical" href="([^"]+)"', html)
            assert canonical == [f"{service.url}{path}?lang={served}"]
            alternates = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', html))
            assert alternates == {
                "x-default": service.url + path, "ru": f"{service.url}{path}?lang=ru", "en": f"{service.url}{path}?lang=en"}
            assert html.count("<h1>") == 1 and '<meta name="description"' in html and "noindex" not in html
            pages[served] = html
        assert pages["ru"] != pages["en"]
        assert "Accept-Language" in service.get(path).headers["Vary"]


def test_english_pages_name_works_and_categories_in_english(service):
    html = service.get("/works?lang=en").text
    cells = re.findall(r"<tr><th scope=\"row\"><a [^>]+>([^<]+)</a>.*?<td>([^<]+)</td>", html, re.S)
    assert len(cells) == 50
    # Addresses are as they stand on the houses; what the work is, is said in English.
    assert not [cell for row in cells for cell in row if re.search("[а-яА-Я]", cell)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_statistics_are_those_of_the_interface_as_charts_with_their_tables(browser, service, artefacts, language):
    page = browser(1280, 800, language, scripts=False)
    page.get(f"{service.url}/statistics?lang={language}")
    page.save_screenshot(str(artefacts / f"statistics-{language}.png"))
    names = []
    for group in ("month", "district", "category", "organisation", "contractor", "kind"):
        report = service.get(f"/api/statistics?group={group}").json()
        section = page.find_element(By.CSS_SELECTOR, f"section[aria-labelledby={group}]")
        assert section.find_element(By.CSS_SELECTOR, "figure > svg[role=img]").get_attribute("aria-label")
        assert section.find_element(By.TAG_NAME, "figcaption").text
        rows = [[cell.text for cell in row.find_elements(By.XPATH, "*")]
                for row in section.find_elements(By.CSS_SELECTOR, "tbody tr")]
        assert len(rows) == len(report["rows"])
        for shown, row in zip(rows, report["rows"]):
            decided = row["decided"]
            assert shown[1] == str(row["works"])
            assert re.findall(r"\d+", shown[2]) == ([str(row["kept"]), str(decided)] if decided else [])
            if decided >= report["minimum_sample"]:
                assert [int(n) for n in re.findall(r"\d+", shown[3])] == [
                    round(100 * row[key]) for key in ("share_met", "share_met_low", "share_met_high")]
            elif decided:
                assert not re.search(r"\d", shown[3]), "no share of too few works"
            if row["decided_first"] >= report["minimum_sample"]:
                assert [int(n) for n in re.findall(r"\d+", shown[4])] == [
                    round(100 * row[key]) for key in ("share_met_first", "share_met_first_low", "share_met_first_high")]
            assert shown[5:9] == [str(row[key]) for key in ("open", "overdue", "due_changes", "moved_late")]
            names.append(shown[0])
        # Each chart has a line for each of the rated groups, at most 25 (24 months).
        if group != "month":
            rated = [row for row in report["rows"] if row["ranked"]]
            assert len(section.find_elements(By.CSS_SELECTOR, "svg circle")) == min(25, len(rated))
    if language == "en":
        assert "Pothole" in names and "pothole" not in names
    Select(page.find_element(By.NAME, "kind")).select_by_value("hazard")
    follow(page, ".filter button")
    total = service.get("/api/statistics?group=kind&kind=hazard").json()["total"]["works"]
    assert str(total) in page.find_element(By.CSS_SELECTOR, "main > p").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_district_tells_what_is_open_and_late_and_leads_to_each_work(browser, service, district, artefacts, language):
    page = browser(1280, 800, language, scripts=False)
    page.get(f"{service.url}/districts?lang={language}")
    row = page.find_element(By.XPATH, f"//tbody//a[contains(@href, '/districts/{district['id']}?')]/ancestor::tr")
    numbers = [cell.text for cell in row.find_elements(By.TAG_NAME, "td")]
    name = district["properties"]["name"]
    expected = next(row for row in service.get("/api/statistics?group=district").json()["rows"] if row["name"] == name)
    assert numbers[:2] == [str(expected["open"]), str(expected["overdue"])]
    follow(page, "a", of=row)
    page.save_screenshot(str(artefacts / f"district-{language}.png"))
    title = page.find_element(By.TAG_NAME, "h1").text
    assert title == (name if language == "ru" else district["properties"]["extra"]["name_en"])
    facts = [fact.text for fact in page.find_elements(By.CSS_SELECTOR, "dl dd")]
    assert facts[:2] == numbers[:2]
    works = page.find_elements(By.CSS_SELECTOR, "table.works tbody a")
    assert len(works) == min(100, expected["open"])
    follow(page, "table.works tbody a")
    assert title in page.find_element(By.TAG_NAME, "main").text
    follow(page, title, By.LINK_TEXT)
    assert "/districts/" in page.current_url and f"lang={language}" in page.current_url


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_and_the_page_say_the_same_of_a_deadline(browser, service, language):
    works = [feature for feature in service.get("/geojson/works.geojson?open=true").json()["features"]
             if feature["properties"]["due_changes"] > 0][:200:40]
    page = opened(browser, service, language, "desktop")
    for work in works:
        page.get(f"{service.url}/works/{work['id']}?lang={language}")
        cells = {name.text: value.text for name, value in zip(
            page.find_elements(By.TAG_NAME, "dt"), page.find_elements(By.TAG_NAME, "dd"))}
        moves = cells[{"ru": "Первый срок", "en": "First deadline"}[language]].split(", ", 1)[1]
        state = page.find_element(By.CSS_SELECTOR, "dd > span[class]").text
        page.get(f"{service.url}/?lang={language}#15/54.55/47.35&work={work['id']}")
        page.refresh()
        until(page, "return document.querySelector('#card:not([hidden]) .state')")
        card = page.find_element(By.ID, "card").text
        assert moves in card and state in card


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_lists_tell_how_late_each_work_is_and_how_often_its_deadline_moved(browser, service, language):
    moved = {"ru": "переносили", "en": "moved"}[language]
    page = opened(browser, service, language, "desktop")
    until(page, "return document.querySelector('#works .moves')")
    lines = {line.get_attribute("data-id"): line.text for line in page.find_elements(By.CSS_SELECTOR, "#works .work")}
    page.get(f"{service.url}/works?lang={language}")
    lines |= {row.find_element(By.TAG_NAME, "a").get_attribute("href").split("/")[-1].split("?")[0]: row.text
              for row in page.find_elements(By.CSS_SELECTOR, ".works tbody tr")}
    works = {id: service.get(f"/api/works/{id}").json()["properties"] for id in lines}
    assert {work["due_changes"] > 0 for work in works.values()} == {True, False}
    for id, line in lines.items():
        assert (moved in line) == (works[id]["due_changes"] > 0), line
        assert ({"ru": "опоздание", "en": " late"}[language] in line) == (works[id]["deadline_state"] == "overdue"), line


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_have_no_barrier(browser, service, paths, axe, language, size, dark):  # noqa: F811
    page = browser(*SIZES[size], language, dark)
    objections = {}
    for path in paths:
        page.get(f"{service.url}{path}{'?lang=' + language}")
        objections[path] = findings(page, axe)
    assert objections == {path: [] for path in paths}, json.dumps(objections, ensure_ascii=False, indent=1)


@pytest.mark.parametrize("width", [320, 640])
def test_magnified_pages_are_not_wider_than_the_screen(browser, service, paths, artefacts, width):
    page = browser(1280, 800, "ru")
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                         {"width": width, "height": 400, "deviceScaleFactor": 2, "mobile": False})
    for path in paths:
        page.get(f"{service.url}{path}?lang=ru")
        # Tables may be wider; they scroll by themselves, also by keyboard.
        assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth"), path
    page.save_screenshot(str(artefacts / f"statistics-magnified-{width}.png"))


def test_the_pages_are_walked_by_keyboard(browser, service):
    page = browser(1280, 800, "en")
    page.get(f"{service.url}/works?lang=en")
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert page.switch_to.active_element.text == "Skip to content"
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.current_url.endswith("#main")
    seen = []
    for _ in range(14):
        page.switch_to.active_element.send_keys(Keys.TAB)
        # The button inside a field for dates has the browser's own mark.
        outline = page.execute_script(
            "const is = document.activeElement; return is.type === 'date' ? 'own' : getComputedStyle(is).outlineStyle")
        seen.append((page.switch_to.active_element.get_attribute("name"), outline))
    assert {"kind", "category", "status", "deadline_state", "district"} <= {name for name, _ in seen}
    assert all(outline != "none" for _, outline in seen)


def test_a_printed_page_has_its_content_and_no_navigation(browser, service, paths):
    page = browser(1280, 800, "ru")
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    for path in paths:
        page.get(f"{service.url}{path}?lang=ru")
        hidden = page.execute_script(
            "return [...document.querySelectorAll('header, nav, form')].every((part) => part.offsetHeight === 0)")
        assert hidden and page.find_element(By.TAG_NAME, "h1").is_displayed()
        assert page.execute_script("return document.querySelector('main').offsetHeight > 200")
    assert len(page.execute_cdp_cmd("Page.printToPDF", {})["data"]) > 20_000
