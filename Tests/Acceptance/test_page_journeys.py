"""What residents do on the page, done in a real browser at both sizes and in both languages."""
import datetime
import json
import re
import shutil
import time
import urllib.parse

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from conftest import ROOT, Service, bring_key
from relay import Relay
from test_page import SIZES, loaded, opened, until

BOTH = [("ru", "desktop"), ("en", "phone")]


def click(page, selector):
    """Clicks what a person would first scroll to; a list that is drawn anew meanwhile is looked at again."""
    def clicked(page):
        element = page.find_element(By.CSS_SELECTOR, selector)
        page.execute_script("arguments[0].scrollIntoView({ block: 'center' })", element)
        element.click()
        return True
    WebDriverWait(page, 60, ignored_exceptions=[StaleElementReferenceException]).until(clicked)


def count(page):
    """How many works the list says are on the map."""
    title = page.find_element(By.ID, "list-title").text
    found = re.search(r"\d+", title)
    return int(found.group()) if found else 0


def settled_count(page, other_than):
    until(page, "const found = document.getElementById('list-title').textContent.match(/\\d+/);"
                "return Number(found ? found[0] : 0) !== arguments[0]", other_than)
    return count(page)


def tile_queries(page):
    """The queries of the tiles with works that are on the map now."""
    addresses = page.execute_script(
        "return [...document.querySelectorAll('.leaflet-tile')].map((tile) => tile.src).filter((src) => src.includes('/tiles/works/'))")
    return {urllib.parse.urlsplit(address).query for address in addresses}


def matched(service, box_of, **filters):
    """How many works the service itself counts in what a page shows."""
    bounds = box_of.execute_script(
        "return performance.getEntriesByType('resource').map((entry) => entry.name)"
        ".filter((name) => name.includes('/ogc/collections/works/items')).pop()")
    bbox = urllib.parse.parse_qs(urllib.parse.urlsplit(bounds).query)["bbox"][0]
    return service.get("/ogc/collections/works/items", params={"bbox": bbox, "limit": 1, **filters}).json()["numberMatched"]


@pytest.mark.parametrize("language,size", BOTH)
def test_filters_change_the_list_the_tiles_and_the_address(browser, service, language, size):
    page = opened(browser, service, language, size)
    everything = count(page)
    click(page, "#filters summary")
    click(page, "#kind-outage")
    outages = settled_count(page, everything)
    assert 0 < outages < everything
    assert outages == matched(service, page, kind="outage", open="true")
    assert tile_queries(page) == {"kind=outage&open=true"}
    click(page, "#deadline_state-overdue")
    late = settled_count(page, outages)
    assert late == matched(service, page, kind="outage", deadline_state="overdue", open="true")
    assert "kind=outage" in page.current_url and "deadline_state=overdue" in page.current_url
    click(page, "#clear")
    assert settled_count(page, late) == everything
    click(page, "#closed")
    assert settled_count(page, everything) > everything
    assert tile_queries(page) == {""}
    click(page, "#closed")
    until(page, "return document.getElementById('list-title').textContent.includes(arguments[0])", str(everything))
    click(page, "#status-done")
    done = settled_count(page, everything)
    assert done == matched(service, page, status="done")
    click(page, "#clear")
    settled_count(page, done)
    click(page, "#filters details summary")
    click(page, "#category-heating")
    assert settled_count(page, everything) == matched(service, page, category="heating", open="true")


@pytest.mark.parametrize("language,size", BOTH)
def test_the_slider_shows_what_is_closed_on_a_coming_day(browser, service, artefacts, language, size):
    page = opened(browser, service, language, size)
    everything = count(page)
    click(page, '[data-when="day"]')
    slider = page.find_element(By.ID, "day-slider")
    slider.send_keys(*[Keys.ARROW_RIGHT] * 3)
    day = page.execute_script("return document.getElementById('day').value")
    assert day == str(city_day(3))
    tiles_ask(page, f"datetime={day}&open=true")
    listed(page, matched(service, page, datetime=day, open="true"))
    weekday = page.execute_script(
        "return new Intl.DateTimeFormat(arguments[0], { weekday: 'long', timeZone: 'UTC' }).format(Date.parse(arguments[1]))",
        language, day)
    assert weekday in slider.get_attribute("aria-valuetext") == page.find_element(By.ID, "when-words").text
    page.save_screenshot(str(artefacts / f"period-{language}-{size}.png"))
    hours = [option.text for option in page.find_elements(By.CSS_SELECTOR, "#hour option")]
    assert hours[1:] == [f"{hour:02}:00" for hour in range(24)]
    page.find_element(By.ID, "hour").send_keys("12")
    # The demo city's clocks are three hours ahead all the year.
    until(page, "return [...document.querySelectorAll('.leaflet-tile')].some((tile) => tile.src.includes('T09:00:00Z&'))")
    click(page, "#to-now")
    until(page, "return Number(document.getElementById('list-title').textContent.match(/\\d+/)?.[0]) === arguments[0]", everything)


def city_day(after=0):
    """A day by the demo city's clocks, which are three hours ahead all the year, counted from today."""
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=3)))
    return now.date() + datetime.timedelta(days=after)


def words(page):
    return page.find_element(By.ID, "when-words").text


def tiles_ask(page, query):
    until(page, "return [...document.querySelectorAll('.leaflet-tile')].filter((tile) => tile.src.includes('/tiles/works/'))"
                ".every((tile) => tile.complete && new URL(tile.src).search.slice(1) === arguments[0])", query)


def listed(page, number):
    """Waits until the list counts so many works."""
    until(page, "return Number(document.getElementById('list-title').textContent.match(/\\d+/)?.[0] ?? 0) === arguments[0]", number)


@pytest.mark.parametrize("language,size", BOTH)
def test_one_control_says_in_words_what_time_is_shown(browser, service, artefacts, language, size):
    today = city_day()
    monday = today - datetime.timedelta(days=today.weekday())
    page = opened(browser, service, language, size)
    assert words(page) == {"ru": "Работы, известные сейчас: идут и запланированы", "en": "Works known now: going on and planned"}[language]
    for choice, ru, en, period in [
        ("today", "Работы сегодня: ", "Works today, ", f"{today}"),
        ("week", "Работы на этой неделе: ", "Works this week, ", f"{monday}/{monday + datetime.timedelta(days=6)}"),
        ("day", "Работы на дату: ", "Works on ", f"{today}"),
        ("period", "Работы за период: ", "Works in the period ", f"{today}/{city_day(6)}"),
    ]:
        click(page, f'[data-when="{choice}"]')
        tiles_ask(page, f"datetime={period}&open=true")
        listed(page, matched(service, page, datetime=period, open="true"))
        assert words(page).startswith({"ru": ru, "en": en}[language])
        assert [chip.get_attribute("data-when") for chip in page.find_elements(By.CSS_SELECTOR, '#time [aria-pressed="true"]')] == [choice]
        first, last = period.split("/")[0], period.split("/")[-1]
        statistics = urllib.parse.urlsplit(page.find_element(By.ID, "statistics").get_attribute("href"))
        assert dict(urllib.parse.parse_qsl(statistics.query)) == {"since": first, "until": last, "lang": language}
        assert service.get(f"{statistics.path}?{statistics.query}").status_code == 200
        plain = urllib.parse.urlsplit(page.find_element(By.ID, "plain").get_attribute("href"))
        assert dict(urllib.parse.parse_qsl(plain.query)) == {"datetime": period, "open": "true", "lang": language}
        assert not page.find_element(By.ID, "past").is_displayed()
    # A period that begins in the past has what was finished since; it never ends before it begins.
    page.execute_script(
        "for (const [id, day] of [['day', arguments[0]], ['until', arguments[1]]]) {"
        "  document.getElementById(id).value = day; document.getElementById(id).dispatchEvent(new Event('change')); }",
        str(city_day(-30)), str(city_day(-40)))
    period = str(city_day(-30))
    until(page, "return location.hash.includes(arguments[0])", f"day={period}&until={period}")
    tiles_ask(page, f"datetime={period}")
    listed(page, matched(service, page, datetime=period))
    page.save_screenshot(str(artefacts / f"when-{language}-{size}.png"))


@pytest.mark.parametrize("language,size", [("ru", (360, 740)), ("en", (1280, 800))])
def test_the_past_is_told_as_it_was_promised(browser, service, artefacts, language, size):
    day = city_day(-60)
    page = browser(*size, language)
    page.get(f"{service.url}/?lang={language}")
    loaded(page)
    now = count(page)
    click(page, '[data-when="was"]')
    until(page, "return location.hash.includes(arguments[0])", f"at={city_day(-1)}")
    page.execute_script("const day = document.getElementById('day'); day.value = arguments[0]; day.dispatchEvent(new Event('change'))", str(day))
    tiles_ask(page, f"at={day}&open=true")
    then = matched(service, page, at=day, open="true")
    assert then != now
    listed(page, then)
    said = {"ru": f"Как было обещано на {day.day} ", "en": "As it was promised on "}[language]
    assert words(page).startswith(said) and page.find_element(By.ID, "past").text.startswith(said)
    assert page.execute_script("return document.getElementById('when-words').tagName") == "OUTPUT"
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    for name in ("statistics", "plain"):
        assert f"at={day}&" in page.find_element(By.ID, name).get_attribute("href")
    page.save_screenshot(str(artefacts / f"past-{language}.png"))

    click(page, '#works [data-state="overdue"]')
    until(page, "return location.hash.includes('work=')")
    id_ = re.search(r"work=([0-9a-f-]+)", page.current_url).group(1)
    was = service.get(f"/ogc/collections/works/items/{id_}", params={"at": day}).json()["properties"]
    card = page.find_element(By.ID, "card").text
    assert {"ru": f"Как было на {day.day} ", "en": "As it was on "}[language] in card
    end = datetime.datetime.fromisoformat(f"{day}T23:59:59+03:00")
    late = (end - datetime.datetime.fromisoformat(was["due_at"].replace("Z", "+00:00"))) / datetime.timedelta(days=1)
    assert was["deadline_state"] == "overdue" and re.search(rf"\b{int(-(-late // 1))} ", card), "late as of that day"
    link = page.find_element(By.CSS_SELECTOR, '#card a[href^="/works/"]').get_attribute("href")
    assert urllib.parse.urlsplit(link).query == f"at={day}&lang={language}" and service.get(f"/works/{id_}?at={day}").status_code == 200
    click(page, "#card .history summary")
    entries = [entry for entry in service.get(f"/api/works/{id_}/history").json()["entries"]
               if datetime.datetime.fromisoformat(entry["at"].replace("Z", "+00:00")) <= end]
    until(page, "return document.querySelectorAll('.history li').length === arguments[0]", len(entries))

    page.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    click(page, "#past")
    tiles_ask(page, "open=true")
    listed(page, now)
    assert page.execute_script("return document.activeElement.dataset.when") == "now"
    assert not page.find_element(By.ID, "past").is_displayed() and "at=" not in page.current_url


def test_a_card_follows_the_time(browser, service):
    work = service.get("/ogc/collections/works/items", params={"at": city_day(-60), "open": "true", "limit": 1}).json()["features"][0]
    page = opened(browser, service, "en", "desktop", f"/#15/54.55/47.35&work={work['id']}&lang=en")
    until(page, "return !document.getElementById('card').hidden")
    assert "As it was" not in page.find_element(By.ID, "card").text
    page.find_element(By.CSS_SELECTOR, '[data-when="was"]').send_keys(Keys.ENTER)
    until(page, "return document.getElementById('card').textContent.includes('As it was on')")
    assert page.execute_script("return document.activeElement.dataset.when") == "was", "the focus stays"
    # Before anything was known of it there is nothing to tell.
    page.execute_script(
        "const day = document.getElementById('day'); day.value = '1999-12-31'; day.dispatchEvent(new Event('change'))")
    until(page, "return document.getElementById('card').hidden && document.getElementById('status').textContent.includes('not known yet')")
    page.find_element(By.ID, "to-now").send_keys(Keys.ENTER)
    assert page.execute_script("return document.activeElement.dataset.when") == "now"


def test_a_link_keeps_the_time_and_back_leads_to_the_one_before(browser, service):
    page = opened(browser, service, "en", "desktop")
    now = count(page)
    day = str(city_day(-60))
    click(page, '[data-when="week"]')
    until(page, "return location.hash.includes('when=week')")
    click(page, '[data-when="was"]')
    until(page, "return location.hash.includes('at=')")
    page.back()
    until(page, "return document.getElementById('when-words').textContent.startsWith('Works this week')")
    assert "datetime=" in tile_queries(page).pop()
    page.back()
    until(page, "return document.getElementById('when-words').textContent.startsWith('Works known now')")
    listed(page, now)
    page.forward()
    page.forward()
    tiles_ask(page, f"at={city_day(-1)}&open=true")
    moment = f"{day}T12:30:00Z"
    for link, query, said in [
        (f"at={day}", f"at={day}&open=true", "As it was promised on"), (f"at={day}T15:30:00+03:00", f"at={moment}&open=true", "3:30"),
        ("day=2026-03-01&hour=07", "datetime=2026-03-01T04:00:00Z", "07:00"),
    ]:
        page.get(f"{service.url}/#12/54.55/47.35&{link}&lang=en")
        page.refresh()
        loaded(page)
        tiles_ask(page, query)
        assert said in words(page) and page.find_element(By.ID, "status").text == ""


def test_a_late_answer_does_not_write_into_another_entry_of_the_history(browser, service):
    page = opened(browser, service, "en", "desktop")
    click(page, '[data-when="week"]')
    until(page, "return location.hash.includes('when=week')")
    click(page, '[data-when="was"]')
    tiles_ask(page, f"at={city_day(-1)}&open=true")
    # The answer to the first step back comes at the moment at which the address is that of the second.
    page.execute_script(
        "const read = Response.prototype.json; const free = new Promise((resolve) => { window.release = resolve; });"
        "Response.prototype.json = async function () {"
        "  const answer = await read.call(this); window.held = true; await free; return answer; };"
        "history.back()")
    until(page, "return window.held && document.getElementById('when-words').textContent.startsWith('Works this week')")
    page.execute_script("addEventListener('popstate', window.release, { once: true }); history.back()")
    until(page, "return document.getElementById('when-words').textContent.startsWith('Works known now')", seconds=10)
    tiles_ask(page, "open=true")
    assert "when=" not in page.current_url


@pytest.mark.parametrize("link", [
    "at=2026-02-30", "at=2999-01-01", "at=yesterday", "at=2026-01-01T12:00:00", "when=someday", "day=2026-99-99", "day=2026-01-01&hour=77",
    "until=2026-01-01", "day=2026-01-02&until=2026-01-01", "day=0001-01-01", "at=TOMORROW",
])
def test_a_time_that_makes_no_sense_is_now_and_said(browser, service, link):
    page = opened(browser, service, "en", "desktop", f"/#12/54.55/47.35&{link.replace('TOMORROW', str(city_day(1)))}&lang=en")
    assert tile_queries(page) == {"open=true"}
    assert words(page).startswith("Works known now")
    assert "makes no sense" in page.find_element(By.ID, "status").text
    assert not re.search("at=|day=|when=", page.current_url)


def test_what_is_followed_is_so_now_in_the_past_too(browser, service):
    """Neither a look at the past nor following from there makes the past what somebody saw last."""
    moved = next(feature for feature in service.get("/geojson/works.geojson?open=true").json()["features"]
                 if feature["properties"]["due_changes"] > 0)
    then = next(entry["at"] for entry in service.get(f"/api/works/{moved['id']}/history").json()["entries"] if entry["field"] == "due_at")
    before = service.get(f"/ogc/collections/works/items/{moved['id']}", params={"at": then}).json()["properties"]["due_at"]
    assert before != moved["properties"]["due_at"]
    page = opened(browser, service, "en", "desktop", f"/#15/54.55/47.35&at={then}&work={moved['id']}&lang=en")
    until(page, "return !document.getElementById('card').hidden")
    click(page, "#card .follow")
    until(page, "return document.querySelector('#followed .note')")
    assert "Nothing changed" in page.find_element(By.CSS_SELECTOR, "#followed .note").text
    click(page, "#followed .work")
    until(page, "return document.getElementById('card').textContent.includes('As it was on')")
    page.refresh()
    until(page, "return document.querySelector('#followed .note')")
    assert "Nothing changed" in page.find_element(By.CSS_SELECTOR, "#followed .note").text


def test_without_a_connection_no_moment_stands_for_another(browser, demo_database):
    service = Service(demo_database)
    page = opened(browser, service, "en", "desktop")
    until(page, "return navigator.serviceWorker.controller")
    now = count(page)
    page.execute_script("document.querySelector('[data-when=\"was\"]').click()")
    tiles_ask(page, f"at={city_day(-1)}&open=true")
    then = settled_count(page, now)
    assert unstored(page) == []
    service.stop()
    link = page.current_url
    page.refresh()
    listed(page, then)
    tiles_ask(page, f"at={city_day(-1)}&open=true")
    click(page, "#to-now")
    listed(page, now)
    # What was not looked at is not there: the answers of another moment do not stand in for it.
    page.get(link.replace(str(city_day(-1)), str(city_day(-2))))
    until(page, "return document.getElementById('list-title').textContent === 'The list did not load'")
    assert page.execute_script(
        "return [...document.querySelectorAll('.leaflet-tile')].filter((tile) => tile.src.includes('/tiles/works/') && tile.naturalWidth).length") == 0


@pytest.mark.parametrize("language,size", BOTH)
def test_a_street_is_found_and_the_map_goes_there(browser, service, language, size):
    page = opened(browser, service, language, size)
    words = page.find_element(By.ID, "words")
    words.send_keys({"ru": "проспект ленина", "en": "lenina av"}[language])
    until(page, "return document.querySelectorAll('#found button').length > 1")
    words.send_keys(Keys.ENTER)
    name = {"ru": "проспект Ленина", "en": "Lenina Avenue"}[language]
    until(page, "return document.activeElement.textContent.startsWith(arguments[0])", name)
    page.switch_to.active_element.send_keys(Keys.ENTER)
    until(page, "return document.getElementById('status').textContent.includes(arguments[0])", name)
    place = service.get("/api/places", params={"q": "проспект ленина"}).json()["places"][0]
    west, south, east, north = place["bbox"]

    def is_there(page):
        latitude, longitude = map(float, re.search(r"#\d+/(-?[\d.]+)/(-?[\d.]+)", page.current_url).groups())
        return south <= latitude <= north and west <= longitude <= east

    # The address follows the map after a moment.
    WebDriverWait(page, 60).until(is_there)


@pytest.mark.parametrize("language,size", BOTH)
def test_words_narrow_the_works(browser, service, language, size):
    page = opened(browser, service, language, size)
    everything = count(page)
    page.find_element(By.ID, "words").send_keys("люк")
    until(page, "return document.querySelectorAll('#found button').length > 0")
    click(page, "#found li:last-child button")
    assert settled_count(page, everything) == matched(service, page, q="люк", open="true")
    assert all("q=" in query for query in tile_queries(page))


def test_the_list_turns_its_pages_and_follows_the_map(browser, service):
    page = opened(browser, service, "ru", "desktop")
    everything = count(page)
    ids = "return [...document.querySelectorAll('#works button')].map((button) => button.dataset.id)"
    first = page.execute_script(ids)
    assert len(first) == 20
    page.find_element(By.ID, "next").send_keys(Keys.ENTER)
    until(page, "return document.querySelector('#works').start === 21")
    second = page.execute_script(ids)
    assert not set(first) & set(second)
    page.find_element(By.ID, "back").send_keys(Keys.ENTER)
    until(page, "return document.querySelector('#works').start === 1")
    assert page.execute_script(ids) == first
    page.find_element(By.ID, "map").send_keys("+")
    assert settled_count(page, everything) < everything


@pytest.mark.parametrize("language,size", BOTH)
def test_the_card_says_deadline_moves_hours_traffic_and_history(browser, service, artefacts, language, size):
    work = next(feature for feature in service.get("/geojson/works.geojson?open=true").json()["features"]
                if feature["properties"]["due_changes"] > 0 and feature["properties"]["daily_from"]
                and feature["properties"]["traffic_impact"] not in ("none", None) and feature["properties"]["contractor"])
    entries = service.get(f"/api/works/{work['id']}/history").json()["entries"]
    page = opened(browser, service, language, size, f"/#15/54.55/47.35&work={work['id']}&lang={language}")
    until(page, "return !document.getElementById('card').hidden")
    text = page.find_element(By.ID, "card").text
    is_ = work["properties"]
    for fact in (is_["daily_from"], is_["daily_until"], is_["organisation"], is_["contractor"], is_["address"],
                 {"ru": "переносили", "en": "moved"}[language]):
        assert fact in text
    assert {"ru": "Движению не мешает", "en": "No effect on traffic"}[language] not in text
    click(page, "#card .history summary")
    until(page, "return document.querySelectorAll('.history li').length === arguments[0]", len(entries))
    history = page.find_element(By.CSS_SELECTOR, ".history").text
    assert {"ru": "срок перенесён с", "en": "deadline moved from"}[language] in history
    for entry in entries:
        if entry["reason"]:
            assert entry["reason"] in history
    assert "history." not in history and "null" not in history
    page.save_screenshot(str(artefacts / f"history-{language}-{size}.png"))
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    assert not page.find_element(By.ID, "card").is_displayed()


def test_a_link_restores_view_filters_language_and_work(browser, service):
    work = service.get("/ogc/collections/works/items?kind=outage&open=true&limit=1").json()["features"][0]
    page = opened(browser, service, "ru", "desktop")
    click(page, "#filters summary")
    click(page, "#kind-outage")
    until(page, "return location.hash.includes('kind=outage')")
    page.find_element(By.CSS_SELECTOR, '[data-language="en"]').click()
    until(page, "return document.documentElement.lang === 'en'")
    # Without the shift key it is one level nearer.
    page.find_element(By.ID, "map").send_keys("=")
    until(page, "return location.hash.startsWith('#13/')")
    until(page, "return document.querySelector('#works button')")
    click(page, "#works button")
    until(page, "return location.hash.includes('work=')")
    click(page, "#share")
    link = page.find_element(By.ID, "link").get_attribute("value")
    shown = page.find_element(By.CSS_SELECTOR, "#card h2").text

    other = browser(1280, 800, "ru")
    other.get(link)
    loaded(other)
    until(other, "return !document.getElementById('card').hidden")
    assert other.title == "Verkhnerechensk — Works map"
    assert other.find_element(By.CSS_SELECTOR, "#card h2").text == shown
    assert tile_queries(other) == {"kind=outage&open=true"}
    assert other.execute_script("return document.getElementById('kind-outage').checked")
    # The lists follow their maps after a moment.
    WebDriverWait(page, 60).until(lambda page: count(page) == count(other) > 0)
    assert other.current_url == link
    assert work["properties"]["kind"] == "outage"


@pytest.mark.parametrize("path", [
    "/#15/54.55/47.35",
    "/?lang=en#15/54.55/47.35",
    "/#15/54.55/47.35&kind=spaceship,outage&colour=blue&day=2026-99-99&hour=77&work=none&lang=xx",
    "/#99/999/none",
    "/?lang=tlh",
    "/?kind=outage&q=%D1%82%D1%80%D1%83%D0%B1%D0%B0",
])
def test_links_of_other_versions_and_broken_ones_open_the_map(browser, service, path):
    page = browser(1280, 800, "ru")
    page.get(service.url + path)
    loaded(page)
    assert page.title == ("Verkhnerechensk — Works map" if "lang=en" in path else "Верхнереченск — Карта работ")
    assert not [entry for entry in page.get_log("browser")
                if entry["level"] == "SEVERE" and "/open311/" not in entry["message"]]
    if "54.55" in path:
        assert "#15/54.55000/47.35000" in page.current_url
    if "outage" in path:
        assert all("kind=outage" in query and "spaceship" not in query for query in tile_queries(page))


def test_a_link_to_a_work_that_is_gone_says_so(browser, service):
    page = opened(browser, service, "en", "desktop",
                  "/#15/54.55/47.35&work=01973ded-b108-7808-b15a-000000000000&lang=en")
    until(page, "return document.getElementById('status').textContent.includes('does not exist')")


@pytest.mark.parametrize("language,size", BOTH)
def test_the_map_goes_where_the_resident_is(browser, service, language, size):
    page = opened(browser, service, language, size)
    page.execute_cdp_cmd("Browser.grantPermissions", {"origin": service.url, "permissions": ["geolocation"]})
    page.execute_cdp_cmd("Emulation.setGeolocationOverride", {"latitude": 54.5612, "longitude": 47.3321, "accuracy": 20})
    click(page, "#locate")
    until(page, "return location.hash.includes('/54.561') && location.hash.includes('/47.332')")
    assert "54.561" in page.find_element(By.ID, "status").text


def test_without_leave_to_know_the_place_the_page_says_what_to_do(browser, service):
    page = opened(browser, service, "en", "desktop")
    page.execute_cdp_cmd("Browser.setPermission", {"permission": {"name": "geolocation"}, "setting": "denied"})
    click(page, "#locate")
    until(page, "return document.getElementById('status').textContent.includes('could not be found')")


@pytest.mark.parametrize("language,size", BOTH)
def test_who_follows_a_work_sees_that_its_deadline_moved(browser, worksmap, demo_database, tmp_path, artefacts, language, size):
    database = tmp_path / "followed.sqlite"
    worksmap("backup", "--database", demo_database, database)
    bring_key(demo_database, database)
    service = Service(database)
    try:
        work = service.get("/ogc/collections/works/items?deadline_state=on_time&limit=1").json()["features"][0]
        page = opened(browser, service, language, size, f"/#15/54.55/47.35&work={work['id']}&lang={language}")
        until(page, "return !document.getElementById('card').hidden")
        click(page, "#card .follow")
        until(page, "return document.querySelector('#followed .note')")
        due = datetime.datetime.fromisoformat(work["properties"]["due_at"].replace("Z", "+00:00")) + datetime.timedelta(days=9)
        worksmap("work", "set-deadline", "--database", database, work["id"], f"{due:%Y-%m-%dT%H:%M:%SZ}",
                 "--reason", "Не хватило труб")
        page.get(f"{service.url}/?lang={language}")
        loaded(page)
        until(page, "return document.querySelector('#followed .note')")
        note = page.find_element(By.CSS_SELECTOR, "#followed .note").text
        assert {"ru": "Срок перенесён", "en": "The deadline moved"}[language] in note
        page.save_screenshot(str(artefacts / f"followed-{language}-{size}.png"))
        click(page, "#followed .work")
        click(page, "#card .follow")
        until(page, "return document.getElementById('followed').hidden")
    finally:
        service.stop()


def unstored(page):
    """The addresses of what was loaded, before the worker was there too, and has not reached its stores within a time."""
    return page.execute_async_script("""
        const done = arguments[0];
        const began = Date.now();
        const stored = async () => {
          const seen = performance.getEntriesByType('resource').map((entry) => new URL(entry.name))
            .filter((address) => address.origin === location.origin && !/^.(open311|health|metrics)|service-worker/.test(address.pathname));
          const missing = [];
          for (const address of seen) if (!await caches.match(address.href, { ignoreVary: true })) missing.push(address.href);
          if (!await caches.match('/', { ignoreVary: true, ignoreSearch: true })) missing.push('/');
          if (missing.length === 0 || Date.now() - began > 20000) return done(missing);
          setTimeout(stored, 200);
        };
        stored();""")


@pytest.mark.parametrize("language,size", BOTH)
def test_what_was_seen_is_there_without_a_connection(browser, demo_database, artefacts, language, size):
    service = Service(demo_database)
    page = opened(browser, service, language, size)
    updated = page.find_element(By.ID, "updated").text
    until(page, "return navigator.serviceWorker.controller")
    seen = count(page)
    assert unstored(page) == []
    service.stop()
    page.get(page.current_url)
    page.refresh()
    loaded(page)
    until(page, "return document.getElementById('offline').textContent")
    assert {"ru": "Нет связи. Показано сохранённое", "en": "Offline. Shown is what was stored"}[language] in \
        page.find_element(By.ID, "offline").text
    assert count(page) == seen
    assert page.find_element(By.ID, "updated").text == updated
    page.save_screenshot(str(artefacts / f"offline-{language}-{size}.png"))


class Late(Relay):
    """The service far away: its worker comes late, and pictures of the legend that were asked for before it later still."""

    def get(self, path):
        time.sleep(2 if path == "/service-worker.js" else 7 if re.match(r"/legend/.*\.png", path) else 0)
        return super().get(path)


def test_what_arrives_long_after_the_worker_has_taken_over_is_stored_too(browser, service):
    far = Late(service)
    try:
        page = opened(browser, far, "en", "desktop")
        until(page, "return navigator.serviceWorker.controller")
        until(page, "const pictures = performance.getEntriesByType('resource').filter((entry) => /legend.*png/.test(entry.name));"
                    "return pictures.length > 0 && pictures.length === document.querySelectorAll('#legend img').length", seconds=60)
        assert unstored(page) == []
    finally:
        far.stop()


def test_a_language_is_added_by_one_file(browser, demo_database, tmp_path):
    web = tmp_path / "web"
    shutil.copytree(ROOT / "web", web)
    index = json.loads((web / "locales/index.json").read_text(encoding="utf-8"))
    index["languages"].append({"code": "de", "name": "Deutsch", "borrows": "en"})
    (web / "locales/index.json").write_text(json.dumps(index), encoding="utf-8")
    (web / "locales/de.json").write_text(json.dumps({"title": "Baustellenkarte"}), encoding="utf-8")
    service = Service(demo_database, "--web", str(web))
    try:
        page = opened(browser, service, "de", "desktop")
        assert page.title == "Verkhnerechensk — Baustellenkarte"
        assert "works on the map" in page.find_element(By.ID, "list-title").text
        assert page.find_element(By.CSS_SELECTOR, '[data-language="de"]').text == "Deutsch"
    finally:
        service.stop()


def test_the_languages_have_the_same_texts():
    def paths(texts, before=""):
        for key, value in texts.items():
            if isinstance(value, dict) and "other" not in value:
                yield from paths(value, before + key + ".")
            else:
                yield before + key
    languages = {code: set(paths(json.loads((ROOT / f"web/locales/{code}.json").read_text(encoding="utf-8"))))
                 for code in ("ru", "en")}
    assert languages["ru"] == languages["en"] and len(languages["ru"]) > 100


@pytest.mark.parametrize("size", SIZES)
def test_everything_can_be_done_with_the_keyboard(browser, service, size):
    page = opened(browser, service, "ru", size)
    page.execute_script("document.activeElement.blur(); window.scrollTo(0, 0)")
    reached, invisible = [], []
    for _ in range(60):
        page.switch_to.active_element.send_keys(Keys.TAB)
        name, outline = page.execute_script(
            "const is = document.activeElement; const style = getComputedStyle(is);"
            "return [is.id || is.className || is.tagName, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]")
        reached.append(name)
        if not outline and name != "BODY":
            invisible.append(name)
        if name == "plain":
            break
    for wanted in ("map", "words", "locate", "share", "work", "next", "plain"):
        assert wanted in reached
    assert not invisible
    # A place is chosen with arrows and Enter; the cross shows which.
    work = next(feature for feature in service.get("/geojson/works.geojson?open=true").json()["features"]
                if feature["geometry"]["type"] == "Point")
    longitude, latitude = work["geometry"]["coordinates"]
    page.get(f"{service.url}/#18/{latitude}/{longitude}&lang=ru")
    page.refresh()
    loaded(page)
    where = page.find_element(By.ID, "map")
    where.send_keys(Keys.ARROW_RIGHT)
    assert page.find_element(By.ID, "cross").is_displayed()
    until(page, "return !location.hash.includes(arguments[0].toFixed(5))", longitude)
    where.send_keys(Keys.ARROW_LEFT)
    until(page, "return location.hash.includes(arguments[0].toFixed(3))", longitude)
    page.execute_script("return new Promise((done) => setTimeout(done, 500))")
    where.send_keys(Keys.ENTER)
    until(page, "return !document.getElementById('card').hidden")
    assert page.execute_script("return document.activeElement.id") == "card"
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert page.execute_script("return document.activeElement.id") == "map"


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("width", [320, 360, 640])
def test_at_200_and_400_percent_nothing_is_cut_off(browser, service, artefacts, width, language):
    # A screen of 1280 px that is magnified twice shows 640 of the page's pixels, four times 320 (WCAG 1.4.10).
    page = browser(1280, 800, language)
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                         {"width": width, "height": 400, "deviceScaleFactor": 2, "mobile": False})
    page.get(f"{service.url}/?lang={language}")
    loaded(page)
    click(page, "#filters summary")
    click(page, "#works button")
    page.save_screenshot(str(artefacts / f"magnified-{language}-{width}.png"))
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    for selector in ("#card .close", "#words", "#locate", "#when-words"):
        box = page.execute_script(
            "const box = document.querySelector(arguments[0]).getBoundingClientRect(); return [box.left, box.right]", selector)
        assert box[0] >= 0 and box[1] <= width


def test_who_wants_less_motion_gets_none(browser, service):
    page = browser(1280, 800, "ru")
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]})
    page.get(service.url)
    loaded(page)
    assert not page.find_elements(By.CSS_SELECTOR, ".leaflet-zoom-anim, .leaflet-fade-anim")
    assert page.execute_script("return getComputedStyle(document.querySelector('.leaflet-tile')).transitionDuration") in ("0s", "")


def loads(page):
    """What a page has loaded: address, octets over the wire."""
    return page.execute_script(
        "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".map((entry) => [entry.name, entry.transferSize])")


@pytest.mark.parametrize("size", SIZES)
def test_without_its_tiles_the_first_view_is_light(browser, service, size):
    page = browser(*SIZES[size], "ru")
    page.get(f"{service.url}/")
    loaded(page)
    rest = [load for load in loads(page) if not re.search(r"/tiles/.*\.png", load[0])]
    ours = [load for load in rest if load[0].endswith(".js") and "/leaflet/" not in load[0]]
    assert len(ours) > 5 and all(octets > 0 for _, octets in ours)
    assert sum(octets for _, octets in rest) < 150_000, sorted(rest, key=lambda load: -load[1])[:12]
    scripts = sum(file.stat().st_size for file in (ROOT / "web").glob("*.js"))
    assert scripts < 60_000, "all of our scripts, not even compressed"


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_first_view_with_its_tiles_is_light(browser, service, size):
    page = browser(*SIZES[size], "ru")
    page.get(f"{service.url}/")
    loaded(page)
    total = sum(octets for _, octets in loads(page))
    print(f"{size}: {total} octets over the wire")
    assert total < 350_000, sorted(loads(page), key=lambda load: -load[1])[:12]


@pytest.mark.parametrize("query,names", [("", "q"), ("?q=", "q"), ("?q=a&limit=0", "limit"), ("?q=a&colour=blue", "colour")])
def test_a_search_for_places_that_cannot_be_read_is_refused_by_name(service, query, names):
    answer = service.get(f"/api/places{query}")
    assert answer.status_code == 400
    assert names in answer.json()["detail"]
