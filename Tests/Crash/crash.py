"""Kills the program at random moments (SIGKILL) and looks for what was lost, doubled or damaged.

    crash.py [ROUNDS] [SEED]

Each round plays every activity once, on a demo city, with moments drawn from the seed. What was acknowledged must be there exactly once, what was not
finished must have left nothing, and `check` must be clean. Ends with status 1 if anything is not so.
"""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

PROGRAM = os.environ["WORKSMAP"]
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def run(*arguments, check=True):
    answer = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if check and answer.returncode != 0:
        raise AssertionError(f"{arguments}: {answer.stderr}")
    return answer


def killed(after, *arguments):
    """Runs the program for a while; false if it had ended by itself."""
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(timeout=after)
        return False
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True


def clean(database):
    answer = run("check", "--database", database, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def titles(database):
    lines = run("export", "works", "--format", "geojsonl", "--database", database).stdout.splitlines()
    return [json.loads(line)["properties"]["title"] for line in lines]


class City:
    """A demo city in a folder, copied anew for each activity."""

    def __init__(self, folder, template):
        self.folder = folder
        self.database = folder / "city.sqlite"
        shutil.copytree(template, folder)


def serve(city, *options):
    process = subprocess.Popen([PROGRAM, "serve", "--database", str(city.database), "--port", "0", *map(str, options)],
                               stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        found = re.search(r"http://[^/\s]+", line)
        if found and "open at" in line:
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return process, found.group()
    raise AssertionError("the service did not start")


def reports(city, dice):
    """Reports from four clients, and the service killed meanwhile; with scheduled backups beside it."""
    process, address = serve(city, "--backup-to", city.folder / "backups", "--backup-every", "1s", "--reports-per-minute", "0")
    place = json.load(urllib.request.urlopen(f"{address}/tiles/works.json"))["bounds"]
    acknowledged, stop = [], threading.Event()

    def send(number):
        count = 0
        while not stop.is_set():
            count += 1
            title = f"report {number}/{count}"
            form = {"service_code": "pothole", "description": title, "lat": (place[1] + place[3]) / 2 + number / 1e3 + count / 1e5,
                    "long": (place[0] + place[2]) / 2}
            try:
                answer = urllib.request.urlopen(f"{address}/open311/v2/requests.json", urllib.parse.urlencode(form).encode(), timeout=10)
                if answer.status in (200, 201):
                    acknowledged.append(json.load(answer)[0]["service_request_id"])
            except OSError:
                return

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(dice.uniform(0.3, 2.5))
    process.kill()
    stop.set()
    for thread in threads:
        thread.join()
    process.wait()
    clean(city.database)
    lines = run("export", "works", "--format", "geojsonl", "--database", city.database).stdout.splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    for one in acknowledged:
        assert ids.count(one) == 1, f"report {one} is there {ids.count(one)} times"
    for path in (city.folder / "backups").glob("city-*.sqlite"):
        clean_backup(path, city)
    return len(acknowledged)


def clean_backup(path, city):
    answer = run("check", "--database", path, "--key-file", city.folder / "city.city" / "key", check=False)
    assert answer.returncode == 0, f"{path}: {answer.stdout}{answer.stderr}"


def staff(city, dice):
    """Changes at the command line, one killed in the middle: all before it stay."""
    done = []
    for number in range(4):
        run("work", "add", "--kind", "hazard", "--category", "pothole", "--title", f"staff {number}", "--at", "47.37,54.54", "--database", city.database)
        done.append(f"staff {number}")
    killed(dice.uniform(0.02, 0.3), "work", "add", "--kind", "hazard", "--category", "pothole", "--title", "staff killed", "--at", "47.37,54.54",
           "--database", city.database)
    clean(city.database)
    found = titles(city.database)
    assert all(found.count(title) == 1 for title in done) and found.count("staff killed") <= 1
    return len(done)


def imports(city, dice):
    """A killed import leaves nothing or everything."""
    file = city.folder / "rows.csv"
    rows = 5000
    file.write_text("source_id,title,category,lon,lat\n" + "".join(f"{n},imported,pothole,47.3{n % 90:02},54.5{n % 70:02}\n" for n in range(rows)))
    before = len(titles(city.database))
    killed(dice.uniform(0.1, 2.5), "import", file, "--as", "hazards", "--source", "crash", "--database", city.database)
    clean(city.database)
    found = titles(city.database).count("imported")
    assert found in (0, rows), f"{found} of {rows} rows"
    assert len(titles(city.database)) - found == before
    return 0


def backup(city, dice):
    target = city.folder / "backup.sqlite"
    killed(dice.uniform(0.02, 1.0), "backup", target, "--database", city.database)
    if target.exists():
        clean_backup(target, city)
    run("backup", target, "--database", city.database)
    clean_backup(target, city)
    assert not list(city.folder.glob("*.part*")), "the next backup left the leavings of the killed one"
    return 0


def restore(city, dice):
    target = city.folder / "backup.sqlite"
    run("backup", target, "--database", city.database)
    run("work", "add", "--kind", "hazard", "--category", "pothole", "--title", "since", "--at", "47.37,54.54", "--database", city.database)
    if dice.random() < 0.5:
        city.database.write_bytes(b"broken")
    killed(dice.uniform(0.05, 2.0), "restore", target, "--database", city.database)
    if not city.database.exists() or city.database.stat().st_size < 100:
        run("restore", target, "--database", city.database)
    clean(city.database)
    assert titles(city.database).count("since") <= 1
    run("restore", target, "--database", city.database)
    assert titles(city.database).count("since") == 0
    return 0


def demo(city, dice):
    database = city.folder / "other.sqlite"
    killed(dice.uniform(0.2, 4.0), "demo", "--no-serve", "--database", database)
    if database.exists():
        clean(database)
    run("demo", "--no-serve", "--database", database)
    clean(database)
    assert not list(city.folder.glob("*.part*"))
    return 0


def rotation(city, dice):
    killed(dice.uniform(0.02, 0.8), "key", "rotate", "--database", city.database)
    clean(city.database)
    run("key", "rotate", "--database", city.database)
    clean(city.database)
    return 0


def migration(city, dice):
    database = city.database
    shutil.rmtree(city.folder / "city.city")
    subprocess.run(["sqlite3", database], input=(REPOSITORY / "Tests/Acceptance/version5.sql").read_text(), text=True, check=True,
                   stdout=subprocess.DEVNULL)
    killed(dice.uniform(0.01, 0.3), "check", "--database", database)
    run("work", "list", "--limit", "1", "--database", database)
    clean(database)
    return 0


ACTIVITIES = [reports, staff, imports, backup, restore, demo, rotation, migration]


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    faults = acknowledged = played = 0
    with tempfile.TemporaryDirectory(prefix="worksmap-crash-") as folder:
        folder = pathlib.Path(folder)
        template = folder / "template"
        template.mkdir()
        run("demo", "--no-serve", "--database", template / "city.sqlite")
        for number in range(rounds):
            for activity in ACTIVITIES:
                city = City(folder / "city", template)
                try:
                    acknowledged += activity(city, random.Random(f"{seed}/{number}/{activity.__name__}"))
                except AssertionError as fault:
                    faults += 1
                    print(f"round {number}, {activity.__name__}: {fault}", file=sys.stderr)
                played += 1
                shutil.rmtree(city.folder)
    print(f"{played} kills in {rounds} rounds (seed {seed}): {acknowledged} acknowledged changes, {faults} faults")
    sys.exit(1 if faults else 0)


main()
