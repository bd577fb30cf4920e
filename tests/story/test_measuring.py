"""What rules cost, measured on what was decided: alone, with what came before, once an hour, without anybody's words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec
import pytest

from bylaw.book.shelf import charter_of
from bylaw.drafts import costs
from bylaw.drafts.costs import MEASURED, Measurement
from bylaw.engine.decider import Arrival
from bylaw.engine.measuring import LEAST, MOST, REACH, measured, sampled
from bylaw.events.event import Event
from bylaw.events.vocabulary import CommentCreated, MessageSent, PostCreated
from bylaw.records.checking import check
from bylaw.records.holds.destroying import BOTH
from bylaw.records.holds.model import Ground, Keys
from bylaw.records.people import PEOPLE, alias_of
from bylaw.runtime.folders import init_data
from bylaw.runtime.gauging import AGAIN, SOONER, Gauging
from bylaw.runtime.offices import Office, open_office
from bylaw.runtime.resting import StoppedError
from small_book import a_book, files
from staff_world import Clock

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = """\
on_error: hold
rules:
  - {id: shouting, clause: house/words/p1, on: [post.created, message.sent], when: event.text == "AAA", then: [hold]}
  - {id: stranger, clause: house/words/p1, on: message.sent, then: [hold],
     when: '!knows(event.actor, event.recipient) && count("message.sent", event.actor, duration("1h")) >= 5'}
  - {id: quiet, clause: house/words/p1, on: comment.created, when: event.text == "AAA", then: [hold]}
  - {id: asleep, clause: house/words/p1, on: post.created, when: event.text == "zzz", then: [hold], mode: "off"}
"""
OTHER = RULES.replace('"zzz"', '"zzzz"')


def posts(number: int, first: int = 0) -> list[Event]:
    return [
        PostCreated(id=f"p{n}", at=START + timedelta(seconds=n), actor=f"a{n % 7}", text="good morning")
        for n in range(first, first + number)
    ]


def comments(number: int) -> list[Event]:
    return [
        CommentCreated(id=f"c{n}", at=START + timedelta(seconds=n), actor="ann", text="indeed")
        for n in range(number)
    ]


def messages(number: int) -> list[Event]:
    return [
        MessageSent(id=f"m{n}", at=START + timedelta(seconds=n), actor="ann", recipient=f"b{n}", text="AAA")
        for n in range(number)
    ]


def decide(office: Office, events: list[Event]) -> None:
    for start in range(0, len(events), 500):
        office.decider.decide([Arrival(event, event.at) for event in events[start : start + 500]])


def ticking() -> Callable[[], int]:
    """A clock that a microsecond passes on at each look."""
    ticks = count(0, 1_000)
    return lambda: next(ticks)


def never() -> None:
    """No rest."""


@contextmanager
def opened(folder: Path, clock: Clock) -> Iterator[Office]:
    if not folder.exists():
        init_data(folder, "house")
    with open_office(folder, clock=clock) as office:
        office.appoint(files(rules__words_yaml=RULES))
        yield office


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(tmp_path: Path, clock: Clock) -> Iterator[Office]:
    with opened(tmp_path / "data", clock) as office:
        yield office


def gauging(office: Office) -> Gauging:
    return Gauging(office, lambda error: pytest.fail(str(error)), ticking())


def latest(office: Office) -> dict[str, Measurement]:
    with office.records.reading() as core:
        return costs.latest(core)


# -- measuring


def test_each_rule_is_measured_alone_on_the_kinds_of_which_there_are_enough(office: Office) -> None:
    book = a_book(rules__words_yaml=RULES)
    found = measured(book.basis, [*posts(45), *messages(LEAST - 1)], ticking(), never)
    # One tick for each of the parts of 20, 20 and 5 events.
    assert [(one.rule, one.events, one.nanoseconds) for one in found] == [("shouting", 45, round(3_000 / 45))]
    both = {
        one.rule: one.events for one in measured(book.basis, [*posts(45), *messages(LEAST)], ticking(), never)
    }
    assert both == {"shouting": 45 + LEAST, "stranger": LEAST}


def test_the_last_events_of_each_kind_are_taken_in_order(office: Office) -> None:
    decide(office, [*messages(30), *posts(MOST + 50)])
    charter = charter_of(a_book(rules__words_yaml=RULES))
    found = sampled(office.decider.archive, charter, never, office.records.head)
    assert [one.id for one in found] == [
        *(f"m{n}" for n in range(30)),
        *(f"p{n}" for n in range(50, MOST + 50)),
    ]


def test_what_is_further_back_is_left_alone(office: Office) -> None:
    decide(office, [*comments(30), *posts(REACH - 10)])
    charter = charter_of(a_book(rules__words_yaml=RULES))
    found = sampled(office.decider.archive, charter, never, office.records.head)
    assert [one.id for one in found if isinstance(one, CommentCreated)] == [f"c{n}" for n in range(20, 30)]


def test_who_was_forgotten_is_not_measured_with(office: Office) -> None:
    decide(office, posts(40))
    subject = office.vault.known(PEOPLE, "a3")
    assert subject is not None
    office.destroy(Keys(alias_of(subject), BOTH), Ground.REQUEST)
    charter = charter_of(a_book(rules__words_yaml=RULES))
    found = sampled(office.decider.archive, charter, never, office.records.head)
    assert {one.actor for one in found if isinstance(one, PostCreated)} == {
        f"a{n}" for n in (0, 1, 2, 4, 5, 6)
    }


# -- while a service runs


def test_it_is_measured_once_an_hour_and_when_another_book_came_into_force(
    office: Office, clock: Clock
) -> None:
    decide(office, [*posts(60), *messages(60)])
    gauge = gauging(office)
    assert gauge.look()
    found = latest(office)
    assert {rule: one.events for rule, one in found.items()} == {"shouting": 120, "stranger": 60}
    decide(office, posts(10, 60))
    clock.pass_(AGAIN - 1)
    assert not gauge.look()
    clock.pass_(1)
    assert gauge.look()
    office.appoint(files(rules__words_yaml=OTHER))
    assert gauge.look()
    with office.records.reading() as core:
        told = costs.measurements(core, "shouting", 0)
    assert [one.events for one in told] == [120, 130, 130]
    assert told[0].book == told[1].book != told[2].book
    assert check(office.records).problems == ()


def test_an_idle_service_says_nothing_and_a_new_process_knows_when_it_was(
    tmp_path: Path, clock: Clock
) -> None:
    with opened(tmp_path / "data", clock) as office:
        decide(office, posts(60))
        gauge = gauging(office)
        assert gauge.look()
        clock.pass_(2 * AGAIN)
        assert not gauge.look()
    with opened(tmp_path / "data", clock) as office:
        assert not gauging(office).look()
        decide(office, posts(1, 60))
        assert gauging(office).look()
        assert not gauging(office).look()


def test_of_too_few_events_nothing_is_told_and_they_are_looked_at_sooner(
    office: Office, clock: Clock
) -> None:
    decide(office, posts(LEAST - 1))
    gauge = gauging(office)
    assert not gauge.look()
    decide(office, posts(1, LEAST))
    assert not gauge.look()
    clock.pass_(SOONER)
    assert gauge.look()


def test_the_fact_tells_numbers_and_nothing_of_anybody(office: Office) -> None:
    decide(office, posts(60))
    assert gauging(office).look()
    [row] = office.records.rows(kinds={MEASURED})
    assert (row.subject, row.sealed) == (None, None)
    said = msgspec.json.decode(row.body)
    assert said == {"book": a_book(rules__words_yaml=RULES).digest, "costs": [["shouting", 60, 50]]}


def test_it_is_stopped_between_any_two_steps(office: Office) -> None:
    decide(office, [*posts(60), *messages(60)])
    steps = 0

    def rest() -> None:
        nonlocal steps
        steps += 1

    assert gauging(office).look(rest)
    head = office.records.head
    for last in range(steps):
        left = iter(range(last))

        def stop() -> None:
            if next(left, None) is None:  # noqa: B023 - asked at once
                raise StoppedError

        office.appoint(files(rules__words_yaml=RULES.replace("zzz", f"z{last}")))
        with pytest.raises(StoppedError):
            gauging(office).look(stop)
        head += 1  # the book
    assert office.records.head == head


def test_a_thread_that_waits_ends_at_once(office: Office) -> None:
    gauge = gauging(office)
    gauge.start()
    gauge.close()
    gauging(office).close()  # one that was never begun
