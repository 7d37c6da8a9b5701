"""Every example of `--help` and every command of the README, run as they stand against a demo city in the folder.

Only what a reader brings along is put in their place: the id of a work for `0198…`, and files of the names that the examples use.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess

import pytest

import conftest
from conftest import ROOT, bring_key, eventually, free_port, run

PROGRAM = pathlib.Path(os.path.abspath(conftest.PROGRAM))
TWO_POINTS = json.dumps({"type": "FeatureCollection", "features": [
    {"type": "Feature", "id": f"s{number}", "properties": {"name": f"N{number}", "category": "pothole", "title": "A hole"},
     "geometry": {"type": "Point", "coordinates": [47.37 + number / 1000, 54.54]}} for number in range(2)]})
SQUARES = json.dumps({"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"name": "Whole"}, "geometry": {"type": "Polygon", "coordinates": [
        [[47, 54], [48, 54], [48, 55], [47, 55], [47, 54]]]}}]})

# Commands that serve until they are told to end.
SERVING = re.compile(r"^worksmap (serve|demo)(?!.*--no-serve)")
# Examples that only a city with the named source, file or address can run, and why.
ELSEWHERE = {
    r"--mapping (boston-311|karlsruhe|wzdx)|quarters\.shp|city\.osm\.pbf|curl |^leak-detector": "their input is a city's own",
    r"^worksmap source (show|fetch|undo|reset)": "there is no such source",
    r"^worksmap restore|^worksmap backup list /var/": "their folder is the machine's own",
    r"^worksmap key new": "its key is lost",
}


def usages():
    """The whole name of each command."""
    def visit(node, path):
        yield path
        for child in node.get("subcommands") or []:
            yield from visit(child, path + [child["commandName"]])

    description = json.loads(subprocess.run([PROGRAM, "--experimental-dump-help"], capture_output=True, text=True, check=True).stdout)
    return [path for path in visit(description["command"], []) if path != ["help"]]


def examples():
    """(command, example) of all commands; lines that end in a backslash or a brace are joined."""
    found = []
    for path in usages():
        text = subprocess.run([PROGRAM, *path, "--help"], capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "400"}).stdout
        for line in re.findall(r"^ {2,}((?:\S+.* \| )?worksmap .*)$", text.split("USAGE:")[0], re.M):
            line = re.sub(r" {2,}[#(].*$", "", line).strip()
            if (" ".join(path), line) not in found:
                found.append((" ".join(path), line))
    return found


def worksmap(folder, *arguments):
    """The program's answer in a folder."""
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=folder, capture_output=True, text=True, check=True).stdout


def work_for(example, database):
    """The id of an open work; where an entry of its record is named, of one in which that has a reason."""
    entry = re.search(r"--entry (\d+)", example)
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        if not entry:
            return connection.execute("SELECT id FROM works WHERE status NOT IN ('done', 'rejected') LIMIT 1").fetchone()[0]
        counts = {}
        for work, reason in connection.execute("SELECT work, reason FROM ledger ORDER BY fid"):
            counts[work] = counts.get(work, 0) + 1
            if counts[work] == int(entry.group(1)) and reason:
                return connection.execute("SELECT id FROM works WHERE fid = ?", (work,)).fetchone()[0]
    raise AssertionError(f"no work has an entry {entry.group(1)} with a reason")


def readme():
    """The README's commands from a demo on."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    return [line.split("  #")[0].strip() for block in blocks for line in block.splitlines() if line.startswith("worksmap ")]


@pytest.fixture(scope="module")
def place(demo_database, tmp_path_factory):
    """A folder as `make run` leaves it, the program on the path, with files of the names that examples use."""
    folder = tmp_path_factory.mktemp("examples")
    commands = folder / "bin"
    commands.mkdir()
    (commands / "worksmap").symlink_to(PROGRAM)
    for name in ("schools.geojson", "requests.geojson", "works.geojson", "trench.geojson"):
        (folder / name).write_text(TWO_POINTS)
    (folder / "trench.geojson").write_text('{"type":"LineString","coordinates":[[47.37,54.54],[47.38,54.54]]}')
    (folder / "districts.geojson").write_text(SQUARES)
    (folder / "unknown.csv").write_text("number,what,longitude,latitude\n1,pothole,47.37,54.54\n2,pothole,47.371,54.54\n")
    (folder / "file").write_text("A")
    return folder


def at_home(example):
    return not any(re.search(pattern, example) for pattern in ELSEWHERE)


EXAMPLES = [example for _, example in examples()] + readme()


@pytest.mark.parametrize("example", [example for example in dict.fromkeys(EXAMPLES) if at_home(example) and not SERVING.match(example)])
def test_an_example_works_as_it_stands(example, place, demo_database, tmp_path):
    folder = tmp_path / "demo"
    shutil.copytree(place, folder, symlinks=True)
    for name in (["city.sqlite"] if "init" not in example else []) + ["worksmap.sqlite"]:
        shutil.copy(demo_database, folder / name)
        bring_key(demo_database, folder / name)
    if example.startswith(("worksmap init", "worksmap demo --no-serve")):
        (folder / "worksmap.sqlite").unlink()
    if "--mapping mine.yaml" in example:
        (folder / "mine.yaml").write_text(worksmap(folder, "import", "--suggest-mapping", "unknown.csv"))
    if "city.city/rules" in example:
        worksmap(folder, "rules", "new", "--database", "city.sqlite")
    work = work_for(example, folder / "worksmap.sqlite") if "0198…" in example else ""
    if "unhide" in example:
        worksmap(folder, "work", "hide", work, "--reason", "x")
    if example.startswith("worksmap token revoke"):
        for _ in range(3):
            worksmap(folder, "token", "create", "--role", "viewer", "--name", "A")
    if example.startswith("worksmap person erase") and "--yes" not in example:
        example += " --yes"
    answer = subprocess.run(
        ["bash", "-o", "pipefail", "-c", example.replace("0198…", work).replace("/var/backups/", "")], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        env={**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}, timeout=600)
    assert answer.returncode == 0, f"{example}: status {answer.returncode}\n{answer.stdout[-2000:]}\n{answer.stderr[-2000:]}"


@pytest.mark.parametrize("example", [example for example in dict.fromkeys(EXAMPLES) if SERVING.match(example)])
def test_an_example_that_serves_serves(example, place, demo_database, tmp_path):
    folder = tmp_path / "demo"
    folder.mkdir()
    for name in ("worksmap.sqlite", "city.sqlite", "demo.sqlite"):
        shutil.copy(demo_database, folder / name)
        bring_key(demo_database, folder / name)
    # Ports and the log of the machine are taken by others here.
    example = re.sub(r"--(port|operations-port) \d+|/var/log/worksmap/", "", example) + f" --port {free_port()}"
    process = subprocess.Popen(["bash", "-c", f"exec {example}"], cwd=folder, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "PATH": f"{place / 'bin'}:{os.environ['PATH']}"})
    lines = []
    try:
        eventually("the address", lambda: lines.append(process.stderr.readline()) or "is open at" in lines[-1], within=120)
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0, "".join(lines)


@pytest.mark.parametrize("example", [example for example in dict.fromkeys(EXAMPLES) if not at_home(example) and "|" not in example])
def test_an_example_of_another_city_is_no_bad_usage(example, place, demo_database, tmp_path):
    shutil.copy(demo_database, tmp_path / "worksmap.sqlite")
    bring_key(demo_database, tmp_path / "worksmap.sqlite")
    answer = subprocess.run(["bash", "-c", example.replace("0198…", "0198c1f4-0000-7000-8000-000000000000")], cwd=tmp_path, capture_output=True,
                            text=True, env={**os.environ, "PATH": f"{place / 'bin'}:{os.environ['PATH']}"}, timeout=600)
    assert answer.returncode == 1 and answer.stderr, f"{example}: status {answer.returncode}\n{answer.stderr}"


def test_every_command_has_an_example_and_none_is_passed_over():
    have = {command for command, _ in examples()}
    groups = {path[0] for path in usages() if len(path) > 1}
    without = {path[0] for path in usages() if len(path) == 1} - {command.split(" ")[0] for command in have if command}
    assert not without - groups, f"commands without an example: {sorted(without)}"
    assert len(EXAMPLES) > 90
    for pattern in ELSEWHERE:
        assert any(re.search(pattern, example) for example in EXAMPLES), f"no example is as {pattern}"
