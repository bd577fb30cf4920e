"""Every page of the console over a record of a million decisions and fifty thousand cases: server time, as the log has it.

A simulated day is decided by the real path. The days after it are the same facts, moved, named and sealed anew: all that
pages look at is there, in a fifth of the time. The bench is run only when asked for by name; ``BENCH_DESK`` names a
folder that keeps the loaded record for the next run.
"""

import io
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple
from urllib.parse import quote

import httpx2
import msgspec

from bench.record import PLAIN
from bylaw.base.canonical import canonical_bytes
from bylaw.book.operator import roles
from bylaw.cases import store as cases
from bylaw.cases.model import Raised, What
from bylaw.cases.raising import fact
from bylaw.engine.decider import Arrival
from bylaw.engine.recording import KIND, decision_id, read_body
from bylaw.events.event import Event
from bylaw.finding.index import HOUR
from bylaw.finding.listing import Found, latest
from bylaw.records.fact import TAG_BYTES, Fact, Row, associated
from bylaw.records.people import PEOPLE, alias_of, named
from bylaw.records.vault.uses import Use
from bylaw.records.vault.vault import Vault
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_office
from bylaw.simulation.stream import Plan, simulate
from bylaw.staff.permissions import PERMISSIONS
from bylaw.staff.roles import Assignment, Role, known_roles
from bylaw.staff.workflow import open_staff
from bylaw.web.app import ROUTES
from bylaw.web.callers import by_keys
from bylaw.web.serving import Control, Settings, serve

DECISIONS: Final = int(os.environ.get("BENCH_DECISIONS", "1_000_000"))
CASES: Final = int(os.environ.get("BENCH_CASES", "50_000"))
DAY: Final = 100_000  # events of a simulated day
DAYS: Final = -(-DECISIONS // DAY)
BATCH: Final = 500
AT_ONCE: Final = 5_000  # facts of one commit
ROUNDS: Final = 5
TARGET: Final = 150  # milliseconds
PASSWORD: Final = "a few words that nobody else says"  # noqa: S105 - of a bench
QUEUES: Final = ("words", "spam", "letters")

MAY: Final = sorted(name for name, permission in PERMISSIONS.items() if not permission.second)
OPERATOR: Final = (
    PLAIN["operator.toml"].decode()
    + "".join(f'\n[queues.{name}]\npurpose = "{name}"\nstaffed_by = "looker"\n' for name in QUEUES)
    + f'\n[roles.looker]\npurpose = "looks"\npermissions = {json.dumps(MAY)}\n'
)
MORE: Final = """\
  - {id: even, clause: house/words/p1, on: [post.created, comment.created, message.sent], when: 'size(event.text) % 2 == 0', then: [{label: even}]}
"""
BOOK: Final = {
    **PLAIN,
    "operator.toml": OPERATOR.encode(),
    "rules/plain.yaml": PLAIN["rules/plain.yaml"] + MORE.encode(),
}


class Seen(NamedTuple):
    """A page, how long the server took for it, its CPU time with the client's, in milliseconds; and its bytes."""

    path: str
    status: int
    ms: float
    cpu: float
    size: int


def bench() -> None:
    with _folder() as folder:
        if not (folder / "data").exists():
            load(folder / "data")
        print(f"\n{DECISIONS:,} decisions and {CASES:,} cases; server time of each page, median of {ROUNDS}")
        print(f"  {'page':60} {'status':>6} {'ms':>8} {'CPU':>8} {'KiB':>7}")
        for one in pages(folder):
            late = "  over" if one.ms > TARGET else ""
            print(
                f"  {one.path[:60]:60} {one.status:6} {one.ms:8.1f} {one.cpu:8.1f} {one.size / 1024:7.1f}{late}",
                flush=True,
            )


def load(data: Path) -> None:
    """Decide a day, add those that come after it, and raise cases."""
    init_data(data, "bench")
    began, cpu = time.perf_counter(), time.process_time()
    with open_office(data, acting=False) as office:
        office.appoint(BOOK)
        events = iter(traffic())
        while batch := [Arrival(event, event.at) for event in islice(events, BATCH)]:
            office.decider.decide(batch)
        for day in range(1, DAYS):
            repeat(office, day)
        raise_cases(office)
    print(
        f"\nLoaded in {time.perf_counter() - began:,.0f} s, {time.process_time() - cpu:,.0f} s of CPU",
        file=sys.stderr,
    )


def traffic() -> list[Event]:
    """Return a simulated day, so long ago that the last day ends now."""
    day = [one.event for one in simulate(Plan(events=min(DAY, DECISIONS)))]
    now = datetime.now(UTC)  # noqa: TID251 - the last day ends now
    later = now - timedelta(days=DAYS - 1) - day[-1].at
    return [msgspec.structs.replace(event, at=event.at + later) for event in day]


def repeat(office: Office, day: int) -> None:
    """Record the first day again, so many days later: each fact under a name and a seal of its own."""
    first: list[Fact] = []
    with office.vault.steady():
        for row in office.records.rows(1, min(DAY, DECISIONS) + 1, {KIND}):
            first.append(_moved(office.vault, row, day))
            if len(first) == AT_ONCE:
                office.records.commit(first)
                first.clear()
    if first:
        office.records.commit(first)


def _moved(vault: Vault, row: Row, day: int) -> Fact:
    told = read_body(row)
    tag = blake2b(row.tag or b"", key=day.to_bytes(2, "big"), digest_size=TAG_BYTES).digest()
    named_anew = decision_id("bench", tag, str(day))
    moved = msgspec.structs.replace(told, at=told.at + day * 24 * HOUR, decision=named_anew)
    body, subject = canonical_bytes(moved), row.subject or b""
    payload = vault.unseal(subject, row.sealed or b"", associated(KIND, row.tag, row.body))
    use = Use.PROFILE if told.silent else Use.EVIDENCE
    return Fact(KIND, body, tag, subject, vault.seal(subject, use, payload, associated(KIND, tag, body)))


def raise_cases(office: Office) -> None:
    """Raise cases about accounts that decisions name, each about an event of its own."""
    with office.records.reading() as core:
        found = latest(core, lambda _: True, CASES, most=CASES)
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


def pages(folder: Path) -> Iterator[Seen]:
    """Yield every page of the console, several times asked for."""
    with served(folder) as (client, office, log):
        for path in paths(office):
            before, cpu = log.getvalue().count("\n"), time.process_time()
            answers = [client.get(path) for _ in range(ROUNDS)]
            spent = (time.process_time() - cpu) / ROUNDS * 1_000
            while log.getvalue().count("\n") < before + ROUNDS:
                time.sleep(0.01)
            lines = [json.loads(line) for line in log.getvalue().splitlines()[before:]]
            size = len(answers[-1].content)
            yield Seen(path, answers[-1].status_code, median(line["ms"] for line in lines), spent, size)


def paths(office: Office) -> list[str]:
    """Return the pages: those of the table that name nothing, and some of what there is."""
    plain = [
        route.path
        for route in ROUTES
        if route.page
        and route.method == "GET"
        and route.path.startswith("/console")
        and "{" not in route.path
    ]
    with office.records.reading() as core:
        one = latest(core, lambda _: True, 1)[0]
        case = cases.find(core, cases.Sought(), limit=1)[0].case
    account = quote(next(filter(None, (named(office.vault, person) for person in one.body.people)), ""))
    asked = (
        "",
        'decision.outcome == "hold"',
        '"casino" in decision.rules',
        '"even" in decision.rules && decision.kind == "message.sent"',
        'decision.clauses.under("house")',
        "size(decision.rules) > 2",
        f'"{account}" in decision.accounts',
        'decision.kind == "nothing.such"',
    )
    found = [f"/console/search?days={days}&q={quote(q)}" for days in (7, 0) for q in asked]
    return [
        *plain,
        *found,
        "/console?days=90",
        f"/console/decisions/{one.body.decision}",
        f"/console/accounts/{account}",
        f"/console/queues/{QUEUES[0]}",
        f"/console/cases/{case}",
    ]


@contextmanager
def served(folder: Path) -> Iterator[tuple[httpx2.Client, Office, io.StringIO]]:
    """Serve the record, to somebody who is signed in."""
    book, log = folder / "book", io.StringIO()
    for name, content in BOOK.items():
        (book / name).parent.mkdir(parents=True, exist_ok=True)
        (book / name).write_bytes(content)
    started: list[tuple[Control, Office, str, str]] = []
    told = threading.Event()

    def work() -> None:
        try:
            with open_office(folder / "data") as office:
                office.appoint(BOOK)
                with open_staff(office.records, office.vault, folder / "data") as staff:
                    known = _roles(office)
                    address = f"ada{office.records.head}@plain.example"
                    link = staff.roster.invite(address, "Ada", [Assignment("looker")], known).token

                    def ready(control: Control) -> None:
                        started.append((control, office, address, link))
                        told.set()

                    serve(
                        office,
                        staff,
                        by_keys(staff.keys),
                        Settings(book=book, port=0),
                        log,
                        ready=ready,
                        signals=False,
                    )
        finally:
            told.set()

    thread = threading.Thread(target=work)
    thread.start()
    told.wait()
    control, office, address, link = started[0]
    headers = {"x-bylaw-request": "1", "sec-fetch-site": "same-origin", "origin": control.url}
    try:
        with httpx2.Client(base_url=control.url, headers=headers, timeout=60) as client:
            _right(client.post("/v1/join/password", json={"link": link, "password": PASSWORD}))
            _right(client.post("/v1/session/password", json={"address": address, "password": PASSWORD}))
            yield client, office, log
    finally:
        control.stop()
        thread.join()


def _roles(office: Office) -> dict[str, Role]:
    book = office.shelf.book(office.archive.book_at(office.records.head))
    return known_roles(roles(book.operator))


def _right(answer: httpx2.Response) -> None:
    if answer.status_code != 200:
        sys.exit(answer.text)


@contextmanager
def _folder() -> Iterator[Path]:
    kept = os.environ.get("BENCH_DESK")
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="bylaw-bench-") as name:
        yield Path(name)
