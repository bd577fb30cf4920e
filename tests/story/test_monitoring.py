"""A surface that is switched off: nothing is evaluated there, nothing is remembered, and the record says so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import UNSET

from bylaw.base.errors import Problems
from bylaw.book.book import Book
from bylaw.book.monitoring import EEA, EU, switches_of
from bylaw.book.shelf import charter_of
from bylaw.engine.backtest import Backtest
from bylaw.engine.backtest_counts import Result
from bylaw.engine.decide import decide
from bylaw.engine.decider import Arrival
from bylaw.engine.inputs import Inputs
from bylaw.engine.matching import Bindings, Outcome
from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.memory import Memory
from bylaw.engine.recording import read_body
from bylaw.engine.replay import Ending, Replay
from bylaw.engine.situation import situation_of
from bylaw.engine.stretch import Stretch
from bylaw.engine.verdicts import Verdicts
from bylaw.events.vocabulary import MessageSent
from bylaw.rules.rule import Rule
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_office
from small_book import FILES, a_book, files

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SWITCH = '\n[monitoring.messages]\nkinds = ["message.sent"]\neverywhere = {everywhere}\nregions = {{ {regions} }}\n'
RULES = """\
rules:
  - id: cards
    clause: house/words/p1
    on: message.sent
    when: personal_data.cards > 0 || count("message.sent", event.actor, duration("1h")) >= 2
    then: [hold]
"""
CARD = "4111 1111 1111 1111"


def switched(everywhere: str = "true", regions: str = "") -> dict[str, str | None]:
    text = FILES["operator.toml"] + SWITCH.format(everywhere=everywhere, regions=regions)
    return {"operator_toml": text, "rules__words_yaml": RULES}


def message(number: int, country: str = "", text: str = CARD) -> MessageSent:
    at = START + timedelta(seconds=number)
    return MessageSent(
        id=f"m{number}", at=at, actor="ann", recipient="bob", text=text, country=country or UNSET
    )


def watched(book: Book, event: MessageSent) -> bool:
    memory = Memory(book.basis.memory, Keys(bytes(16)))
    return not situation_of(event, book.basis, memory.reader(event, event.at)).unwatched


def test_nothing_is_evaluated_and_no_signal_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    basis, event = a_book(**switched(everywhere="false")).basis, message(1)
    memory = Memory(basis.memory, Keys(bytes(16)))

    def no_signal(self: Inputs, name: str) -> None:
        raise AssertionError(f"the signal `{name}` was asked for")

    def no_rule(rules: tuple[Rule, ...], kind: str, bindings: Bindings) -> tuple[Outcome, ...]:
        assert not rules
        return ()

    monkeypatch.setattr(Inputs, "read", no_signal)
    situation = situation_of(event, basis, memory.reader(event, event.at))
    decision = decide(situation, basis, matcher=no_rule)
    memory.observe(event, event.at, situation.bindings)
    assert (decision.silent, decision.unwatched, decision.signals, decision.readings) == (
        True,
        "messages",
        (),
        (),
    )


def test_what_is_said_of_a_country_outweighs_what_is_said_of_a_union() -> None:
    book = a_book(**switched(regions="eu = false, de = true"))
    assert [watched(book, message(1, country)) for country in ("US", "", "FR", "DE", "fr")] == [
        True,
        True,
        False,
        True,
        False,
    ]


def test_a_surface_without_kinds_switches_nothing() -> None:
    operator = (
        FILES["operator.toml"] + "\n[monitoring.words]\neverywhere = false\nregions = { moon = true }\n"
    )
    assert switches_of(a_book(operator_toml=operator).operator.monitoring) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('kinds = ["message.snt"]', "no kind of event"),
        ('kinds = ["message.sent"]\nregions = { moon = true }', "no region"),
        (
            'kinds = ["message.sent"]\n[monitoring.b]\nkinds = ["message.sent"]',
            "on the surface `a` already",
        ),
    ],
)
def test_a_switch_that_means_nothing_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(Problems) as told:
        a_book(operator_toml=FILES["operator.toml"] + f"\n[monitoring.a]\n{text}\n")
    (problem,) = [one for one in told.value.problems if one.code.startswith("operator")]
    assert (problem.code, message in problem.message, problem.where.line > 0) == (
        "operator.monitoring",
        True,
        True,
    )


def test_the_unions_have_their_members() -> None:
    assert (len(EU), len(EEA), EU < EEA) == (27, 30, True)


def test_the_record_names_the_surface_and_a_replay_says_the_same(tmp_path: Path) -> None:
    init_data(tmp_path / "data", "house")
    with open_office(tmp_path / "data") as office:
        office.appoint(files(**switched(regions="eu = false")))
        events = [message(1, "FR"), message(2, "FR"), message(3, "US", "hello"), message(4, "US")]
        answers = office.decider.decide([Arrival(event, event.at) for event in events])
        decisions = [answer.decision for answer in answers if answer.decision]
        assert [(one.unwatched, one.rules) for one in decisions] == [
            ("messages", ()),
            ("messages", ()),
            ("", ()),  # the two before were not counted
            ("", ("cards",)),
        ]
        bodies = [read_body(office.records.row(answer.seq)) for answer in answers]
        assert [body.unwatched for body in bodies] == ["messages", "messages", "", ""]
        office.appoint(files(**switched()))
        endings = Replay(office.archive, office.keys).replay_all(1, office.records.head)
        assert {one.ending for one in endings} == {Ending.SAME}


def test_a_back_test_tells_what_another_switch_would_change(tmp_path: Path) -> None:
    init_data(tmp_path / "data", "house")
    with open_office(tmp_path / "data") as office:
        office.appoint(files(**switched()))
        events = [message(number, "FR") for number in range(4)]
        office.decider.decide([Arrival(event, event.at) for event in events])
        other = charter_of(a_book(**switched(regions="eu = false")))
        *_, result = Backtest(office.archive, office.keys, other, Verdicts()).run(
            Stretch(1, office.records.head)
        )
        assert isinstance(result, Result)
        assert (result.rules["cards"].lost, result.rules["cards"].gained) == (4, 0)
