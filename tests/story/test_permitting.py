"""A customer that is told of its end users' strikes and lets them go on answers for that itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from bylaw.base.errors import Problems
from bylaw.enforcement import store
from bylaw.enforcement.notifying import Told
from bylaw.enforcement.ordering import Order
from bylaw.enforcement.store import Stood
from bylaw.engine.decider import Arrival
from bylaw.engine.recording import microseconds
from bylaw.events.vocabulary import PostCreated
from bylaw.notices.workflow import Notices
from bylaw.records.checking import check
from bylaw.records.people import PEOPLE, alias_of
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_office
from small_book import FILES, files, with_files

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERMITTING = "house/complaints/p1"
RULES = """\
rules:
  - {id: shouting, clause: house/words/p1, on: post.created, when: event.text == "AAA", then: [{strike: 2}]}
"""
SETTINGS = """
[strikes]
expire_days = 60
customer_share = 50

[strikes.permitting]
clause = "house/complaints/p1"
after = 2
grace_days = 7
within_days = 30
weight = 4

[[ladder]]
strikes = 7
then = "suspend"
days = 7
"""
BOOK = {"operator_toml": FILES["operator.toml"] + SETTINGS, "rules__words_yaml": RULES}


class House:
    """A house in which days pass."""

    def __init__(self, data: Path) -> None:
        self.day = 0
        self.office: Office
        self._data = data
        self._numbers = count()

    def clock(self) -> int:
        return microseconds(START + timedelta(days=self.day))

    def shouts(self, day: int, actor: str = "kid") -> None:
        """An end user of the club shouts on a day."""
        self.day = day
        at = START + timedelta(days=day)
        event = PostCreated(id=f"p{next(self._numbers)}", at=at, actor=actor, account="club", text="AAA")
        self.office.decider.decide([Arrival(event, at)])

    @property
    def club(self) -> str:
        return alias_of(self.office.vault.subjects(PEOPLE, ["club"])["club"])

    def own(self) -> list[Stood]:
        """The club's strikes for letting others go on."""
        with self.office.records.reading() as core:
            return [s for s in store.standing(core, ["strike"], self.club) if not s.action.answering]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    init_data(tmp_path / "data", "house")
    house = House(tmp_path / "data")
    with open_office(tmp_path / "data", clock=house.clock) as house.office:
        house.office.appoint(files(**BOOK))
        yield house
        assert check(house.office.records, rebuild=True).problems == ()


def test_who_was_told_had_time_and_lets_it_go_on_gets_a_strike_of_its_own(house: House) -> None:
    house.shouts(0)
    house.shouts(1, "tot")
    house.shouts(7)  # of the second it was not told long enough ago
    assert house.own() == []
    house.shouts(8)
    [strike] = house.own()
    assert (strike.action.clauses, strike.action.argument) == ((PERMITTING,), 4)
    access = house.office.enforcement.following.gate.access("club", house.clock())
    assert access.allowed is False  # the ladder counts it


def test_it_is_told_with_the_clause(house: House) -> None:
    for day in (0, 0, 8):
        house.shouts(day)
    notices = Notices(house.office.records, house.office.vault)
    club = house.office.vault.subjects(PEOPLE, ["club"])["club"]
    told = [notices.statement(one) for one in notices.of(club)]
    assert [[one.clause for one in statement.clauses] for statement in told] == [
        ["house/words/p1"],
        ["house/words/p1"],
        ["house/words/p1", PERMITTING],
    ]


def test_once_within_the_time_and_again_after_it(house: House) -> None:
    for day in (0, 0, 8, 9, 20, 37):
        house.shouts(day)
    assert len(house.own()) == 1
    house.shouts(39)
    assert len(house.own()) == 2


def test_what_is_long_ago_is_forgotten(house: House) -> None:
    for day in (0, 0, 31, 32, 33):
        house.shouts(day)
    assert house.own() == []


def test_a_customer_that_acted_is_spared_by_a_person(house: House) -> None:
    house.shouts(0)
    house.shouts(0)
    spare, said = Order(effect="none", days=30), Told("your members", "You sent the shouter away.")
    house.office.enforcement.order(
        [spare], person=house.club, by="staff_1", clauses=[PERMITTING], reason="It acted.", say=said
    )
    house.shouts(8)
    assert house.own() == []


def test_undoing_the_rule_takes_it_back(house: House) -> None:
    for day in (0, 0, 8):
        house.shouts(day)
    house.office.enforcement.undo_rule("shouting", 0, "staff_1", "It read songs.")
    assert house.own() == []


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("customer_share = 50", "customer_share = 0", "needs a `customer_share`"),
        ("within_days = 30", "within_days = 7", "leaves nothing"),
        (PERMITTING, "house/nothing", "no document has the clause"),
    ],
)
def test_settings_that_cannot_work_do_not_load(before: str, after: str, message: str) -> None:
    toml = FILES["operator.toml"] + SETTINGS.replace(before, after)
    with pytest.raises(Problems, match=message):
        with_files({"operator.toml": toml, "rules/words.yaml": RULES})
