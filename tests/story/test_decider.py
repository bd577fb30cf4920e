"""Events in, recorded decisions out, on both databases."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bylaw.base.canonical import canonical_bytes, digest
from bylaw.base.errors import BusyError, Problem, RefusedError, UpstreamError
from bylaw.engine.decider import Answer, Arrival
from bylaw.engine.duplicates import Seen
from bylaw.engine.replay import Ending, Replay
from bylaw.events.event import Event
from bylaw.events.sources.source import Reject
from bylaw.events.vocabulary import MessageSent, PostCreated
from bylaw.runtime.deciding import Tally, record_all
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, Reading, open_office, open_record
from bylaw.simulation.stream import Plan, simulate
from commandline import Bylaw
from databases import postgres
from small_book import files

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
BURST = """\
rules:
  - id: burst
    clause: house/words/p1
    on: message.sent
    when: count("message.sent", event.actor, duration("1h")) >= 20
    then: [{review: {queue: words}}]
  - id: shouting
    clause: house/words/p1
    on: post.created
    when: event.text == "AAA"
    then: [hold]
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as running:
        yield running.url


@pytest.fixture(params=["sqlite", "postgresql"])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    url = request.getfixturevalue("server") if request.param == "postgresql" else ""
    name = "house-" + "".join(char if char.isalnum() else "-" for char in tmp_path.name.lower())[-30:]
    init_data(tmp_path / "data", name, database=url)
    return tmp_path / "data"


def book(rules: str = BURST) -> dict[str, bytes]:
    return files(rules__words_yaml=rules)


def message(number: int, seconds: float = 0, actor: str = "ann") -> MessageSent:
    at = START + timedelta(seconds=seconds or number)
    return MessageSent(id=f"m{number}", at=at, actor=actor, recipient="bob", text=f"Hello {number}")


def post(number: int, text: str = "AAA") -> PostCreated:
    return PostCreated(id=f"p{number}", at=START, actor="cy", text=text)


def decide(office: Office, *events: Event) -> list[Answer]:
    return office.decider.decide([Arrival(event, event.at) for event in events])


def rules_of(answers: list[Answer]) -> list[tuple[str, ...] | None]:
    return [answer.decision.rules if answer.decision else None for answer in answers]


def endings(reading: Reading) -> list[Ending]:
    replay = Replay(reading.archive, reading.keys)
    return [replay.replay(row).ending for row in reading.records.rows(kinds={"event.decided"})]


def test_nothing_is_decided_before_a_book_is_in_force(data: Path) -> None:
    with open_office(data) as office, pytest.raises(RefusedError, match=r"decider\.no_book"):
        decide(office, post(1))


def test_an_event_gets_its_first_decision_and_an_id_has_one_meaning(data: Path) -> None:
    with open_office(data) as office:
        office.appoint(book())
        new, again, other = decide(office, post(1), post(1), post(1, "aaa"))
        assert [answer.seen for answer in (new, again, other)] == [Seen.NEW, Seen.SAME, Seen.CONFLICT]
        assert new.decision
        assert again.decision == new.decision
        assert other.decision is None
    with open_office(data) as office:
        later, conflict = decide(office, post(1), post(1, "bbb"))
        assert (later.seen, conflict.seen) == (Seen.SAME, Seen.CONFLICT)
        assert later.seq == new.seq
        assert canonical_bytes(later.decision) == canonical_bytes(new.decision)
        assert office.records.head == new.seq + 2  # the decision, what is done about it, and who is told


def test_a_burst_is_counted_exactly_across_batches_and_restarts(data: Path) -> None:
    events = [message(number) for number in range(1, 24)]
    with open_office(data) as office:
        office.appoint(book())
        found = rules_of(decide(office, *events[:7]) + decide(office, *events[7:15]))
    with open_office(data) as office:
        found += rules_of(decide(office, *events[15:19]))
    for snapshot in (data / "windows").iterdir():
        snapshot.write_bytes(b"not a snapshot")
    with open_office(data) as office:
        found += rules_of(decide(office, *events[19:]))
    assert found == [()] * 20 + [("burst",)] * 3


def test_what_is_remembered_follows_the_record_when_a_commit_fails(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_office(data) as office:
        office.appoint(book())
        decide(office, *[message(number) for number in range(1, 11)])

        def gone(*_: object, **__: object) -> None:
            raise UpstreamError("records.unavailable", "the database went away")

        with monkeypatch.context() as patched:
            patched.setattr(office.records, "commit", gone)
            with pytest.raises(UpstreamError):
                decide(office, *[message(number) for number in range(11, 21)])
        answers = decide(office, *[message(number) for number in range(11, 23)])
        assert [answer.seen for answer in answers] == [Seen.NEW] * 12
        assert rules_of(answers) == [()] * 10 + [("burst",)] * 2


def test_a_book_activated_in_between_decides_from_exactly_one_number_on(data: Path) -> None:
    with open_office(data) as office:
        first = office.appoint(book())
        before = decide(office, *[message(number) for number in range(1, 13)])
        second = office.appoint(book(BURST.replace(">= 20", ">= 10")))
        after = decide(office, message(13))
        assert office.appoint(book(BURST.replace(">= 20", ">= 10"))) == second
        assert rules_of(before) == [()] * 12
        assert rules_of(after) == [("burst",)]  # the windows went on
        assert before[-1].decision
        assert after[0].decision
        assert before[-1].decision.book == first.basis.book
        assert after[0].decision.book == second.basis.book
        kinds = [row.kind for row in office.records.rows()]
        assert [seq for seq, kind in enumerate(kinds, 1) if kind == "book.activated"] == [1, 14]
    with open_record(data, writing=False) as reading:
        assert endings(reading) == [Ending.SAME] * 13


def test_a_simulated_day_replays_byte_for_byte_and_survives_a_restart(data: Path) -> None:
    events = [labelled.event for labelled in simulate(Plan(events=600))]
    with open_office(data) as office:
        office.appoint(book())
        for start in range(0, 400, 100):
            decide(office, *events[start : start + 100])
    with open_office(data) as office:
        decide(office, *events[300:])
        assert office.records.head == 601
    with open_record(data, writing=False) as reading:
        assert endings(reading) == [Ending.SAME] * 600


def test_nobody_who_is_named_can_be_read_in_the_files(data: Path) -> None:
    secret = MessageSent(
        id="mail-from-marguerite",
        at=START,
        actor="marguerite",
        recipient="thorvald",
        text="see you at Quay Street 9",
    )
    with open_office(data) as office:
        office.appoint(book())
        decide(office, secret)
    kept = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    for name in (b"marguerite", b"thorvald", b"Quay Street"):
        assert name not in kept


def test_there_is_one_decider(data: Path) -> None:
    with open_office(data), pytest.raises(BusyError), open_office(data):
        pass


def test_the_master_key_may_come_from_a_command_and_is_then_in_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = base64.b64encode(bytes(range(32))).decode()
    monkeypatch.setenv("BYLAW_MASTER_COMMAND", f"printf %s {key}")
    init_data(tmp_path / "data", "house")
    with open_office(tmp_path / "data") as office:
        office.appoint(book())
        decide(office, post(1))
    assert not (tmp_path / "data" / "master.key").exists()
    monkeypatch.setenv("BYLAW_MASTER_COMMAND", f"printf %s {base64.b64encode(bytes(32)).decode()}")
    with pytest.raises(RefusedError, match=r"vault\.master"), open_office(tmp_path / "data"):
        pass
    monkeypatch.delenv("BYLAW_MASTER_COMMAND")
    monkeypatch.setenv("BYLAW_MASTER_KEY", key)
    with open_office(tmp_path / "data") as office:
        assert decide(office, post(1))[0].seen is Seen.SAME


def test_rejects_of_a_record_are_told_by_digests_that_nobody_can_try(data: Path) -> None:
    problem = Problem(code="event.not_json", message="no JSON")
    line = b"marguerite"
    reject = Reject(problem=problem, offset=0, length=len(line), digest=digest(line))
    with open_office(data) as office:
        office.appoint(book())
        (told,) = record_all(office, [reject], Tally())
        (again,) = record_all(office, [reject], Tally())
    assert isinstance(told, Reject)
    assert told == again
    assert told.digest.startswith("keyed:")


def test_keys_are_rotated_and_the_vault_checked_from_the_command_line(bylaw: Bylaw, data: Path) -> None:
    with open_office(data) as office:
        office.appoint(book())
        decide(office, post(1))
    assert bylaw("vault", "check", "--data", data).out == "the vault is sound\n"
    assert "keys wrapped anew" in bylaw("vault", "rotate", "--data", data).out
    with open_office(data) as office:
        assert decide(office, post(1))[0].seen is Seen.SAME
