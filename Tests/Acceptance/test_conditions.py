"""The rules that the other tests rely on: what may be skipped, and how long is waited."""
import types

import pytest

import conftest


def verdict(monkeypatch, reason, ci, outcome="skipped", allowed=(), **more):
    """The outcome that is reported of a test that had this one."""
    (monkeypatch.setenv if ci else monkeypatch.delenv)("CI", *(["true"] if ci else [False]))
    monkeypatch.setattr(conftest, "MAY_BE_SKIPPED", list(allowed))
    report = types.SimpleNamespace(
        outcome=outcome, skipped=outcome == "skipped", longrepr=("file.py", 1, f"Skipped: {reason}"), **more)
    return conftest.refuse_skips(report).outcome


def test_a_skip_fails_in_continuous_integration_unless_it_is_on_the_list(monkeypatch):
    usual = [(r"no real data at ", "not everybody has it")]
    assert verdict(monkeypatch, "no real data at /x", ci=False) == "skipped"
    assert verdict(monkeypatch, "no real data at /x", ci=True) == "failed"
    assert verdict(monkeypatch, "no real data at /x", ci=True, allowed=usual) == "skipped"
    assert verdict(monkeypatch, "could not import 'jsonschema'", ci=True, allowed=usual) == "failed"
    assert verdict(monkeypatch, "", ci=True, outcome="passed") == "passed"
    assert verdict(monkeypatch, "known", ci=True, wasxfail="reason") == "skipped"


def test_a_wait_gives_what_came_and_names_what_did_not():
    looks = iter([None, "", "came"])
    assert conftest.eventually("the third look", lambda: next(looks)) == "came"
    with pytest.raises(AssertionError, match="in vain for: rain"):
        conftest.eventually("rain", lambda: False, within=0.1)
