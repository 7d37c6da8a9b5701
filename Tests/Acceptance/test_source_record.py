"""Several files at once, and the record of what came from a source."""
import json

MAPPING = """\
layer: hazards
source: q
observed_at: {column: at}
snapshot: full
geometry: {longitude: lon, latitude: lat}
fields: {source_id: id, due_at: due, status: {constant: in_progress}}
"""


def rows(ids, at, due=""):
    return "at,id,lon,lat,due\n" + "".join(f"{at},{each},8,49,{due}\n" for each in ids)


def city(worksmap, tmp_path):
    worksmap("init", "--database", tmp_path / "city.sqlite")
    (tmp_path / "m.yaml").write_text(MAPPING)

    def run(*arguments, check=True):
        return worksmap(*arguments, "--database", tmp_path / "city.sqlite", check=check)

    def load(*files, check=True):
        for name, text in files:
            (tmp_path / name).write_text(text)
        paths = [tmp_path / name for name, _ in files]
        return run("import", *paths, "--mapping", tmp_path / "m.yaml", "--format", "json", check=check)

    def works():
        exported = run("export", "works", "--format", "geojsonl").stdout.splitlines()
        return {each["source_id"]: each for each in (json.loads(line)["properties"] for line in exported)}

    return run, load, works


def test_every_file_is_tried_and_the_worst_decides_the_exit_status(worksmap, tmp_path):
    run, load, works = city(worksmap, tmp_path)
    done = load(("1.csv", rows("a", "2025-06-13T03:00:00Z")), ("2.csv", "<!DOCTYPE html>\n"),
                ("3.csv", rows("a", "2025-06-13T04:00:00Z", "2025-06-14T00:00:00Z")), check=False)
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert [each["inserted"] for each in answer["files"]] == [1, 0] and answer["files"][1]["updated"] == 1
    assert [each["file"].endswith("2.csv") for each in answer["failed"]] == [True]
    assert "2.csv" in done.stderr and works()["a"]["due_at"] == "2025-06-14T00:00:00Z"
    refused = load(("4.csv", rows("a", "2025-06-13T05:00:00Z", "soon")), ("5.csv", rows("a", "2025-06-13T06:00:00Z")), check=False)
    assert refused.returncode == 2
    assert works()["a"]["due_at"] is None and works()["a"]["original_due_at"] == "2025-06-14T00:00:00Z"
    no_layer = run("import", tmp_path / "1.csv", "--source", "x", check=False)
    assert no_layer.returncode == 64 and "--as" in no_layer.stderr


def test_an_import_is_on_record_and_can_be_taken_back(worksmap, tmp_path):
    run, load, works = city(worksmap, tmp_path)
    load(("1.csv", rows("abc", "2025-06-13T03:00:00Z")))
    load(("2.csv", rows("ad", "2025-06-13T04:00:00Z", "2025-06-14T00:00:00Z")))
    assert works()["b"]["completed_estimated"] is True
    [source] = json.loads(run("source", "list", "--format", "json").stdout)["sources"]
    assert (source["source"], source["imports"], source["last_list"]) == ("q", 2, "2025-06-13T04:00:00Z")
    assert "taken back" in run("source", "undo", "q", "--reason", "another city").stdout
    assert {name: each["status"] for name, each in works().items()} == {
        "a": "in_progress", "b": "in_progress", "c": "in_progress", "d": "rejected"}
    assert works()["a"]["due_at"] is None and works()["a"]["original_due_at"] is None
    history = json.loads(run("source", "show", "q", "--format", "json").stdout)
    assert [each["action"] for each in history["imports"]] == ["import", "import", "undo"]
    assert history["imports"][1]["taken_back"] and history["imports"][2]["reason"] == "another city"
    assert history["last_list"] == "2025-06-13T03:00:00Z"
    run("source", "reset", "q", "--reason", "dated wrongly")
    assert json.loads(run("source", "show", "q", "--format", "json").stdout)["last_list"] is None
    assert run("source", "show", "nobody", check=False).returncode == 1
    assert "all is well" in run("check").stderr
    for shown in ("list", "show"):
        assert "2.csv" in run("source", shown, *(["q"] if shown == "show" else [])).stdout
