"""One decision, whatever path leads to it: a case, the interpreter, generated code, a run, a run in shadow."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bylaw.base.canonical import canonical_bytes
from bylaw.book.book import Book, load_book
from bylaw.book.cases import PolicyCase
from bylaw.engine.compiled import compiled
from bylaw.engine.decide import decide
from bylaw.engine.decision import Decision
from bylaw.engine.situation import situation_after
from bylaw.events.event import Event
from bylaw.rules.rule import Mode
from bylaw.runtime.deciding import Tally, decide_all


@pytest.fixture(scope="module")
def harbour(root: Path) -> Book:
    return load_book(root / "examples/harbour")


def by_run(book: Book, case: PolicyCase) -> Decision:
    events: list[Event] = [*case.before, case.event]
    return [d for d in decide_all(book, events, Tally()) if isinstance(d, Decision)][-1]


def told(decision: Decision) -> bytes:
    """What a decision says, but for the digests of keys, which each memory makes under its own secret."""
    values = json.loads(canonical_bytes(decision))
    for reading in values["readings"]:
        del reading["key"]
    return canonical_bytes({**values, "readings": sorted(values["readings"], key=json.dumps)})


def test_every_case_gets_the_same_decision_on_every_path(harbour: Book) -> None:
    basis = harbour.basis
    matcher = compiled(basis)
    for case in harbour.cases:
        interpreted = decide(situation_after(case.before, case.event, basis), basis)
        generated = decide(situation_after(case.before, case.event, basis), basis, matcher=matcher)
        assert canonical_bytes(generated) == canonical_bytes(interpreted), case.name


def test_a_run_over_what_came_before_gives_the_decision_of_the_case(harbour: Book) -> None:
    cases = [case for case in harbour.cases if case.before]
    assert len(cases) > 10
    basis = harbour.basis
    for case in cases:
        interpreted = decide(situation_after(case.before, case.event, basis), basis)
        assert told(by_run(harbour, case)) == told(interpreted), case.name


def test_in_shadow_the_same_rules_match_and_nothing_is_done(harbour: Book) -> None:
    quiet = replace(harbour, rules=tuple(replace(rule, mode=Mode.SHADOW) for rule in harbour.rules))
    loud, silent = harbour.basis, quiet.basis
    matcher = compiled(silent)
    for case in harbour.cases:
        enforced = decide(situation_after(case.before, case.event, loud), loud)
        shadowed = decide(situation_after(case.before, case.event, silent), silent, matcher=matcher)
        assert [m.rule for m in shadowed.matches] == [m.rule for m in enforced.matches], case.name
        assert (shadowed.effects, shadowed.clauses, shadowed.rules) == ((), (), ())
        assert set(shadowed.shadow) == {m.rule for m in enforced.matches}
