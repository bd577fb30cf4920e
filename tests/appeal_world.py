"""A small house whose members object: decided, told, answered; the clock is turned by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bylaw.engine.decider import Answer, Arrival
from bylaw.engine.recording import microseconds
from bylaw.events.vocabulary import PostCreated
from bylaw.notices.model import Notice
from bylaw.notices.statement import Statement
from bylaw.notices.workflow import Notices
from bylaw.records.people import PEOPLE
from bylaw.runtime.offices import Office, open_office
from small_book import FILES, files

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = """
[queues.appeals]
purpose = "objections"
staffed_by = "lead"

[notices]
page = "https://notices.house.example"
bodies = ["the Readers' Board"]

[appeals]
queue = "appeals"
characters = 500
texts = 3

[appeals.abuse]
unfounded = 2
within_days = 100
for_days = 10

[[ladder]]
strikes = 2
then = "suspend"
days = 7
"""
RULES = """\
rules:
  - {id: shouting, clause: house/words/p1, on: post.created, when: event.text == "AAA", then: [remove, {strike: 1}]}
  - {id: rest, clause: house/words/p1, on: post.created, when: event.text == "zzz", then: [{suspend: {days: 2}}]}
  - {id: worst, clause: house/words/p1, on: post.created, when: event.text == "AAAA", then: [refuse, terminate]}
  - {id: loud, clause: house/words/p1, on: post.created, when: event.text == "hm", then: [notify]}
  - {id: odd, clause: house/words/p1, on: post.created, when: event.text == "hold", then: [hold, {review: {queue: words}}]}
"""


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = microseconds(START)

    def __call__(self) -> int:
        return self.now


class House:
    """An office, and what tests ask of it."""

    def __init__(self, office: Office, clock: Clock) -> None:
        self.office, self.clock = office, clock
        self.appeals = office.appeals
        self.notices = Notices(office.records, office.vault)
        self._posts = 0

    def post(self, text: str = "AAA", actor: str = "ann") -> Answer:
        self._posts += 1
        at = START + timedelta(microseconds=self.clock.now - microseconds(START))
        event = PostCreated(id=f"p{self._posts}", at=at, actor=actor, text=text)
        return self.office.decider.decide([Arrival(event, at)])[0]

    def person(self, name: str = "ann") -> bytes:
        return self.office.vault.subjects(PEOPLE, [name])[name]

    def told(self, name: str = "ann") -> list[Notice]:
        return self.notices.of(self.person(name))

    def said(self, name: str = "ann") -> list[Statement]:
        return self.notices.statements(self.told(name))

    def removed(self, name: str = "ann", text: str = "AAA") -> str:
        """Have a post of somebody removed; return the id of the notice."""
        self.post(text, name)
        return self.told(name)[-1].id

    def allowed(self, name: str = "ann") -> bool:
        return self.office.enforcement.following.gate.access(name, self.clock()).allowed

    def kinds(self, after: int) -> list[str]:
        return [row.kind for row in self.office.records.rows(after + 1)]


@contextmanager
def house(data: Path, clock: Clock, settings: str = SETTINGS) -> Iterator[House]:
    with open_office(data, clock=clock) as office:
        office.appoint(files(operator_toml=FILES["operator.toml"] + settings, rules__words_yaml=RULES))
        yield House(office, clock)
