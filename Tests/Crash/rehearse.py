"""Rehearses the loss of the disk: a service with backups and journal is killed, its folder removed, and everything restored from the backups.

    rehearse.py [ROWS]

Prints the times, and ends with status 1 if anything is missing that was written a second or more before the loss.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

PROGRAM = os.environ["WORKSMAP"]


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=True)


def serve(database, *options):
    process = subprocess.Popen([PROGRAM, "serve", "--database", str(database), "--port", "0", *map(str, options)], stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        found = re.search(r"http://[^/\s]+", line)
        if found and "open at" in line:
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return process, found.group()
    raise SystemExit("the service did not start")


def ready(address):
    while True:
        try:
            return json.load(urllib.request.urlopen(f"{address}/health/ready", timeout=5))
        except OSError:
            time.sleep(0.05)


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory(prefix="worksmap-rehearsal-") as folder:
        folder = pathlib.Path(folder)
        city, backups = folder / "city", folder / "backups"
        city.mkdir()
        database = city / "city.sqlite"
        run("init", "--database", database)
        file = folder / "rows.csv"
        with file.open("w") as text:
            text.write("source_id,title,category,lon,lat\n")
            for n in range(rows):
                text.write(f"{n},row {n},pothole,{47 + n % 1000 / 1000:.4f},{54 + n // 1000 % 1000 / 1000:.4f}\n")
        run("import", file, "--as", "hazards", "--source", "rehearsal", "--database", database)
        started = time.monotonic()
        run("backup", folder / "single.sqlite", "--database", database)
        print(f"backup of {rows} works, read back: {time.monotonic() - started:.1f} s")
        shutil.copy(city / "city.city" / "key", folder / "key")
        process, address = serve(database, "--backup-to", backups)
        ready(address)
        while not (ready(address)["backups"]["restorable_until"]):
            time.sleep(0.1)
        written = []
        for number in range(12):
            title = f"change {number}"
            run("work", "add", "--kind", "hazard", "--category", "pothole", "--title", title, "--at", "47.1,54.1", "--database", database)
            written.append((time.time(), title))
        process.kill()
        lost = time.time()
        process.wait()
        shutil.rmtree(city)
        started = time.monotonic()
        (city / "city.city").mkdir(parents=True, mode=0o750)
        shutil.copy(folder / "key", city / "city.city" / "key")
        run("restore", backups, "--database", database)
        restored = time.monotonic() - started
        process, address = serve(database)
        ready(address)
        print(f"restored after {restored:.1f} s, serving after {time.monotonic() - started:.1f} s")
        process.kill()
        process.wait()
        run("check", "--database", database)
        found = run("export", "works", "--where", "q=change", "--format", "geojsonl", "--database", database).stdout
        titles = {json.loads(line)["properties"]["title"] for line in found.splitlines()}
        missing = [title for at, title in written if at < lost - 1 and title not in titles]
        print(f"{len(titles)} of {len(written)} changes came back; {len(missing)} missing that were older than a second")
        sys.exit(1 if missing else 0)


main()
