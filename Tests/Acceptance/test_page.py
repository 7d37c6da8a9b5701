"""The residents' page in a real browser."""
import json

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}


def until(page, script, *arguments, seconds=30):
    """Waits until a script answers with something."""
    return WebDriverWait(page, seconds).until(lambda page: page.execute_script(script, *arguments))


def loaded(page):
    """Waits until the map and its list are there."""
    until(page, "return document.querySelectorAll('.leaflet-tile-loaded').length > 3"
                " && document.querySelectorAll('.leaflet-tile:not(.leaflet-tile-loaded)').length === 0"
                " && !/…/.test(document.getElementById('list-title').textContent)")


def opened(browser, service, language, size, path="/", dark=False):
    width, height = SIZES[size]
    page = browser(width, height, language, dark)
    page.get(f"{service.url}{path}" + ("" if "#" in path else f"?lang={language}"))
    loaded(page)
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_page_shows_the_map_and_the_legend(browser, service, artefacts, language, size):
    page = opened(browser, service, language, size)
    page.save_screenshot(str(artefacts / f"page-{language}-{size}.png"))
    assert page.title == {"ru": "Верхнереченск — Карта работ", "en": "Verkhnerechensk — Works map"}[language]
    if size == "phone":
        page.find_element(By.ID, "legend-title").click()
    legend = page.find_element(By.ID, "legend").text
    for word in {"ru": ["Срок прошёл", "Отключение"], "en": ["Overdue", "Outage"]}[language]:
        assert word in legend
    assert not [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"
                # A service that takes no reports says so with 404, and browsers note that.
                and "/open311/v2/services.json" not in entry["message"]]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_click_opens_a_card_with_title_status_and_deadline(browser, service, artefacts, language):
    page = opened(browser, service, language, "desktop")
    work = next(feature for feature in service.get("/geojson/works.geojson?deadline_state=overdue").json()["features"]
                if feature["geometry"]["type"] == "Point" and feature["properties"]["due_changes"] > 0)
    longitude, latitude = work["geometry"]["coordinates"]
    # The page goes where its address says, so that the work is in the middle.
    page.get(f"{service.url}/?lang={language}#18/{latitude}/{longitude}")
    page.refresh()
    WebDriverWait(page, 30).until(lambda page: page.find_elements(By.CSS_SELECTOR, ".leaflet-tile-loaded"))
    page.find_element(By.ID, "map").click()
    card = WebDriverWait(page, 30).until(lambda page: page.find_element(By.CSS_SELECTOR, "#card:not([hidden])"))
    if card.find_elements(By.CSS_SELECTOR, "li button"):
        card.find_element(By.CSS_SELECTOR, f'li button[data-id="{work["id"]}"]').click()
    page.save_screenshot(str(artefacts / f"card-{language}.png"))
    text = page.find_element(By.ID, "card").text
    title = work["properties"]["title"] if language == "ru" else work["properties"]["extra"]["title_en"]
    assert title in text
    assert {"ru": "Срок прошёл", "en": "Overdue"}[language] in text
    assert {"ru": "переносили", "en": "moved"}[language] in text


def test_nothing_is_loaded_from_elsewhere(browser, service):
    page = opened(browser, service, "ru", "desktop")
    loaded = page.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert loaded and all(address.startswith(service.url) for address in loaded), json.dumps(loaded)
