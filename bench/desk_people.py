"""What people did in the record that pages are measured on: joined, read, decided, ordered, objected, drafted."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.record import PLAIN
from bylaw.appeals.model import Outcome as Ruled
from bylaw.cases import store
from bylaw.cases.model import Ordered, Outcome
from bylaw.cases.verdicts import Verdict
from bylaw.enforcement.notifying import Told
from bylaw.enforcement.ordering import Order
from bylaw.records.people import subject_of
from bylaw.runtime.offices import Office
from bylaw.staff.reading import Purpose
from bylaw.staff.reading import What as Reading
from bylaw.staff.roles import Assignment, Role
from bylaw.staff.workflow import open_staff

VERDICTS: Final = int(os.environ.get("BENCH_VERDICTS", "2_000"))
APPEALS: Final = VERDICTS // 2
AWAITING: Final = VERDICTS // 20  # actions that wait for a second person
DRAFTS: Final = 30
MEMBERS: Final = 200
READINGS: Final = 2_000
TOGETHER: Final = 500  # cases of one verdict
CLAUSE: Final = "house/words/p1"
BY: Final = "stf_bench"
SAY: Final = Told(thing="your post", facts="It was sent many times.")
REMOVED: Final = Verdict(
    outcome=Outcome.VIOLATION,
    clauses=(CLAUSE,),
    reason="It is spam.",
    orders=(Ordered(effect="remove"),),
    say=SAY,
)


class Clock:
    """Stands still until it is set, and never goes back."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now

    def at(self, instant: int) -> None:
        self.now = max(self.now, instant)


def work(office: Office, clock: Clock, data: Path, known: Mapping[str, Role]) -> None:
    """Do all of it."""
    with open_staff(office.records, office.vault, data) as staff:
        for n in range(MEMBERS):
            staff.roster.invite(f"m{n}@plain.example", f"Member {n}", [Assignment("looker")], known)
        by = staff.keys.create("bench", ["content.read"]).key.id
        for n in range(READINGS):
            staff.reads.note(by, Reading(records=(n + 2,)), Purpose.INVESTIGATION, "A bench reads.")
    people = decide(office, clock)
    for person in people[:AWAITING]:
        reason = "The worst of all."
        office.enforcement.order(
            [Order(effect="terminate")], person=person, by=BY, clauses=[CLAUSE], reason=reason, say=SAY
        )
    object_to(office, people[AWAITING:])
    for n in range(DRAFTS):
        draft = office.drafts.open(f"Draft {n}", BY)
        text = PLAIN["rules/plain.yaml"] + f"# draft {n}\n".encode()
        office.drafts.save(draft.id, draft.version, {"rules/plain.yaml": text}, BY)


def decide(office: Office, clock: Clock) -> list[str]:
    """Decide cases, and carry the verdicts out; return the accounts."""
    people: list[str] = []
    while len(people) < VERDICTS:
        with office.records.reading() as core:
            waiting = store.find(core, store.Sought(), limit=min(TOGETHER, VERDICTS - len(people)))
        given = office.cases.decide_all([one.case for one in waiting], BY, REMOVED).given
        clock.at(max(one.leaves for one in given.values()))
        for one in given.values():
            office.cases.carry(one.verdict)
        people += [one.person for one in waiting if one.case in given]
    return people


def object_to(office: Office, people: Sequence[str]) -> None:
    """Have accounts object to what was done; half of it is decided."""
    for n, person in enumerate(people[:APPEALS]):
        notice = office.appeals.notices.of(subject_of(person))[-1]
        lodged = office.appeals.lodge(notice.id, "It is the name of a battery.")
        if n % 2:
            office.appeals.decide(lodged.id, "stf_other", Ruled.UPHELD, "It was an advert.")
