"""The registry of signals, and that the documentation tells the same."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bylaw.events.kinds import KINDS, declare_kind
from bylaw.events.vocabulary import CommentCreated
from bylaw.signals.registry import FAMILIES, SIGNALS, signals_for
from bylaw.signals.signal import Signal
from bylaw.signals.text.functions import FUNCTIONS

AT = datetime(2026, 3, 1, tzinfo=UTC)
TYPES = {"bool": bool, "int": int, "double": float, "string": str, "list(string)": list}


def described(signal: Signal) -> str:
    """The row of the documentation."""
    return f"| `{signal.name}` | {signal.type}{' ✎' if signal.personal else ''} | {signal.doc} |"


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=lambda signal: signal.name)
def test_a_signal_says_what_it_is(signal: Signal) -> None:
    assert signal.type in TYPES
    assert signal.version
    assert signal.doc.endswith(".")
    assert signal.cost > 0
    assert signal.family.isidentifier()
    assert signal.member.isidentifier()


def test_no_name_is_given_twice() -> None:
    assert len(SIGNALS) == sum(len(family.SIGNALS) for family in FAMILIES)


def test_the_documentation_has_a_row_for_each_signal_and_no_other(root: Path) -> None:
    tables = (root / "docs" / "signals.md").read_text().partition("## Functions")[0]
    told = [line for line in tables.splitlines() if line.startswith("| `")]
    assert told == [described(signal) for signal in SIGNALS.values()]


def test_the_documentation_has_a_row_for_each_function(root: Path) -> None:
    text = (root / "docs" / "signals.md").read_text()
    for function in FUNCTIONS:
        row = f"| `{function.name}({', '.join(function.parameters)})` | {function.result} | {function.doc} |"
        assert row in text


def test_kinds_get_the_signals_of_the_fields_they_have() -> None:
    message, flow = signals_for(KINDS["message.sent"]), signals_for(KINDS["connection.flow"])
    request, registered = signals_for(KINDS["request.served"]), signals_for(KINDS["account.registered"])
    assert {"text.normal", "personal_data.cards", "urls.count"} <= message.keys()
    assert "traffic.attack" in request
    assert "text.plain" not in request
    assert "accounts.email_disposable" in registered
    assert not {"text.plain", "traffic.attack", "accounts.email_disposable"} & flow.keys()


def test_declared_kinds_with_prose_get_text_signals() -> None:
    kind = declare_kind("ticket.opened", {"body": "text", "score": "double"})
    assert "text.words" in signals_for(kind)
    assert "text.words" not in signals_for(declare_kind("score.given", {"score": "double"}))


def test_values_have_the_types_that_are_declared() -> None:
    event = CommentCreated(
        id="c1", at=AT, text="c4s1n0 at http://example.com, call +44 20 7946 0958 or jane@example.com"
    )
    for name, signal in signals_for(KINDS["comment.created"]).items():
        assert type(signal.compute(event, {})) is TYPES[signal.type], name
