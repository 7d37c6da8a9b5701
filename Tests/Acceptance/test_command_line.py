"""What the program says to people who ask for what cannot be had."""
import os
import subprocess

import pytest
import requests

from conftest import PROGRAM, Service, bring_key


@pytest.mark.parametrize("option", ["--port=65536", "--port=-1", "--max-queue=-1", "--deadline-tiles=2"])
def test_a_service_is_not_started_with_a_number_that_means_nothing(worksmap, demo_database, option):
    answer = worksmap("serve", "--database", demo_database, option, check=False, timeout=60)
    assert answer.returncode == 64
    assert option.split("=")[0] in answer.stderr


@pytest.mark.parametrize("host, reason", [("127.0.0.1", "Address already in use"), ("192.0.2.1", "Cannot assign"),
                                          ("host.invalid", "no such host")])
def test_a_service_that_cannot_listen_says_where_and_why(worksmap, service, demo_database, host, reason):
    port = service.url.rsplit(":", 1)[1]
    answer = worksmap("serve", "--database", demo_database, "--host", host, "--port", port, check=False, timeout=60)
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1].startswith(f"worksmap: cannot listen on {host}, port {port}: {reason}")
    assert " error " not in answer.stderr


def test_refused_rows_of_an_input_without_a_folder_go_to_the_current_one(worksmap, tmp_path):
    worksmap("init", "--database", tmp_path / "city.sqlite")
    rows = "id,lon,lat,category\na,37.6,55.7,pothole\nb,999,1,pothole\n"
    read, write = os.pipe()
    os.write(write, rows.encode())
    os.close(write)
    answer = subprocess.run(
        [PROGRAM, "import", f"/dev/fd/{read}", "--as", "hazards", "--source", "pipe", "--database", "city.sqlite"],
        cwd=tmp_path, capture_output=True, text=True, pass_fds=[read], timeout=60)
    os.close(read)
    assert answer.returncode == 2, answer.stderr
    assert f"the refused rows are in {read}.refused.csv" in answer.stderr
    assert len((tmp_path / f"{read}.refused.csv").read_text().splitlines()) == 2


@pytest.mark.parametrize("arguments, reason", [
    (["23/0/0"], "23/0/0: no tile has this address"), (["a/b/c"], "a/b/c: no tile has this address"),
    (["0/0/0", "--tileset", "nope"], "there is no tileset `nope`; there are basemap, works,"),
    (["0/0/0", "--tileset", ","], "--tileset names none"),
    (["0/0/0", "--size", "10x10"], "--size is for a --bbox"), (["--bbox", "1,2,3,4"], "a picture needs a --size"),
    (["--bbox", "1,2,3,4", "--size", "8193x1"], "up to 8192 each"), ([], "a tile z/x/y or a --bbox")])
def test_a_picture_that_nobody_can_have_asked_for_is_bad_usage(worksmap, demo_database, arguments, reason):
    answer = worksmap("render", "--database", demo_database, *arguments, check=False, timeout=60)
    assert answer.returncode == 64 and answer.stdout == ""
    assert reason in answer.stderr


WRITERS = {"render": ["render", "0/0/0", "-o"], "export": ["export", "schools", "-o"],
           "hotspots": ["hotspots", "--near", "schools", "--within", "300", "-o"]}


@pytest.mark.parametrize("command", WRITERS.values(), ids=WRITERS.keys())
def test_a_file_that_cannot_be_written_is_told_in_one_line_and_leaves_nothing(worksmap, demo_database, tmp_path, command):
    taken = tmp_path / "taken"
    taken.mkdir()
    for target, reason in [(tmp_path / "none/picture", "No such file or directory"), (taken, "Is a directory")]:
        answer = worksmap(*command, target, "--database", demo_database, check=False, timeout=60)
        assert answer.returncode == 1
        assert answer.stderr.startswith(f"worksmap: {target}") and answer.stderr.endswith(f": cannot be written: {reason}\n")
    assert list(tmp_path.rglob("*")) == [taken]


@pytest.mark.parametrize("command", WRITERS.values(), ids=WRITERS.keys())
def test_links_are_followed_and_pipes_are_written_to_as_they_are(worksmap, demo_database, tmp_path, command):
    target, link, pipe = (tmp_path / name for name in ("target", "link", "pipe"))
    target.write_text("old")
    link.symlink_to(target)
    worksmap(*command, link, "--database", demo_database, timeout=60)
    assert link.is_symlink() and target.stat().st_size > 100
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        worksmap(*command, pipe, "--database", demo_database, timeout=60)
        assert len(reader.stdout.read()) == pytest.approx(target.stat().st_size, rel=0.01)
    assert pipe.is_fifo()
    assert {path.name for path in tmp_path.iterdir()} == {"target", "link", "pipe"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make links of other users")
@pytest.mark.parametrize("command", WRITERS.values(), ids=WRITERS.keys())
def test_nothing_is_written_through_what_another_user_has_planted(worksmap, demo_database, tmp_path, command):
    shared, victim = tmp_path / "shared", tmp_path / "victim"
    shared.mkdir()
    shared.chmod(0o1777)
    victim.write_text("precious")

    def refused(target, kind):
        answer = worksmap(*command, target, "--database", demo_database, check=False, timeout=60)
        assert answer.returncode == 1 and kind in answer.stderr and str(shared) in answer.stderr, answer.stderr
        assert victim.read_text() == "precious" and sorted(path.name for path in shared.iterdir()) == ["planted"]

    planted = shared / "planted"
    planted.symlink_to(victim)
    os.lchown(planted, 65534, 65534)
    refused(planted, "a symbolic link that another user has put")
    own = tmp_path / "own"
    own.symlink_to(planted)
    refused(own, "a symbolic link that another user has put")
    planted.unlink()
    planted.symlink_to(tmp_path / "missing")
    os.lchown(planted, 65534, 65534)
    refused(planted, "a symbolic link that another user has put")
    assert not (tmp_path / "missing").exists()
    planted.unlink()
    os.mkfifo(planted)
    os.chown(planted, 65534, 65534)
    refused(planted, "a pipe that another user has put")
    planted.unlink()
    # One's own links are followed there too, and so are others' in a folder that is not everybody's.
    planted.symlink_to(victim)
    worksmap(*command, planted, "--database", demo_database, timeout=60)
    assert planted.is_symlink() and victim.stat().st_size > 100
    os.lchown(planted, 65534, 65534)
    shared.chmod(0o755)
    victim.write_text("old")
    worksmap(*command, planted, "--database", demo_database, timeout=60)
    assert victim.stat().st_size > 100


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make links of other users")
def test_refused_rows_and_backups_do_not_go_through_planted_links(worksmap, tmp_path):
    shared, victim = tmp_path / "shared", tmp_path / "victim"
    shared.mkdir()
    shared.chmod(0o1777)
    victim.write_text("precious")
    database = tmp_path / "city.sqlite"
    worksmap("init", "--database", database)
    (shared / "list.csv").write_text("id,lon,lat,category\nb,999,1,pothole\n")
    for name in ("list.csv.refused.csv", "list.csv.refused.csv.part", "copy.sqlite"):
        (shared / name).symlink_to(victim)
        os.lchown(shared / name, 65534, 65534)
    answer = worksmap("import", shared / "list.csv", "--as", "hazards", "--database", database, check=False, cwd=tmp_path)
    assert answer.returncode == 2 and "refused rows are in" in answer.stderr
    answer = worksmap("backup", shared / "copy.sqlite", "--database", database, check=False)
    assert answer.returncode == 1 and "a symbolic link that another user has put into" in answer.stderr
    assert victim.read_text() == "precious"
    assert (shared / "copy.sqlite").is_symlink()


@pytest.mark.parametrize("url", ["works.example.org", "ftp://a", "https://u:p@a", "https://a?b", "https://a/#b", "https://", "https://a:0"])
def test_a_public_address_that_means_nothing_is_bad_usage(worksmap, demo_database, url):
    answer = worksmap("serve", "--database", demo_database, "--public-url", url, check=False, timeout=60)
    assert answer.returncode == 64
    assert "--public-url: an address such as https://works.example.org is wanted" in answer.stderr


def test_a_service_for_others_says_that_it_does_not_know_its_address(demo_database):
    for options, is_told in [(["--host", "0.0.0.0"], True), ([], False), (["--host", "0.0.0.0", "--public-url", "http://a"], False)]:
        service = Service(demo_database, *options)
        service.stop()
        assert ("--public-url" in "".join(service.lines)) == is_told


PLACE = {"lat": "53.2", "long": "50.0", "service_code": "pothole"}


@pytest.mark.parametrize("how", ["file", "environment", "argument"])
def test_api_keys_come_from_a_file_or_the_environment(worksmap, demo_database, tmp_path, monkeypatch, how):
    database = tmp_path / "city.sqlite"
    worksmap("backup", database, "--database", demo_database)
    bring_key(demo_database, database)
    keys = tmp_path / "keys"
    keys.write_text("# the app\nfirst-key\n\n  second-key  \n")
    keys.chmod(0o640)
    options = {"file": ["--open311-keys-file", str(keys)], "environment": [], "argument": ["--open311-key", "second-key"]}[how]
    if how == "environment":
        monkeypatch.setenv("WORKSMAP_OPEN311_KEYS", "first-key,second-key")
    service = Service(database, *options)
    try:
        for key, status in [("second-key", {201, 202, 400}), ("third-key", {403}), ("", {403}), ("# the app", {403})]:
            answer = requests.post(service.url + "/open311/v2/requests.json", data={**PLACE, "api_key": key}, timeout=60)
            assert answer.status_code in status, answer.text
        shown = open(f"/proc/{service.process.pid}/cmdline").read()
        assert ("second-key" in shown) == (how == "argument")
        log = "".join(service.lines)
        assert "second-key" not in log and ("shows its key to everybody" in log) == (how == "argument")
    finally:
        service.stop()


@pytest.mark.parametrize("text", ["", "\n# only a remark\n", None])
def test_a_file_without_api_keys_is_told_and_lets_nobody_in(worksmap, demo_database, tmp_path, text):
    keys = tmp_path / "keys"
    if text is not None:
        keys.write_text(text)
    answer = worksmap("serve", "--database", demo_database, "--port", "0", "--open311-keys-file", keys, check=False, timeout=60)
    assert answer.returncode == 1 and str(keys) in answer.stderr


@pytest.mark.parametrize("command", [["render", "0/0/0"], ["export", "schools"], ["report", "districts"],
                                     ["hotspots", "--near", "schools", "--within", "300"]], ids=lambda c: c[0])
def test_a_full_disk_behind_standard_output_is_told(demo_database, command):
    with open("/dev/full", "wb") as full:
        answer = subprocess.run([PROGRAM, *command, "--database", demo_database], stdout=full, stderr=subprocess.PIPE,
                                text=True, timeout=60)
    assert answer.returncode == 1
    assert answer.stderr == "worksmap: standard output: cannot be written: No space left on device\n"
