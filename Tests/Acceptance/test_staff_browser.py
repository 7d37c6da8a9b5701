"""What a browser keeps of the desk after signing out: nothing, whatever worker it had."""
import re

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from conftest import Service, another_page, bring_key
from test_page import loaded, until

EMAIL = "reporter-secret@example.org"


@pytest.fixture
def desk(worksmap, demo_database, tmp_path):
    """A service with a work whose reporter left an address, and a token of a dispatcher."""
    database = tmp_path / "desk.sqlite"
    worksmap("backup", database, "--database", demo_database)
    bring_key(demo_database, database)
    service = Service(database)
    service.token = worksmap("token", "create", "--role", "admin", "--name", "Иванова", "--database", database).stdout.split()[-1]
    place = next(feature for feature in service.get("/geojson/works.geojson?kind=road_repair").json()["features"]
                 if feature["geometry"]["type"] == "Point")["geometry"]["coordinates"]
    answer = requests.post(service.url + "/open311/v2/requests.json", timeout=60, data={
        "service_code": "pothole", "lat": place[1], "long": place[0], "description": "яма", "email": EMAIL, "first_name": "Секретова"})
    service.work = answer.json()[0]["service_request_id"]
    yield service
    if service.process.poll() is None:
        service.stop()


def stored(page):
    """Every answer in every store: its address, and whether a word of the desk is in it."""
    return page.execute_async_script("""
        const done = arguments[1];
        (async () => {
          const found = [];
          for (const name of await caches.keys()) {
            const store = await caches.open(name);
            for (const request of await store.keys()) {
              const text = await (await store.match(request, { ignoreVary: true })).text();
              found.push([name, new URL(request.url).pathname, text.includes(arguments[0]) || text.includes('Секретова')]);
            }
          }
          return found;
        })().then(done);""", EMAIL)


def about_staff(page):
    return [entry for entry in stored(page) if entry[1].startswith("/staff") or entry[2]]


def with_worker(browser, desk):
    """The map, with its worker in charge."""
    page = browser(1280, 800, "ru")
    page.get(desk.url + "/")
    loaded(page)
    until(page, "return navigator.serviceWorker.controller")
    return page


def sign_in(page, desk):
    page.get(desk.url + "/staff")
    with another_page(page):
        page.find_element(By.ID, "token").send_keys(desk.token + Keys.ENTER)
    assert page.find_elements(By.CSS_SELECTOR, "tbody a")


def sign_out(page):
    with another_page(page):
        page.find_element(By.CSS_SELECTOR, "form[action^='/staff/logout'] button").click()
    assert page.find_elements(By.ID, "token")


def test_nothing_of_the_desk_is_stored_and_nothing_is_there_without_a_connection(browser, desk):
    page = with_worker(browser, desk)
    sign_in(page, desk)
    page.get(f"{desk.url}/staff/works/{desk.work}")
    assert EMAIL in page.page_source
    page.get(desk.url + "/staff?view=overdue")
    # What pages of the desk ask for is none of the worker's business either.
    page.execute_async_script(
        "const done = arguments[1]; Promise.all([fetch(arguments[0]), fetch('/api/works/' + arguments[0].split('/').pop(),"
        " { headers: { Authorization: 'Bearer x' } }), fetch('/tiles/works/3/4/2.png')]).then(() => done())",
        f"/staff/works/{desk.work}")
    page.get(desk.url + "/")
    loaded(page)
    until(page, "return navigator.serviceWorker.controller")
    # The map's own scripts may ask for it as well; it is not stored then.
    page.execute_async_script("const done = arguments[1]; fetch(arguments[0]).then(() => done())", f"/staff/works/{desk.work}")
    before = stored(page)
    assert before and about_staff(page) == []
    assert not any(path.startswith(("/works/", "/open311", "/tiles/works/3/4/2")) for _, path, _ in before)
    page.get(desk.url + "/staff")
    sign_out(page)
    assert about_staff(page) == []
    desk.stop()
    for path in ("/staff", f"/staff/works/{desk.work}"):
        # Chromium shows a page of its own for what it cannot get.
        try:
            page.get(desk.url + path)
        except Exception as error:
            assert "ERR_CONNECTION_REFUSED" in str(error)
        assert EMAIL not in page.page_source and "Секретова" not in page.page_source


def test_signing_out_clears_what_an_older_worker_stored(browser, desk):
    page = with_worker(browser, desk)
    sign_in(page, desk)
    page.get(desk.url + "/robots.txt")
    page.execute_async_script("""
        const done = arguments[2];
        (async () => {
          const store = await caches.open('page-1');
          await store.put('/staff/works/' + arguments[0], new Response(arguments[1], { headers: { 'Content-Type': 'text/html' } }));
        })().then(done);""", desk.work, EMAIL)
    assert about_staff(page)
    page.get(desk.url + "/staff")
    sign_out(page)
    WebDriverWait(page, 30).until(lambda page: stored(page) == [])
    page.get(desk.url + "/")
    loaded(page)
    assert about_staff(page) == []


def test_a_new_worker_deletes_the_stores_of_older_ones(browser, desk):
    page = browser(1280, 800, "ru")
    page.get(desk.url + "/robots.txt")
    page.execute_async_script("""
        const done = arguments[1];
        caches.open('page-1').then((store) => store.put('/staff', new Response(arguments[0]))).then(() => done());""", EMAIL)
    assert about_staff(page)
    page.get(desk.url + "/")
    loaded(page)
    until(page, "return navigator.serviceWorker.controller")
    WebDriverWait(page, 30).until(lambda page: about_staff(page) == [])
    names = page.execute_async_script("const done = arguments[0]; caches.keys().then(done)")
    assert names and not any(re.fullmatch(r".*-1", name) for name in names)
