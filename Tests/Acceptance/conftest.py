"""Real clients against the real program: a demo city, a running service, a browser.

The program is the one that the environment variable WORKSMAP names. Pictures go to artefacts/, which git ignores.
"""
import contextlib
import os
import pathlib
import re
import subprocess

import pytest
import requests
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("WORKSMAP", str(ROOT / ".build/debug/worksmap"))
REAL_DATA = pathlib.Path(os.environ.get("WORKSMAP_REAL_DATA", ROOT.parent / "shared/data"))


def run(*arguments, check=True, **options):
    """The program's answer to a command line."""
    answer = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, **options)
    if check:
        assert answer.returncode == 0, f"{arguments}: status {answer.returncode}\n{answer.stderr}"
    return answer


class Service:
    """`worksmap serve` on a free port."""

    def __init__(self, database, *options):
        self.process = subprocess.Popen(
            # A debug build on a busy machine may take long for a tile; that is not what these tests are about.
            [PROGRAM, "serve", "--database", str(database), "--port", "0", "--deadline-tiles", "60s",
             "--deadline-features", "60s", *options],
            stderr=subprocess.PIPE, text=True)
        self.lines = []
        for line in self.process.stderr:
            self.lines.append(line)
            found = re.search(r"http://[^/\s]+", line)
            if found:
                self.url = found.group()
                break
        else:
            raise AssertionError("the service did not start:\n" + "".join(self.lines))
        # The log is read to its end so that the pipe never fills up.
        import threading
        threading.Thread(target=self.lines.extend, args=(self.process.stderr,), daemon=True).start()

    def get(self, path, **options):
        return requests.get(self.url + path, timeout=60, **options)

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=30) == 0, "".join(self.lines)


class Browser(webdriver.Chrome):
    """Chromium whose driver calls every element that went away with its page stale.

    While one page takes another's place, the driver passes on the browser's own words instead:
    https://github.com/SeleniumHQ/selenium/issues/15401
    """

    def execute(self, driver_command, params=None):
        try:
            return super().execute(driver_command, params)
        except WebDriverException as error:
            if "Node with given id does not belong to the document" in (error.msg or ""):
                raise StaleElementReferenceException(error.msg, error.screen, error.stacktrace) from error
            raise


@contextlib.contextmanager
def another_page(page):
    """What is done inside leads to another page; waits at the end until that has come."""
    before = page.find_element(By.TAG_NAME, "html")
    yield
    WebDriverWait(page, 30).until(staleness_of(before))


@pytest.fixture(scope="session")
def worksmap():
    return run


@pytest.fixture(scope="session")
def real_data():
    if not REAL_DATA.is_dir():
        pytest.skip(f"no real data at {REAL_DATA}")
    return REAL_DATA


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory):
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    run("demo", "--no-serve", "--database", path)
    return path


@pytest.fixture(scope="session")
def service(demo_database):
    service = Service(demo_database)
    yield service
    service.stop()


@pytest.fixture(scope="session")
def artefacts():
    folder = ROOT / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def browser():
    """Opens a headless Chromium: browser(width, height, language, dark, scripts)."""
    opened = []

    def open_browser(width=1280, height=800, language="ru", dark=False, scripts=True):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         f"--window-size={width},{height}", f"--lang={language}"):
            options.add_argument(argument)
        if dark:
            options.add_argument("--force-dark-mode")
        preferences = {"intl.accept_languages": language}
        if not scripts:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", preferences)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = Browser(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
        driver.set_window_size(width, height)
        if dark:
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        opened.append(driver)
        return driver

    yield open_browser
    for driver in opened:
        driver.quit()
