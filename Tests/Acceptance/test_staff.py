"""The staff page as a dispatcher uses it: by keyboard alone, in Russian, without a barrier."""
import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from conftest import Service, another_page, bring_key
from test_page_axe import axe, findings  # noqa: F401


@pytest.fixture(scope="module")
def desk(worksmap, demo_database, tmp_path_factory):
    """A service of its own, whose works may be changed, with a token of a dispatcher."""
    database = tmp_path_factory.mktemp("desk") / "desk.sqlite"
    worksmap("backup", database, "--database", demo_database)
    bring_key(demo_database, database)
    service = Service(database)
    service.token = worksmap(
        "token", "create", "--role", "dispatcher", "--name", "Иванова", "--database", database).stdout.strip()
    yield service
    service.stop()


def sign_in(browser, desk, language="ru"):
    page = browser(1280, 800, language)
    page.get(desk.url + "/staff")
    enter(page, desk)
    return page


def enter(page, desk):
    """Sends the token; the focus waits in its field."""
    with another_page(page):
        page.switch_to.active_element.send_keys(desk.token + Keys.ENTER)
    assert page.find_elements(By.CSS_SELECTOR, "tbody a")


def tab_to(page, selector, most=120):
    """Presses Tab until the focus is on what the selector means; fails if it never gets there."""
    for _ in range(most):
        page.switch_to.active_element.send_keys(Keys.TAB)
        focused = page.switch_to.active_element
        if page.execute_script("return arguments[0].matches(arguments[1])", focused, selector):
            return focused
    raise AssertionError(f"the focus never came to {selector}")


def test_a_dispatcher_accepts_a_work_and_promises_and_moves_its_deadline_by_keyboard(browser, desk, artefacts):
    page = sign_in(browser, desk)
    page.save_screenshot(str(artefacts / "staff-queue.png"))
    link = tab_to(page, "tbody a")
    with another_page(page):
        link.send_keys(Keys.ENTER)
    work = re.search(r"/staff/works/([0-9a-f-]{36})", page.current_url).group(1)

    def submit(form, fields):
        """Opens a decision, fills its form with keys and sends it."""
        summary = tab_to(page, f"details:has(button[name=action][value={form}]) > summary")
        if not page.execute_script("return arguments[0].parentElement.open", summary):
            summary.send_keys(Keys.ENTER)
        for name, keys in fields.items():
            tab_to(page, f"details:has(button[name=action][value={form}]) [name={name}]").send_keys(keys)
        button = tab_to(page, f"details:has(button[name=action][value={form}]) button")
        with another_page(page):
            button.send_keys(Keys.ENTER)

    submit("status", {"reason": "взяли в работу"})
    assert desk.get(f"/api/works/{work}").json()["properties"]["status"] == "accepted"
    submit("deadline", {"due": "06012030\t1200PM"})
    first = desk.get(f"/api/works/{work}").json()["properties"]
    assert first["due_at"].startswith("2030-0") and first["due_changes"] == 0
    submit("deadline", {"due": "06152030\t1200PM", "reason": "нет материалов"})
    moved = desk.get(f"/api/works/{work}").json()["properties"]
    assert moved["due_changes"] == 1 and moved["original_due_at"] == first["due_at"] < moved["due_at"]
    entries = desk.get(f"/api/works/{work}/history").json()["entries"]
    assert entries[-1]["reason"] == "нет материалов" and entries[-1]["actor"]["kind"] == "person"
    assert "Иванова" not in desk.get(f"/api/works/{work}/history").text
    page.save_screenshot(str(artefacts / "staff-work.png"))
    assert "переносили 1 раз, +14 дней" in desk.get(f"/works/{work}?lang=ru").text


def test_a_change_that_the_rules_forbid_is_told_and_nothing_is_saved(browser, desk):
    page = sign_in(browser, desk)
    with another_page(page):
        page.find_element(By.CSS_SELECTOR, "tbody a").click()
    work = re.search(r"/staff/works/([0-9a-f-]{36})", page.current_url).group(1)
    before = desk.get(f"/api/works/{work}").json()["properties"]["revision"]
    form = page.find_element(By.CSS_SELECTOR, "form:has(button[name=action][value=status])")
    form.find_element(By.CSS_SELECTOR, "option[value=rejected]").click()
    with another_page(page):
        form.find_element(By.TAG_NAME, "button").click()
    assert page.find_elements(By.CSS_SELECTOR, "[role=alert]")
    assert desk.get(f"/api/works/{work}").json()["properties"]["revision"] == before


def test_the_desk_can_be_magnified_twice(browser, desk):
    page = sign_in(browser, desk)
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                         {"width": 640, "height": 400, "deviceScaleFactor": 2, "mobile": False})
    # Tables may be wider; they scroll by themselves.
    fits = "return document.documentElement.scrollWidth <= innerWidth"
    assert page.execute_script(fits), page.current_url
    page.get(page.find_element(By.CSS_SELECTOR, "tbody a").get_attribute("href"))
    assert page.execute_script(fits), page.current_url


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_desk_has_no_barrier(browser, desk, axe, language):  # noqa: F811
    page = browser(1280, 800, language)
    page.get(desk.url + "/staff")
    assert findings(page, axe) == [], "signing in"
    enter(page, desk)
    assert findings(page, axe) == [], "the queue"
    with another_page(page):
        page.find_element(By.CSS_SELECTOR, "tbody a").click()
    for details in page.find_elements(By.CSS_SELECTOR, "details:not([open]) > summary"):
        details.click()
    assert findings(page, axe) == [], "one work"
