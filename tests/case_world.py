"""A house in which posts are held for people, a clock that is set by hand, and the workers of its outbox."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

from msgspec import UNSET

from bylaw.book.phrases import built_in
from bylaw.cases import store
from bylaw.cases.carrying import Timers as OfCases
from bylaw.cases.model import Ordered, Outcome, What
from bylaw.cases.store import CaseAt, Item, Sought
from bylaw.cases.timing import HANDLER as CASES
from bylaw.cases.verdicts import Verdict
from bylaw.cases.workflow import Cases
from bylaw.enforcement import store as actions
from bylaw.enforcement.carrying import Timers
from bylaw.enforcement.folding import HANDLER
from bylaw.enforcement.notifying import Told
from bylaw.engine.decider import Answer, Arrival
from bylaw.engine.recording import microseconds
from bylaw.events.event import Event
from bylaw.events.vocabulary import MessageSent, PostCreated, ReportReceived
from bylaw.notices.wording import Operator, values_of
from bylaw.notices.workflow import Notices
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.rounds import Handler, Rounds
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_office
from small_book import FILES, files

START: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
CLAUSE: Final = "house/words/p1"
OTHER: Final = "house/complaints/p1"
SAY: Final = Told("your post", "You shouted.")
RULES: Final = """\
rules:
  - {id: shouting, clause: house/words/p1, on: post.created, when: event.text == "AAA", then: [hold, {review: {queue: words}}]}
  - {id: loud, clause: house/words/p1, on: post.created, when: event.text == "BBB", then: [{review: {queue: words}}]}
  - {id: gore, clause: house/words/p1, on: post.created, when: event.text == "gore", then: [{review: {queue: gore}}]}
  - {id: talk, clause: house/words/p1, on: message.sent, when: event.text == "AAA", then: [{review: {queue: words}}]}
  - {id: reported, clause: house/words/p1, on: report.received, when: event.text == "him", then: [{review: {queue: words}}]}
  - {id: routed, clause: house/complaints/p1, on: post.created, when: event.text == "CCC", then: [{review: {queue: words}}]}
"""
SETTINGS: Final = """
[queues.gore]
purpose = "what is hard to bear"
staffed_by = "reviewer"
severe = true

[queues.leads]
purpose = "what others could not tell"
staffed_by = "reviewer"

[queues.letters]
purpose = "complaints about complaints"
staffed_by = "reviewer"

[[routing]]
queue = "letters"
clause = "house/complaints"

[cases]
lease_minutes = 10
undo_seconds = 20
sample_percent = 50
golden_percent = 10

[cases.severity]
"house/words" = 800

[cases.care]
severe_per_day = 3
break_after = 2
break_minutes = 5
rotate_after = 2
"""
OPERATOR: Final = (
    FILES["operator.toml"].replace(
        'purpose = "words"\n',
        'purpose = "words"\nsla_hours = 10\nwarn_hours = 4\nescalates_to = "leads"\nhidden = ["terminate"]\n',
    )
    + SETTINGS
)
LEAVING: Final = OPERATOR.replace("undo_seconds = 20", "undo_seconds = 0").replace(
    "sample_percent = 50\ngolden_percent = 10", "sample_percent = 0"
)  # verdicts leave as soon as they are given, and nobody looks again
NEVER: Final = 999_999  # a chance, in millionths, that wants no second look and no known item
_NUMBERS = count(1)


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = microseconds(START)

    def __call__(self) -> int:
        return self.now

    def pass_(self, span: int) -> None:
        self.now += span


class House:
    """An office that is open, and what tests do in it."""

    def __init__(self, office: Office, clock: Clock) -> None:
        self.office, self.clock = office, clock
        self.number = 0
        mine: dict[str, Handler] = {CASES: OfCases(office.cases), HANDLER: Timers(office.enforcement)}
        self._rounds = Rounds(office.records, mine, alone=False)

    @property
    def cases(self) -> Cases:
        return self.office.cases

    def decide(self, *events: Event) -> list[Answer]:
        return self.office.decider.decide([Arrival(event, event.at) for event in events])

    def post(self, text: str = "AAA", actor: str = "ann", account: str = "") -> Answer:
        return self.decide(self.written(text, actor, account))[0]

    def written(self, text: str = "AAA", actor: str = "ann", account: str = "") -> PostCreated:
        at = START + timedelta(microseconds=self.clock.now - microseconds(START))
        return PostCreated(id=self._id(), at=at, actor=actor, text=text, account=account or UNSET)

    def message(self, to: str, actor: str = "ann") -> Answer:
        at = START + timedelta(microseconds=self.clock.now - microseconds(START))
        return self.decide(MessageSent(id=self._id(), at=at, actor=actor, recipient=to, text="AAA"))[0]

    def report(self, target: str, reporter: str) -> Answer:
        at = START + timedelta(microseconds=self.clock.now - microseconds(START))
        event = ReportReceived(
            id=self._id(), at=at, category="x", text="him", target=target, reporter=reporter
        )
        return self.decide(event)[0]

    def work(self) -> None:
        """Do what is due."""
        while self._rounds.go():
            pass

    def find(self, **sought: object) -> list[CaseAt]:
        with self.office.records.reading() as core:
            return store.find(core, Sought(**sought))  # type: ignore[arg-type]

    def only(self, **sought: object) -> CaseAt:
        [case] = self.find(**sought)
        return case

    def items(self, case: CaseAt) -> list[Item]:
        with self.office.records.reading() as core:
            return store.items(core, case.case)

    def person(self, name: str) -> str:
        subject = self.office.vault.known(PEOPLE, name)
        assert subject is not None
        return alias_of(subject)

    def effects(self, name: str) -> list[str]:
        """What was done about an account: effect and state, the oldest first."""
        with self.office.records.reading() as core:
            found = actions.actions(core, person=self.person(name))
        return [f"{one.action.effect} {one.state}" for one in reversed(found)]

    def told(self, name: str, language: str) -> list[tuple[str, str]]:
        """What an account was told in a language, the oldest first: what it is about, and the facts."""
        notices = Notices(self.office.records, self.office.vault)
        person = self.office.vault.known(PEOPLE, name)
        assert person is not None
        operator = Operator("the house", "https://house.example")
        said = [
            values_of(one, built_in(language), operator).by_name
            for one in notices.statements(notices.of(person))
        ]
        return [(one["thing"], one["facts"]) for one in said]

    def kinds(self, prefix: str = "case.") -> list[str]:
        return [row.kind for row in self.office.records.rows() if row.kind.startswith(prefix)]

    def carried(self) -> None:
        """Let every verdict leave."""
        self.clock.pass_(21 * SECOND)
        self.work()

    def raise_screening(self, person: str, about: str) -> None:
        raised = self.cases.raising(What.SCREENING, queue="words", about=about, person=self.person(person))
        self.cases.raise_(raised)

    def _id(self) -> str:
        self.number += 1
        return f"evt_{self.number}"


def verdict(
    outcome: Outcome = Outcome.VIOLATION,
    *orders: Ordered,
    clauses: tuple[str, ...] = (CLAUSE,),
    say: Told = SAY,
    **more: object,
) -> Verdict:
    """A verdict with a reason, and words for the account."""
    return Verdict(outcome=outcome, clauses=clauses, orders=orders, reason="Enough.", say=say, **more)  # type: ignore[arg-type]


@contextmanager
def house(
    folder: Path, clock: Clock | None = None, *, database: str = "", operator: str = OPERATOR
) -> Iterator[House]:
    """Open a house."""
    clock, data = clock or Clock(), folder / "data"
    if not data.exists():
        init_data(data, f"house-{os.getpid()}-{next(_NUMBERS)}", database=database)
    with open_office(data, clock=clock) as office:
        office.appoint(files(operator_toml=operator, rules__words_yaml=RULES))
        yield House(office, clock)
