"""Holds and destruction, as an operator lives through them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bylaw.base.errors import BylawError, ConflictError, UpstreamError
from bylaw.engine.decider import Answer, Arrival
from bylaw.events.event import Event
from bylaw.events.vocabulary import MessageSent, PostCreated
from bylaw.records.holds.destroying import BOTH
from bylaw.records.holds.keeper import MAX_SPANS, Selection
from bylaw.records.holds.model import Contents, Ground, Keys, Matter, State
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.vault.uses import Destroyed
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Keeping, Office, open_office
from small_book import files

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
REVIEW = date(2027, 1, 1)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    init_data(tmp_path / "data", "house")
    with open_office(tmp_path / "data") as office:
        office.appoint(files())
    return tmp_path / "data"


def message(number: int, actor: str = "ann", recipient: str = "bob") -> MessageSent:
    return MessageSent(id=f"m{number}", at=START, actor=actor, recipient=recipient, text=f"Hello {number}")


def post(number: int, actor: str = "cy") -> PostCreated:
    return PostCreated(id=f"p{number}", at=START, actor=actor, text="AAA")


def decide(office: Office, *events: Event) -> list[Answer]:
    return office.decider.decide([Arrival(event, event.at) for event in events])


def subject(kept: Keeping, name: str) -> bytes:
    found = kept.vault.known(PEOPLE, name)
    assert found
    return found


def person(kept: Keeping, name: str) -> Keys:
    return Keys(alias_of(subject(kept, name)), BOTH)


def read(kept: Keeping, seq: int) -> Event | None:
    try:
        return kept.archive.recall(kept.records.row(seq)).event
    except Destroyed:
        return None


def hold(kept: Keeping, *seqs: int, people: tuple[str, ...] = ()) -> str:
    selection = Selection(seqs=seqs, people=[subject(kept, one) for one in people])
    return kept.keeper.place(Matter.LITIGATION, REVIEW, selection, "Doe v. Harbour").id


def kinds(kept: Keeping) -> list[str]:
    decided = {"event.decided", "enforcement.resolved", "notice.planned", "case.raised", "book.activated"}
    return [row.kind for row in kept.records.rows() if row.kind not in decided]


def test_a_person_without_a_hold_is_unreadable_and_every_other_record_stays(data: Path) -> None:
    with open_office(data) as office:
        mine, theirs, other = decide(office, message(1), message(2, "bob", "ann"), post(1))
        outcome = office.destroy(person(office, "ann"), Ground.REQUEST)
        assert outcome.state is State.DONE
        assert read(office, mine.seq) is None
        assert read(office, theirs.seq) is None
        assert read(office, other.seq) == post(1)
        assert kinds(office) == ["destruction.begun", "destruction.done"]
        assert office.vault.known(PEOPLE, "ann") is None


def test_a_held_record_outlives_the_person_and_ends_with_the_hold(data: Path) -> None:
    with open_office(data) as office:
        held, also, other = decide(office, message(1), message(2, "bob", "ann"), message(3))
        first = hold(office, held.seq, also.seq)
        plan = office.keeper.plan(subject(office, "ann"))
        assert (plan.records, plan.preserved, plan.suspended_by) == (
            3,
            {held.seq: (first,), also.seq: (first,)},
            (),
        )
        assert office.destroy(person(office, "ann"), Ground.REQUEST).state is State.DONE
        assert [read(office, one.seq) for one in (held, also, other)] == [
            message(1),
            message(2, "bob", "ann"),
            None,
        ]
    with open_office(data) as office:
        assert read(office, held.seq) == message(1)
        outcomes = office.release(first, "settled")
        assert [outcome.state for outcome in outcomes] == [State.DONE]
        assert read(office, held.seq) is None
        assert read(office, also.seq) is None
        assert kinds(office) == [
            "hold.placed",
            "record.preserved",
            "record.preserved",
            "destruction.begun",
            "destruction.done",
            "hold.released",
            "destruction.begun",
            "destruction.done",
        ]


def test_each_hold_has_its_own_copy(data: Path) -> None:
    with open_office(data) as office:
        (held,) = decide(office, message(1))
        first, second = hold(office, held.seq), hold(office, held.seq)
        office.destroy(person(office, "ann"), Ground.REQUEST)
        third = hold(office, held.seq)
        for one in (first, third):
            office.release(one, "settled")
            assert read(office, held.seq) == message(1)
        office.release(second, "settled")
        assert read(office, held.seq) is None


def test_a_person_held_as_a_whole_is_destroyed_when_the_last_hold_is_released(data: Path) -> None:
    with open_office(data) as office:
        (before,) = decide(office, message(1))
        first, second = hold(office, people=("ann",)), hold(office, people=("ann",))
        assert office.destroy(person(office, "ann"), Ground.REQUEST).state is State.SUSPENDED
        assert office.destroy(person(office, "ann"), Ground.REQUEST).state is State.SUSPENDED
        (after,) = decide(office, message(2))
        office.release(first, "settled")
        assert read(office, before.seq) == message(1)
        office.release(second, "settled")
        assert read(office, before.seq) is None
        assert read(office, after.seq) is None
        assert kinds(office).count("destruction.suspended") == 1


def test_what_others_wrote_to_a_held_person_is_preserved_from_them(data: Path) -> None:
    with open_office(data) as office:
        (to_bob,) = decide(office, message(1))
        one = hold(office, people=("bob",))
        (later,) = decide(office, message(2))
        assert office.destroy(person(office, "ann"), Ground.REQUEST).state is State.DONE
        assert read(office, to_bob.seq) == message(1)
        assert read(office, later.seq) == message(2)
        office.release(one, "settled")
        assert read(office, to_bob.seq) is None


def test_a_hold_comes_too_late_for_what_is_gone(data: Path) -> None:
    with open_office(data) as office:
        (gone,) = decide(office, message(1))
        ann = subject(office, "ann")
        office.destroy(person(office, "ann"), Ground.REQUEST)
        with pytest.raises(ConflictError, match=r"holds\.too_late"):
            hold(office, gone.seq)
        with pytest.raises(ConflictError, match=r"holds\.too_late"):
            office.keeper.place(Matter.LITIGATION, REVIEW, Selection(people=[ann]), "Doe v. Harbour")
        assert office.keeper.holds() == []


def test_nothing_is_destroyed_before_it_is_told_outside(data: Path) -> None:
    log, aside = data / "holds.log", data / "aside"
    with open_office(data) as office:
        (gone, held) = decide(office, message(1), post(1))
        hold(office, held.seq)
        ann = subject(office, "ann")
        log.rename(aside)
        log.mkdir()
        with pytest.raises(UpstreamError, match=r"holds\.outside_closed"):
            office.destroy(person(office, "ann"), Ground.REQUEST)
        with pytest.raises(UpstreamError, match=r"holds\.outside_closed"):
            office.keeper.resume()
        head = office.records.head
        with pytest.raises(UpstreamError, match=r"holds\.outside_closed"):
            hold(office, held.seq)
        assert office.records.head == head
        assert office.vault.external(ann) == (PEOPLE, "ann")
        log.rmdir()
        aside.rename(log)
        assert office.keeper.resume() == 1
        assert office.vault.external(ann) is None
        assert read(office, gone.seq) is None
    with open_office(data) as office:
        assert office.keeper.unfinished() == []


def test_contents_are_destroyed_record_by_record_and_a_refusal_is_recorded(data: Path) -> None:
    with open_office(data) as office:
        answers = decide(office, message(1), message(2), message(3))
        one = hold(office, answers[1].seq)
        span = (answers[0].seq, answers[2].seq)
        outcome = office.destroy(Contents((span,)), Ground.RETENTION)
        assert (outcome.state, outcome.holds) == (State.DONE, (one,))
        assert [read(office, answer.seq) for answer in answers] == [None, message(2), None]
        assert kinds(office) == [
            "hold.placed",
            "destruction.refused",
            "destruction.begun",
            "destruction.done",
        ]
        with pytest.raises(ConflictError, match=r"holds\.too_late"):
            hold(office, answers[0].seq)
        assert office.destroy(Contents((span,)), Ground.RETENTION).state is None


def test_reasons_are_sealed_and_outlive_the_release(data: Path) -> None:
    with open_office(data) as office:
        (held,) = decide(office, message(1))
        one = hold(office, held.seq)
        office.release(one, "settled with Ms Doe")
    for path in data.rglob("*"):
        if path.is_file():
            assert b"Doe" not in path.read_bytes()


@pytest.mark.parametrize("reason", ["", "  ", "x" * 10_001])
def test_a_hold_has_a_reason_and_something_to_keep(data: Path, reason: str) -> None:
    with open_office(data) as office:
        decide(office, message(1))
        for selection, why in (
            (Selection(seqs=[1]), reason),
            (Selection(), "why"),
            (Selection(seqs=[99]), "why"),
            (Selection(seqs=range(1, 2 * MAX_SPANS + 2, 2)), "why"),
        ):
            with pytest.raises(BylawError):
                office.keeper.place(Matter.ABUSE_CASE, REVIEW, selection, why)
        with pytest.raises(ConflictError, match=r"holds\.released"):
            office.release("hold_0", "why")
