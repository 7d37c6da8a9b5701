"""axe-core finds nothing to object to on the map's page, in both languages, light and dark."""
import importlib.resources

import pytest
from selenium.webdriver.common.by import By

from test_page import SIZES, opened, until


@pytest.fixture(scope="session")
def axe():
    """The text of axe-core, which the wheel axe-playwright-python carries."""
    packaged = importlib.resources.files("axe_playwright_python")
    return packaged.joinpath("axe.min.js").read_text(encoding="utf-8")


def findings(page, axe):
    """What axe objects to, in short."""
    # Injected by the test's own channel: the page's policy forbids scripts in it, and stays as it is.
    page.execute_script(axe + "; window.axe = axe;")
    result = page.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document).then(done, (error) => done({ failed: String(error) }));")
    assert "failed" not in result, result
    assert len(result["passes"]) > 10
    return [{"rule": finding["id"], "where": [node["target"] for node in finding["nodes"]][:5],
             "why": finding["nodes"][0].get("failureSummary", "")} for finding in result["violations"]]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_map_has_no_barrier(browser, service, axe, artefacts, language, size, dark):
    page = opened(browser, service, language, size, dark=dark)
    assert findings(page, axe) == []
    page.find_element(By.CSS_SELECTOR, "#filters summary").click()
    page.find_element(By.CSS_SELECTOR, "#filters details summary").click()
    words = page.find_element(By.ID, "words")
    words.send_keys({"ru": "ленин", "en": "lenin"}[language])
    until(page, "return document.querySelectorAll('#found button').length > 1")
    assert findings(page, axe) == [], "with filters and places found"
    page.execute_script("document.querySelector('#works button').click()")
    page.execute_script("document.querySelector('#card .follow').click()")
    page.execute_script("document.querySelector('#card .history summary').click()")
    until(page, "return document.querySelectorAll('.history li').length > 0 && document.querySelector('#followed .note')")
    page.save_screenshot(str(artefacts / f"axe-{language}-{size}-{'dark' if dark else 'light'}.png"))
    assert findings(page, axe) == [], "with a card"
    page.execute_script("document.querySelector('[data-when=\"was\"]').click()")
    until(page, "return location.hash.includes('at=') && document.getElementById('card').textContent.includes(arguments[0])",
          {"ru": "Как было на", "en": "As it was on"}[language])
    assert findings(page, axe) == [], "in the past, with a card"
    page.execute_script("document.querySelector('#card .close').click()")
    assert page.find_element(By.ID, "past").is_displayed()
    assert findings(page, axe) == [], "in the past"
