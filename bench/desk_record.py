"""The record that pages of the console are measured on: a million decisions and what people did about some of them.

A simulated day is decided by the real path, acted on. The days after it are the same facts, moved, named and sealed
anew: all that pages look at is there, in a fifth of the time. What people do is done by the verbs of the rooms. Each day is
recorded as of that day.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from bench.desk_people import VERDICTS, Clock, work
from bench.record import PLAIN, ROOT
from bylaw.base.canonical import canonical_bytes
from bylaw.book.operator import roles
from bylaw.cases.model import Raised, What
from bylaw.cases.raising import fact
from bylaw.enforcement.machine import action_id
from bylaw.enforcement.model import RESOLVED, Resolved
from bylaw.engine.decider import Arrival
from bylaw.engine.recording import KIND, decision_id, microseconds, read_body
from bylaw.events.event import Event
from bylaw.finding.index import HOUR
from bylaw.finding.listing import Found, latest
from bylaw.records.fact import TAG_BYTES, Fact, Row, associated
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.vault.uses import Use
from bylaw.records.vault.vault import Vault
from bylaw.runtime.accounting import Accounting
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_office
from bylaw.simulation.stream import Plan, simulate
from bylaw.staff.permissions import PERMISSIONS
from bylaw.staff.roles import Role, known_roles
from bylaw.transparency.periods import named, within

DECISIONS: Final = int(os.environ.get("BENCH_DECISIONS", "1_000_000"))
CASES: Final = int(os.environ.get("BENCH_CASES", "50_000"))
DAY: Final = 100_000  # events of a simulated day
DAYS: Final = -(-DECISIONS // DAY)
BATCH: Final = 500
AT_ONCE: Final = 5_000  # facts of one commit
QUEUES: Final = ("words", "spam", "letters")

OPERATOR: Final = (
    PLAIN["operator.toml"].decode()
    + "".join(
        f'\n[queues.{name}]\npurpose = "{name}"\nstaffed_by = "looker"\n' for name in (*QUEUES, "appeals")
    )
    + f'\n[roles.looker]\npurpose = "looks"\npermissions = {json.dumps(sorted(PERMISSIONS))}\n'
    + '\n[appeals]\nqueue = "appeals"\n\n[transparency]\nservice = "A bench"\npublic = true\n'
    + '\n[notices]\npage = "https://notices.plain.example"\n'
)
MORE: Final = """\
  - {id: even, clause: house/words/p1, on: [post.created, comment.created, message.sent], when: 'size(event.text) % 2 == 0', then: [{label: even}]}
""" + "".join(
    f"  - {{id: address-{n}, clause: house/words/p1, on: account.registered, when: 'has(event.ip) && event.ip == \"192.0.2.{n}\"', then: [hold]}}\n"
    for n in range(100)
)
HARBOUR: Final = ROOT / "examples/harbour"
BOOK: Final = {
    **PLAIN,
    **{
        path.relative_to(HARBOUR).as_posix(): path.read_bytes()
        for path in HARBOUR.glob("policies/*/*")
        if path.is_file()
    },
    "operator.toml": OPERATOR.encode(),
    "rules/plain.yaml": PLAIN["rules/plain.yaml"] + MORE.encode(),
}


def load(data: Path) -> None:
    """Decide a day, add those that come after it, have people at work, and leave cases that wait."""
    init_data(data, "bench")
    began, cpu = time.perf_counter(), time.process_time()
    clock, events = Clock(), traffic()
    clock.at(microseconds(events[0].at))
    with open_office(data, clock=clock) as office:
        office.appoint(BOOK)
        waiting = iter(events)
        while batch := [Arrival(event, event.at) for event in islice(waiting, BATCH)]:
            clock.at(microseconds(batch[-1].at))
            office.decider.decide(batch)
        last = office.records.head
        for day in range(1, DAYS):
            repeat(office, clock, day, last)
        _told(began, cpu, "decisions")
        clock.at(microseconds(datetime.now(UTC)))  # noqa: TID251 - the last day ends now
        raise_cases(office)
        _told(began, cpu, "cases")
        work(office, clock, data, roles_of(office))
        _told(began, cpu, "what people do")
        office.attest()
        account(office)
        _told(began, cpu, "the public account")


def traffic() -> list[Event]:
    """Return a simulated day, so long ago that the last day ends now."""
    day = [one.event for one in simulate(Plan(events=min(DAY, DECISIONS)))]
    now = datetime.now(UTC)  # noqa: TID251 - the last day ends now
    later = now - timedelta(days=DAYS - 1) - day[-1].at
    return [msgspec.structs.replace(event, at=event.at + later) for event in day]


def repeat(office: Office, clock: Clock, day: int, last: int) -> None:
    """Record the first day again, so many days later: each fact under a name and a seal of its own."""
    rows, moved = office.records.rows(1, last + 1, {KIND, RESOLVED}), dict[int, tuple[int, str]]()
    some: list[Row] = []
    for row in rows:
        if row.kind == KIND and some and some[-1].kind == RESOLVED:  # a commit ends so
            _again(office, clock, some, day, moved)
            some.clear()
        some.append(row)
    _again(office, clock, some, day, moved)


def _again(
    office: Office, clock: Clock, rows: Sequence[Row], day: int, moved: dict[int, tuple[int, str]]
) -> None:
    """Record some rows again; ``moved`` has the new number and name of each decision, by its old number."""
    clock.at(rows[-1].at + day * 24 * HOUR)
    head, facts = office.records.head, list[Fact]()
    with office.vault.steady():
        for number, row in enumerate(rows, start=head + 1):
            if row.kind == KIND:
                one, name = _moved(office.vault, row, day)
                moved[row.seq] = (number, name)
                facts.append(one)
            else:
                facts.append(_acted(row, day, moved))
    office.records.commit(facts)


def _moved(vault: Vault, row: Row, day: int) -> tuple[Fact, str]:
    told = read_body(row)
    tag = blake2b(row.tag or b"", key=day.to_bytes(2, "big"), digest_size=TAG_BYTES).digest()
    named_anew = decision_id("bench", tag, str(day))
    moved = msgspec.structs.replace(told, at=told.at + day * 24 * HOUR, decision=named_anew)
    body, subject = canonical_bytes(moved), row.subject or b""
    payload = vault.unseal(subject, row.sealed or b"", associated(KIND, row.tag, row.body))
    use = Use.PROFILE if told.silent else Use.EVIDENCE
    fact = Fact(KIND, body, tag, subject, vault.seal(subject, use, payload, associated(KIND, tag, body)))
    return fact, named_anew


def _acted(row: Row, day: int, moved: dict[int, tuple[int, str]]) -> Fact:
    told = msgspec.json.decode(row.body, type=Resolved)
    source, name = moved[told.source]
    actions = tuple(
        msgspec.structs.replace(one, action=action_id(name, one.effect, one.argument, one.person))
        for one in told.actions
    )
    at = told.at + day * 24 * HOUR
    return Fact(
        RESOLVED,
        canonical_bytes(msgspec.structs.replace(told, at=at, source=source, decision=name, actions=actions)),
    )


def raise_cases(office: Office) -> None:
    """Raise cases about accounts that decisions name, each about an event of its own."""
    with office.records.reading() as core:
        found = latest(core, lambda _: True, CASES + VERDICTS, most=CASES + VERDICTS)
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        people = office.vault.subjects(PEOPLE, [f"acc_case_{start + n}" for n in range(len(some))]).values()
        raised = [_raised(office, one, alias_of(person)) for one, person in zip(some, people, strict=True)]
        office.records.commit([fact(one) for one in raised])


def _raised(office: Office, one: Found, person: str) -> Raised:
    return office.cases.raising(
        What.REVIEW,
        queue=QUEUES[one.seq % len(QUEUES)],
        seq=one.seq,
        decision=one.body.decision,
        person=person,
        people=(person, *one.body.people),
        clauses=one.body.clauses,
        rules=one.body.rules,
        event=one.body.kind,
    )


def account(office: Office) -> None:
    """Count the days that are over, for the public account of this year."""
    counting = Accounting(office.records, lambda error: sys.exit(str(error)))
    span = counting.span()
    if span is None:
        return
    year = named(str(span.over.year))
    period = within(year, span.begun, span.over) if year else None
    while period is not None and counting.of(period) is None:
        counting.wait()
    counting.close()


def roles_of(office: Office) -> dict[str, Role]:
    """Return the roles of the book in force."""
    book = office.shelf.book(office.archive.book_at(office.records.head))
    return known_roles(roles(book.operator))


def _told(began: float, cpu: float, what: str) -> None:
    spent = time.process_time() - cpu
    print(f"  {what} after {time.perf_counter() - began:,.0f} s, {spent:,.0f} s of CPU", file=sys.stderr)
