"""What a replay tells: the fields that differ, the meaning it does not stand for, and what nobody can read any more."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bylaw.engine.archive import TAGS, Source
from bylaw.engine.brakes import Caution
from bylaw.engine.charter import Activation
from bylaw.engine.decider import Arrival
from bylaw.engine.decision import SEMANTICS, Decision, SignalReading
from bylaw.engine.memory.keys import Keys
from bylaw.engine.recording import decision_id, event_tag
from bylaw.engine.replay import Ending, Replay, Replayed
from bylaw.engine.sealing import Draft, sealed
from bylaw.engine.term import Decided, Term
from bylaw.events.vocabulary import MessageSent
from bylaw.records.holds.model import Ground
from bylaw.records.holds.model import Keys as Destroyed
from bylaw.records.people import PEOPLE
from bylaw.records.vault.uses import Use
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_office, open_record
from commandline import Bylaw
from small_book import files

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = """\
rules:
  - id: burst
    clause: house/words/p1
    on: message.sent
    when: count("message.sent", event.actor, duration("1h")) >= 3
    then: [{review: {queue: words}}]
  - id: cards
    clause: house/words/p1
    on: message.sent
    when: personal_data.cards > 0
    then: [hold]
"""
CARD = "4111 1111 1111 1111"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    init_data(tmp_path / "data", "house")
    return tmp_path / "data"


def message(number: int, text: str = "hello", actor: str = "ann") -> MessageSent:
    at = START + timedelta(seconds=number)
    return MessageSent(id=f"m{number}", at=at, actor=actor, recipient="bob", text=text)


def forge(office: Office, event: MessageSent, source: Source, change: Callable[[Decision], Decision]) -> None:
    """Record a decision that no rule made, as somebody would who holds every key and the record's lock."""
    tag = event_tag(office.vault.secret(TAGS), event.id)
    basis = source.charter.basis
    named = decision_id(basis.operator, tag, basis.book)
    decided = Term.begin(source, Keys(office.vault.secret("windows"))).decide(event, event.at, named)
    forged = Decided(change(decided.decision), Caution())
    office.records.commit(sealed({tag: Draft(event, event.at, forged)}, source.recorder, office.vault))


def written(path: Path) -> Path:
    """The book, as a folder."""
    for name, content in files(rules__words_yaml=RULES).items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def replayed(data: Path) -> list[Replayed]:
    with open_record(data, writing=False) as reading:
        replay = Replay(reading.archive, reading.keys)
        return list(replay.replay_all(1, reading.records.head))


def signal_of(value: object) -> Callable[[Decision], Decision]:
    def change(made: Decision) -> Decision:
        return replace(made, signals=tuple(replace(one, value=value) for one in made.signals))

    return change


def answer_of(value: int) -> Callable[[Decision], Decision]:
    def change(made: Decision) -> Decision:
        return replace(made, readings=tuple(replace(one, value=value) for one in made.readings))

    return change


FORGERIES: dict[str, tuple[str, Callable[[Decision], Decision], str]] = {
    "an effect was taken away": (CARD, lambda made: replace(made, effects=()), "effects body.effects"),
    "a match was silenced": (
        CARD,
        lambda made: replace(made, clauses=(), rules=(), effects=(), matches=()),
        "clauses rules effects matches body.rules body.clauses body.effects body.silent",
    ),
    "a rule was blamed in the open alone": (
        "hello",
        lambda made: replace(made, rules=("burst",)),
        "body.rules",
    ),
    "a signal was another": (
        "hello",
        signal_of(2),
        "clauses rules effects matches body.rules body.clauses body.effects body.silent",
    ),
    "a signal was said to be read that no rule asked for": (
        "hello",
        lambda made: replace(
            made, signals=(*made.signals, SignalReading(name="urls.count", version="1", value=0))
        ),
        "signals",
    ),
    "an answer of the past was another": (
        "hello",
        answer_of(9),
        "clauses rules effects matches body.rules body.clauses body.effects body.silent",
    ),
    "the moment was another": (
        CARD,
        lambda made: replace(made, at=made.at + timedelta(hours=1)),
        "at body.at",
    ),
    "the moment of a silent one was another": (
        "hello",
        lambda made: replace(made, at=made.at + timedelta(hours=1)),
        "at body.at",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_decision_that_its_inputs_do_not_give_is_told_by_the_fields_that_differ(
    data: Path, name: str
) -> None:
    text, change, fields = FORGERIES[name]
    with open_office(data) as office:
        office.appoint(files(rules__words_yaml=RULES))
        office.decider.decide([Arrival(message(1), START)])
        forge(office, message(2, text), office.archive.source(1), change)
    honest, forged = replayed(data)
    assert (honest.ending, honest.fields) == (Ending.SAME, ())
    assert (forged.seq, forged.ending, set(forged.fields)) == (3, Ending.DIFFERS, set(fields.split()))


def test_the_forged_decision_is_named_and_verify_fails(bylaw: Bylaw, data: Path) -> None:
    with open_office(data) as office:
        office.appoint(files(rules__words_yaml=RULES))
        forge(office, message(1, CARD), office.archive.source(1), lambda made: replace(made, effects=()))
    said = bylaw("replay", "--verify", "--data", data, "--json")
    assert (said.status, said.json["sound"]) == (1, False)
    assert said.json["fields"] == {"effects": 1, "body.effects": 1}
    assert said.json["examples"][0]["seq"] == 2
    shown = bylaw("replay", "--data", data)
    assert shown.status == 0
    assert "effects, body.effects" in shown.out


def test_decisions_under_another_meaning_are_named_by_its_version(bylaw: Bylaw, data: Path) -> None:
    with open_office(data) as office:
        charter = office.appoint(files(rules__words_yaml=RULES))
        office.decider.decide([Arrival(message(1), START)])
        other = Activation(
            book=charter.basis.book, semantics=SEMANTICS + 1, signals=charter.activation.signals
        )
        seq = office.records.commit([other.fact()]).first
        source = Source(charter, other, charter.recorder(seq, other.semantics))
        forge(office, message(2), source, lambda made: replace(made, semantics=other.semantics))
    assert [one.ending for one in replayed(data)] == [Ending.SAME, Ending.OTHER_SEMANTICS]
    said = bylaw("replay", "--verify", "--data", data, "--json")
    assert said.json["endings"]["other semantics"] == 1
    assert said.json["fields"] == {f"semantics {SEMANTICS + 1}": 1}
    assert f"semantics {SEMANTICS + 1}" in bylaw("replay", "--data", data).out


def test_what_was_destroyed_is_counted_and_not_guessed(bylaw: Bylaw, data: Path) -> None:
    with open_office(data) as office:
        office.appoint(files(rules__words_yaml=RULES))
        events = [message(1), message(2, actor="cy"), message(3), message(4, CARD, actor="cy"), message(5)]
        office.decider.decide([Arrival(event, event.at) for event in events])
        cy = office.vault.subjects(PEOPLE, ["cy"])["cy"]
        office.destroy(Destroyed(cy.hex(), (Use.PROFILE, Use.EVIDENCE)), Ground.REQUEST)
    said = bylaw("replay", "--verify", "--data", data, "--json")
    assert (said.status, said.json["sound"]) == (0, True)
    assert (said.json["endings"]["same"], said.json["endings"]["unreadable"]) == (3, 2)
    assert said.json["examples"] == []
    path = written(data.parent / "same")
    tried: dict[str, Any] = bylaw("backtest", "--data", data, "--book", path, "--json").json
    assert (tried["events"], tried["unreadable"], tried["otherwise"]) == (3, 2, 0)
    late = bylaw("backtest", "--data", data, "--book", path, "--json", "--from", 6).json
    assert (late["events"], late["unreadable"], late["unread_before"]) == (1, 0, 2)
    assert "2 events can no longer be read" in bylaw("backtest", "--data", data, "--book", path).out


def test_progress_is_shown_to_who_looks(bylaw: Bylaw, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_office(data) as office:
        office.appoint(files(rules__words_yaml=RULES))
        office.decider.decide([Arrival(message(number), START) for number in range(7)])
        rows = office.records.head
    assert "replaying" not in bylaw("replay", "--data", data).err
    monkeypatch.setenv("FORCE_COLOR", "1")
    commands = {
        "replaying": ("replay",),
        "deciding again": ("backtest", "--book", written(data.parent / "same")),
    }
    for doing, command in commands.items():
        shown = bylaw(*command, "--data", data).err
        assert doing in shown
        assert f"{rows}/{rows}" in shown
