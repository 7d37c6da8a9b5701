"""Numbers, times and boxes that no program should meet, and a small city whose service they are sent to."""
import json
import os
import random
import re
import string
import subprocess
import threading
import time

import requests

import conftest
from conftest import ROOT, Service, run

# Commands run in folders of their own.
PROGRAM = os.path.abspath(conftest.PROGRAM)

# The same requests in every run; a longer run by hand draws more of them: WORKSMAP_EXTREMES=10000.
SEED = 20260101
ROUNDS = int(os.environ.get("WORKSMAP_EXTREMES", "700"))
# So many times as much of what is not counted in requests.
FACTOR = max(1, ROUNDS // 2000)

NUMBERS = [
    "inf", "-inf", "nan", "Infinity", "1e300", "-1e300", "1e200", "1e19", "1e18", "3e9", "1e9", "9223372036854775808", "9223372036854775807",
    "-9223372036854775808", "18446744073709551616", "18446744073709551615", "2147483648", "4294967296", "-2147483649", "1000001", "-1", "0",
    "-0.0", "0.5", "1e-7", "1e-300", "1e-320", "4.9e-324", "1.7976931348623157e308", "1e999", "9" * 400, "0." + "0" * 400 + "1", "", " ",
    "٣", "１２", "0x10", "1_000", "+5", "1e", "--5", "1e5,", "NaN(1)", "½"]
TIMES = [
    "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00+23:59", "-0001-01-01", "10000-01-01",
    "-0001-01-01T00:00:00Z", "0001-01-01", "9999-12-31", "2026-02-30", "999999999999d", "9223372036854775807d", "100000w", "100001w", "-5d",
    "0d", "1e300d", "2026-11-23T24:00:00Z", "2026-11-23T09:00:60Z", "0000-01-01T00:00:00Z/9999-12-31T23:59:59Z", "../..", "/",
    "9999-12-31T23:59:59Z/0000-01-01T00:00:00Z"]
BOXES = [
    "-180,-90,180,90", "180,90,180,90", "0,0,0,0", "1e-320,0,1e-320,0", "0,-1e-320,0,1e-320", "-180,90,180,90", "180,-90,-180,90",
    "1e300,1e300,1e300,1e300", "nan,nan,nan,nan", "inf,inf,inf,inf", "-1e300,-1e300,1e300,1e300", "-180,-90,-1e300,180,90,1e300",
    "0,0,1e-300,0,0,1e300", "180,-90,-179.9999999999,-90", "4.9e-324,4.9e-324,5e-324,5e-324", "1,1,1,1,1", ",,,", "0,85.06,1,90",
    "-20037508,-20037508,20037508,20037508", "47.36,54.53,47.38,54.55"]
VALUES = NUMBERS + TIMES + BOXES


def cursor(number):
    """The text of a cursor with this number, as the server makes it."""
    spread = ((number + 1) % 2**64) * 0x9E3779B97F4A7C15 % 2**64
    return base36(number) + base36((spread >> 24) % 46656).rjust(3, "0")


def base36(number):
    digits, text, rest = string.digits + string.ascii_lowercase, "", abs(number)
    while rest or not text:
        rest, digit = divmod(rest, 36)
        text = digits[digit] + text
    return "-" + text if number < 0 else text


CURSORS = [cursor(number) for number in (0, -1, 2**63 - 1, 2**63 - 2, -2**63, 2**53, 10**9)]


def picked(values, count, *names):
    """So many of the values, the same ones in every run for the same names."""
    source = random.Random(f"{SEED}/" + "/".join(names))
    return values if count >= len(values) else source.sample(values, count)


def feature(number, geometry, **properties):
    return {"type": "Feature", "id": f"f{number}", "geometry": geometry, "properties": properties}


def point(x, y):
    return {"type": "Point", "coordinates": [x, y]}


def square(x, y, side):
    return {"type": "Polygon", "coordinates": [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]]}


def collection(features):
    return json.dumps({"type": "FeatureCollection", "features": features})


def make_city(folder):
    """A database with some works, schools, districts and roads around 47.37, 54.54."""
    source = random.Random(SEED)
    database = folder / "city.sqlite"
    run("init", "--database", database)

    def place():
        return 47.36 + source.random() * 0.02, 54.53 + source.random() * 0.02

    layers = {
        "districts": [feature(n, square(47.36 + 0.01 * (n % 2), 54.53 + 0.01 * (n // 2), 0.01), name=f"D{n}") for n in range(4)],
        "schools": [feature(n, point(*place()), name=f"School {n}") for n in range(12)],
        "roads": [feature(n, {"type": "LineString", "coordinates": [place(), place()]}, name=f"R{n}", **{"class": "street"}) for n in range(20)],
        "hazards": [
            feature(n, point(*place()), category="pothole", title=f"Hazard {n}", status=source.choice(["reported", "accepted", "done"]),
                    reported_at=f"2026-0{1 + n % 9}-11T08:00:00Z", due_at=f"2026-1{n % 3}-11T08:00:00Z") for n in range(150)]}
    for layer, features in layers.items():
        file = folder / f"{layer}.geojson"
        file.write_text(collection(features))
        run("import", file, "--as", layer, "--source", "test", "--database", database)
    return database


class Witness:
    """Asks for the server's health all the while on a connection of its own; every answer must be 200."""

    def __init__(self, service):
        self.service, self.failures, self.answers, self.slowest, self.stopped = service, [], 0, 0.0, False
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        session = requests.Session()
        while not self.stopped:
            began = time.monotonic()
            try:
                status = session.get(self.service.url + "/health/live", timeout=20).status_code
                if status != 200:
                    self.failures.append(status)
            except requests.RequestException as error:
                self.failures.append(repr(error))
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.answers += 1
            time.sleep(0.05)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *failure):
        self.stopped = True
        self.thread.join()
        if failure == (None, None, None):
            assert self.answers and not self.failures, self.failures[:3]


def assert_alive(service, about):
    status = service.process.poll()
    assert status is None, f"the server ended with {status} after {about}:\n" + "".join(service.lines[-15:])


def ask(service, session, method, path, about=None, **options):
    """Sends one request; whatever it is, the answer is no 500 and the server lives."""
    about = about or f"{method} {path[:300]}"
    try:
        answer = session.request(method, service.url + path, timeout=120, allow_redirects=False, **options)
    except requests.RequestException as error:
        time.sleep(0.5)
        assert_alive(service, about)
        raise AssertionError(f"{about}: {error!r}") from error
    assert answer.status_code != 500, f"{about}: 500\n{answer.text[:500]}"
    if "problem+json" in answer.headers.get("Content-Type", "") and method != "HEAD":
        problem = answer.json()
        assert problem["status"] == answer.status_code and problem["detail"], about
    return answer


def command(arguments, folder, seconds=120):
    """The answer of the program to a command line; it ends by itself, and never by a signal or a trap."""
    answer = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, cwd=folder, timeout=seconds, stdin=subprocess.DEVNULL)
    text = answer.stderr.decode(errors="replace")
    trace = "\n".join([text[:300], *[line for line in text.splitlines() if "/Sources/" in line][:15]])
    assert answer.returncode in (0, 1, 2, 64), f"{' '.join(map(str, arguments))[:400]}: status {answer.returncode}\n{trace}"
    said = text.strip() or answer.stdout.strip()
    assert answer.returncode == 0 or said, f"{arguments}: status {answer.returncode} without a word"
    return answer


def sources():
    """The text of every source file of the program, by path."""
    return {path: path.read_text() for path in sorted((ROOT / "Sources").rglob("*.swift"))}


__all__ = [name for name in dir() if not name.startswith("_")]
