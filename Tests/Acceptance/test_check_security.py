"""`worksmap check --security`: what an operator is told of files, address, tokens, moderation and published values."""
import json
import os

import pytest
from conftest import PROGRAM, Service, eventually, run

EMAIL, PHONE = "ivan.petrov@example.org", "+7 912 345-67-89"


def check(database, *options, status):
    answer = run("check", "--security", "--database", database, "--format", "json", *options, check=False)
    assert answer.returncode == status, answer.stdout + answer.stderr
    document = json.loads(answer.stdout)
    assert document["serious"] == sum(finding["severity"] == "serious" for finding in document["findings"])
    return {(finding["check"], finding["subject"]): finding for finding in document["findings"]}


def of(findings, check):
    return {subject: finding for (name, subject), finding in findings.items() if name == check}


@pytest.fixture
def city(tmp_path):
    database = tmp_path / "city.sqlite"
    run("init", "--database", database)
    for file in tmp_path.iterdir():
        if file.is_file():
            file.chmod(0o640)
    return database


def test_a_new_city_has_nothing_serious(city):
    findings = check(city, status=0)
    assert {name for name, _ in findings} == {"address", "moderation"}
    assert "pothole" in findings["moderation", "categories.yaml"]["problem"]


def test_files_that_others_can_read_or_change_are_told(city):
    copy = city.with_name("yesterday.sqlite")
    run("backup", copy, "--database", city)
    copy.chmod(0o644)
    city.chmod(0o660)
    refused = city.with_name("potholes.csv.refused.csv")
    refused.write_text("a\n")
    refused.chmod(0o604)
    folder = city.with_name("city.city")
    folder.mkdir(exist_ok=True)
    folder.chmod(0o770)
    (folder / "key").write_text("k") if not (folder / "key").exists() else None
    (folder / "key").chmod(0o640)
    os.mkfifo(city.with_name("pipe"))
    files = of(check(city, status=1), "files")
    assert "group can change" in files[str(city)]["problem"] and "chmod 640" in files[str(city)]["problem"]
    assert "everybody on this machine can read" in files[str(copy)]["problem"]
    assert "everybody" in files[str(refused)]["problem"]
    assert "chmod 600" in files[str(folder / "key")]["problem"]
    assert "0770" in files[str(folder)]["problem"]
    for path, mode in [(city, 0o640), (copy, 0o600), (refused, 0o640), (folder, 0o750), (folder / "key", 0o600)]:
        path.chmod(mode)
    assert of(check(city, status=0), "files") == {}


def test_it_knows_the_address_that_the_city_was_last_served_with(city):
    def served(*options):
        service = Service(city, *options)
        try:
            eventually("the note", lambda: "last served" in json.dumps(list(check_address().values())) or not check_address())
        finally:
            service.stop()
        return check_address().get("--public-url")

    def check_address():
        answer = run("check", "--security", "--database", city, "--format", "json", check=False)
        findings = json.loads(answer.stdout)["findings"]
        return {finding["subject"]: finding for finding in findings if finding["check"] == "address"}

    assert check_address()["--public-url"]["severity"] == "note"
    assert served()["severity"] == "note"
    assert served("--public-url", "https://works.example.org") is None
    assert of(check(city, "--public-url", "http://works.example.org", status=1), "address")["--public-url"]["severity"] == "serious"
    assert of(check(city, "--public-url", "https://works.example.org", status=0), "address") == {}
    assert of(check(city, "--public-url", "works", status=1), "address")


def test_tokens_without_an_end_are_told_and_those_that_end_are_not(city):
    import sqlite3
    run("token", "create", "--role", "viewer", "--name", "ends", "--database", city)
    run("token", "create", "--role", "admin", "--name", "old", "--database", city)
    assert of(check(city, status=0), "tokens") == {}
    connection = sqlite3.connect(city)
    connection.execute("UPDATE access_tokens SET expires_at = NULL WHERE id = 2")
    connection.commit()
    connection.close()
    tokens = of(check(city, status=1), "tokens")
    assert list(tokens) == ["token 2"] and "old" in tokens["token 2"]["problem"]


def test_published_values_that_look_personal_are_counted_and_never_told_whole(city, tmp_path):
    file = tmp_path / "works.json"
    works = [
        {"kind": "hazard", "category": "other", "title": "Яма", "description": f"Пишите на {EMAIL}, {PHONE}", "contractor": "ИП Иванов И. И.",
         "comment": "Звонил Пётр Ильич Сидоров", "crew": {"leads": ["John Smith"]}, "secret": f"secret-{EMAIL}"},
        {"kind": "hazard", "category": "other", "title": "Люк", "description": f"{EMAIL}", "address": "ул. А. С. Пушкина, 5"},
    ]
    file.write_text(json.dumps([{"source_id": str(number), **work} for number, work in enumerate(works)]))
    run("import", file, "--as", "hazards", "--source", "s", "--publish", "comment,crew", "--database", city, check=False)
    answer = run("check", "--security", "--database", city, "--format", "json", check=False)
    assert answer.returncode == 1
    found = {(finding["subject"], finding["problem"].split(" like ")[1]): finding
             for finding in json.loads(answer.stdout)["findings"] if finding["check"] == "published"}
    assert found["works.description", "an e-mail address"]["count"] == 2
    assert found["works.description", "a telephone number"]["count"] == 1
    assert found["works.contractor", "an entrepreneur's name, as a firm has it"]["severity"] == "note"
    assert ("works.extra.comment", "a person's name") in found and ("works.extra.crew.leads", "a person's name") in found
    assert not any("address" == subject.split(".")[-1] for subject, _ in found)
    table = run("check", "--security", "--database", city, check=False)
    for output in (answer.stdout, table.stdout, table.stderr):
        for secret in (EMAIL, PHONE, "345-67", "John Smith", "Сидоров", "Иванов И"):
            assert secret not in output
    assert "serious: works.description: 2 public values look like an e-mail address, such as iv…rg" in table.stdout


def test_the_demo_city_names_entrepreneurs_as_contractors_and_nobody_else(demo_database):
    answer = run("check", "--security", "--database", demo_database, "--format", "json", check=False)
    found = [(finding["subject"], finding["severity"]) for finding in json.loads(answer.stdout)["findings"] if finding["check"] == "published"]
    assert found == [("works.contractor", "note")]


def test_its_options_go_with_it_only(city):
    for options in (["--format", "json"], ["--public-url", "https://x.org"], ["--rules", "."]):
        answer = run("check", "--database", city, *options, check=False)
        assert answer.returncode == 64 and "--security" in answer.stderr
    assert PROGRAM
