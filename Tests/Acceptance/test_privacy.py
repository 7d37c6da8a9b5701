"""The page about privacy as residents read it, and a city's own text in its place."""
import signal

import pytest
from selenium.webdriver.common.by import By

from conftest import Service, another_page, eventually
from test_page import SIZES, opened, until
from test_page_axe import axe, findings  # noqa: F401

WORDS = {"ru": ["Что видят все", "Как долго", "180 дней", "Cookie"], "en": ["What everybody sees", "How long", "180 days", "Cookies"]}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", WORDS)
def test_the_page_has_no_barrier_and_fits_every_width(browser, service, axe, artefacts, language, size, dark):  # noqa: F811
    page = browser(*SIZES[size], language, dark=dark, scripts=True)
    page.get(service.url + "/privacy")
    text = page.find_element(By.TAG_NAME, "main").text
    assert all(word in text for word in WORDS[language]), text
    assert page.find_element(By.TAG_NAME, "html").get_attribute("lang") == language
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    page.save_screenshot(str(artefacts / f"privacy-{language}-{size}-{'dark' if dark else 'light'}.png"))
    assert findings(page, axe) == []


def test_it_is_one_click_away_from_the_map_and_from_every_page(browser, service):
    work = service.get("/ogc/collections/works/items?limit=1").json()["features"][0]["id"]
    page = browser(1280, 800, "ru")
    for path in ["/", "/works", f"/works/{work}", "/districts", "/statistics"]:
        page.get(service.url + path)
        link = page.find_element(By.CSS_SELECTOR, "a[href^='/privacy']")
        with another_page(page):
            page.execute_script("arguments[0].click()", link)
        assert "Что хранится о вас" in page.find_element(By.TAG_NAME, "main").text, path


@pytest.mark.parametrize("language", WORDS)
def test_the_report_form_says_in_one_sentence_what_becomes_public(browser, service, axe, language, artefacts):  # noqa: F811
    page = opened(browser, service, language, "phone")
    until(page, "return !document.getElementById('report-open').hidden")
    page.execute_script("document.getElementById('report-open').click()")
    said = page.find_element(By.ID, "report-public")
    assert {"ru": "Все увидят", "en": "Everybody will see"}[language] in said.text
    assert said.find_element(By.TAG_NAME, "a").get_attribute("href") == f"{service.url}/privacy?lang={language}"
    page.save_screenshot(str(artefacts / f"report-public-{language}.png"))
    assert findings(page, axe) == []


def test_a_citys_own_text_takes_its_place_and_is_read_anew_at_sighup(worksmap, tmp_path, demo_database):
    database = tmp_path / "town.sqlite"
    worksmap("backup", database, "--database", demo_database)
    folder = tmp_path / "town.city"
    folder.mkdir(exist_ok=True)
    (folder / "privacy.ru.md").write_text("# Как мы храним\n\nПишите на [почту](mailto:a@example.org).\n\n<script>alert(1)</script>\n")
    service = Service(database, "--contacts-kept", "30")
    try:
        own = service.get("/privacy?lang=ru").text
        assert "<h1>Как мы храним</h1>" in own and 'href="mailto:a@example.org"' in own and "<script" not in own
        assert "30 days" in service.get("/privacy?lang=en").text
        (folder / "privacy.en.md").write_text("# Our way\n")
        service.process.send_signal(signal.SIGHUP)
        eventually("the English text", lambda: "<h1>Our way</h1>" in service.get("/privacy?lang=en").text)
    finally:
        service.stop()
