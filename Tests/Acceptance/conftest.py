"""Real clients against the real program: a demo city, a running service, a browser.

The program is the one that the environment variable WORKSMAP names. Pictures go to artefacts/, which git ignores.
"""
import contextlib
import functools
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import threading
import time

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
# In continuous integration nothing is skipped, so that no test is missed in silence, but for this.
MAY_BE_SKIPPED = []
if "WORKSMAP_REAL_DATA" not in os.environ and not REAL_DATA.is_dir():
    MAY_BE_SKIPPED.append((r"no (real data|schemas?|examples) at ", "no folder was named, and none lies in the usual place"))


def refuse_skips(report):
    """The report of a test, as a failure if it was skipped where it must not be."""
    if "CI" in os.environ and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not any(re.search(allowed, reason) for allowed, _ in MAY_BE_SKIPPED):
            report.outcome, report.longrepr = "failed", f"skipped in continuous integration: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return refuse_skips((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return refuse_skips((yield))


# Folder that runs side by side share, to divide the files among them.
LANES = os.environ.get("WORKSMAP_LANES")


@functools.cache
def is_ours(file):
    """Takes a file of tests, unless another run has; alone, a run has them all."""
    if LANES:
        try:
            pathlib.Path(LANES, file).touch(exist_ok=False)
        except FileExistsError:
            return False
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    return None if is_ours(item.path.name) else True


def eventually(awaited, condition, within=60):
    """What a condition gives as soon as it holds; fails with the words for it when the time, in seconds, is up."""
    end = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < end, f"waited {within} s in vain for: {awaited}"
        time.sleep(0.05)
    return found


def free_port():
    """A port that nobody listens on, below those that the system gives to clients: none of theirs takes it before the program does."""
    lowest = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for port in random.sample(range(max(1024, lowest // 2), lowest), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("100 ports are in use")


def run(*arguments, check=True, **options):
    """The program's answer to a command line."""
    answer = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, **options)
    if check:
        assert answer.returncode == 0, f"{arguments}: status {answer.returncode}\n{answer.stderr}"
    return answer


def bring_key(source, target):
    """Puts the keys of a database beside a copy of it."""
    key = pathlib.Path(source).with_suffix(".city") / "key"
    folder = pathlib.Path(target).with_suffix(".city")
    folder.mkdir(exist_ok=True)
    shutil.copy(key, folder / "key")


def copy_city(source, target):
    """Copies a database that is not in use, with its keys."""
    shutil.copy(source, target)
    bring_key(source, target)


class Service:
    """`worksmap serve` on a free port."""

    def __init__(self, database, *options):
        self.process = subprocess.Popen(
            # A debug build on a busy machine may take long for a tile; that is not what these tests are about.
            [PROGRAM, "serve", "--database", str(database), "--port", "0", "--deadline-tiles", "60s",
             "--deadline-features", "60s", *options],
            stderr=subprocess.PIPE, text=True)
        self.lines = []
        # The log is read to its end so that the pipe never fills up.
        reader = threading.Thread(target=self.lines.extend, args=(self.process.stderr,), daemon=True)
        reader.start()
        try:
            found = eventually("the service's address", lambda: self.address() or not reader.is_alive(), within=120)
            assert found is not True, "the service did not start"
        except AssertionError as error:
            self.process.kill()
            raise AssertionError(f"{error}:\n" + "".join(self.lines)) from None
        self.url = found

    def address(self):
        """The address that the log names, once it does."""
        return next((found.group() for line in list(self.lines) if (found := re.search(r"http://[^/\s]+", line))), None)

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
