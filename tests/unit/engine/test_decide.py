"""One event, one book, one decision."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import Where
from bylaw.book.book import Book
from bylaw.engine.decide import decide
from bylaw.engine.decision import Decision
from bylaw.engine.situation import situation_after
from small_book import FILES, LATER, POLICY, a_book, with_files

CITED = [("house", "2026-01-01", "house/words/p1")]


def decided(book: Book, **fields: Any) -> Decision:
    event = {
        "kind": "post.created",
        "id": "evt_1",
        "at": "2026-03-01T10:00:00Z",
        "actor": "a",
        "text": "AAA",
    } | fields
    basis = book.basis
    read = book.codec.decode(msgspec.json.encode(event), where=Where("test"))
    return decide(situation_after((), read, basis), basis)


def cited(decision: Decision) -> list[tuple[str, str, str]]:
    return [(c.document, c.version, c.clause) for c in decision.clauses]


def rules(*more: str, on_error: str = "review") -> dict[str, str]:
    base = FILES["rules/words.yaml"].replace("on_error: hold", f"on_error: {on_error}")
    return {"rules/words.yaml": base + "".join(more)}


def rule(name: str, when: str, then: str = "[hold]", **parts: str) -> str:
    fields = {"clause": "house/words/p1", "on": "post.created", "when": when, "then": then} | parts
    return f"  - id: {name}\n" + "".join(f"    {key}: {value}\n" for key, value in fields.items())


def test_a_match_cites_its_clause_and_holds_the_values_compared() -> None:
    decision = decided(a_book())
    assert cited(decision) == CITED
    assert decision.rules == ("shouting",)
    assert [(p.effect, p.argument) for p in decision.effects] == [("hold", None), ("review", "words")]
    (match,) = decision.matches
    (compared,) = match.compared
    assert compared.expression == 'event.text == "AAA"'
    assert compared.operands == ("‹text, 3 characters›", '"AAA"')
    assert compared.result == "true"
    assert not decision.degraded


def test_no_match_is_a_silent_decision() -> None:
    decision = decided(a_book(), text="aaa")
    assert decision.silent
    assert (decision.clauses, decision.effects, decision.dropped) == ((), (), ())


def test_the_same_inputs_give_the_same_bytes_and_another_book_another_id() -> None:
    book = a_book()
    assert canonical_bytes(decided(book)) == canonical_bytes(decided(book))
    assert decided(book).id != decided(with_files({"lists/x.txt": "x\n"})).id


def test_the_version_in_force_at_the_events_time_is_cited() -> None:
    book = with_files({"policies/house/2026-06-01.md": LATER})
    assert cited(decided(book, at="2026-05-31T23:59:59Z")) == CITED
    assert cited(decided(book, at="2026-06-01T00:00:00Z")) == [("house", "2026-06-01", "house/words/p1")]


def test_no_clause_in_force_no_effect() -> None:
    decision = decided(a_book(), at="2025-12-31T23:59:59Z")
    assert (decision.clauses, decision.effects, decision.rules) == ((), (), ())
    assert {d.why for d in decision.dropped} == {"not in force at the event's time: house/words/p1"}
    assert [d.code for d in decision.diagnostics] == ["policy.not_in_force"]
    assert [m.rule for m in decision.matches] == ["shouting"]


def test_an_inherited_clause_is_cited_with_the_document_that_includes_it() -> None:
    manners = POLICY.replace("House Rules", "Manners")
    house = POLICY.replace("requires-sig: no", "includes: [manners]")
    more = rules(rule("rude", "true", clause="manners/words/p1"))
    book = with_files(
        more | {"policies/manners/2026-01-01.md": manners, "policies/house/2026-01-01.md": house}
    )
    through = {c.clause: c.included_by for c in decided(book).clauses}
    assert through == {"house/words/p1": (), "manners/words/p1": ("house",)}


@pytest.mark.parametrize(
    ("on_error", "effects"),
    [
        ("skip", []),
        ("review", [("review", "rule-errors")]),
        ("hold", [("hold", None), ("review", "rule-errors")]),
    ],
)
def test_a_rule_that_errs_degrades_the_decision_as_its_set_says(on_error: str, effects: list[Any]) -> None:
    more = rules(rule("broken", "1 / (size(event.text) - 1) == 0", "[remove]"), on_error=on_error)
    decision = decided(with_files(more), text="b")
    assert decision.degraded
    assert [(d.rule, d.code) for d in decision.diagnostics] == [("broken", "rule.divide_by_zero")]
    assert [(p.effect, p.argument) for p in decision.effects] == effects
    assert decision.clauses == ()


def test_one_rules_error_changes_nothing_for_another() -> None:
    decision = decided(with_files(rules(rule("broken", "1 / (size(event.text) - 3) == 0", "[remove]"))))
    assert cited(decision) == CITED
    assert decision.degraded


def test_a_rule_in_shadow_is_recorded_and_does_nothing() -> None:
    decision = decided(with_files(rules(rule("quiet", "true", "[remove]", mode="shadow"))), text="b")
    assert decision.shadow == ("quiet",)
    assert (decision.clauses, decision.effects, decision.rules) == ((), (), ())
    assert [d.why for d in decision.dropped] == ["the rule is in shadow"]


def test_a_rule_that_is_off_is_not_evaluated() -> None:
    assert decided(with_files(rules(rule("off", "1 / 0 == 0", mode='"off"'))), text="b").silent


def test_an_exempted_event_cites_what_exempts_it() -> None:
    exempt = rule("staff", 'event.actor == "a"', "[{exempt: our own staff}]", clause="house/complaints/p1")
    decision = decided(with_files(rules(exempt)))
    assert [c.clause for c in decision.clauses] == ["house/complaints/p1"]
    assert decision.rules == ("staff",)
    assert [p.effect for p in decision.effects] == ["exempt"]
    assert {d.why for d in decision.dropped} == {"exempted by staff"}
    assert {m.rule for m in decision.matches} == {"staff", "shouting"}


def test_a_decision_survives_being_written_and_read() -> None:
    decision = decided(a_book())
    assert msgspec.json.decode(canonical_bytes(decision), type=Decision) == decision
    assert decision.at == datetime(2026, 3, 1, 10, tzinfo=UTC)
