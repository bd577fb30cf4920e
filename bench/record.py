"""The whole path, durable: events to decisions, sealed, in the ledger, committed; beside a bare table of SQLite.

The traffic is the simulated day, 44 % of it events with text. *Plain* is a book of twenty rules over patterns, lists
of phrases, personal data, links and windows; *Harbour* is the sample operator's whole book.
"""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bylaw.book.folder import Folder, folder_of, read_folder
from bylaw.engine.decider import Arrival
from bylaw.events.event import Event
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_office
from bylaw.simulation.stream import Plan, simulate


class Rates(NamedTuple):
    """Events a second, by the clock and by CPU time."""

    wall: float
    cpu: float


ROOT = Path(__file__).parents[1]
EVENTS = 40_000
WARM = 5_000
BATCH = 500

RULES = """\
rules:
  - {id: phrases, clause: house/words/p1, on: [post.created, comment.created, message.sent], when: 'mentions(event.text, lists.words)', then: [hold]}
  - {id: shouting, clause: house/words/p1, on: [post.created, comment.created], when: 'event.text.matches("^[A-Z !]{20,}$")', then: [{label: shouting}]}
  - {id: earn, clause: house/words/p1, on: [post.created, message.sent], when: 'event.text.matches("(?i)earn \\\\$?[0-9]+ (a|per) (day|week)")', then: [hold]}
  - {id: casino, clause: house/words/p1, on: [post.created, comment.created, message.sent], when: 'event.text.contains("casino")', then: [hold]}
  - {id: winner, clause: house/words/p1, on: message.sent, when: 'event.text.contains("you have won")', then: [hold]}
  - {id: cards, clause: house/words/p1, on: [post.created, comment.created, message.sent], when: 'personal_data.cards > 0', then: [hold]}
  - {id: ibans, clause: house/words/p1, on: [post.created, comment.created], when: 'personal_data.ibans > 0', then: [{label: data}]}
  - {id: ssns, clause: house/words/p1, on: [post.created, comment.created], when: 'personal_data.ssns > 0', then: [hold]}
  - {id: links, clause: house/words/p1, on: [post.created, comment.created], when: 'urls.count > 5', then: [{label: links}]}
  - {id: blocked-links, clause: house/words/p1, on: [post.created, comment.created, message.sent], when: 'urls.domains.exists(d, d in lists.blocked)', then: [hold]}
  - {id: burst-of-messages, clause: house/words/p1, on: message.sent, when: 'count("message.sent", event.actor, duration("1h")) > 50', then: [{label: burst}]}
  - {id: many-strangers, clause: house/words/p1, on: message.sent, when: 'distinct("message.sent", "recipient", event.actor, duration("1h")) > 40', then: [{label: burst}]}
  - {id: burst-of-posts, clause: house/words/p1, on: post.created, when: 'count("post.created", event.actor, duration("10m")) > 20', then: [{label: burst}]}
  - {id: pile-on, clause: house/words/p1, on: comment.created, when: 'has(event.recipient) && count("comment.created", event.recipient, duration("1h")) > 500', then: [{label: pile}]}
  - {id: brute-force, clause: house/words/p1, on: account.login_failed, when: 'has(event.ip) && count("account.login_failed", event.ip, duration("10m")) > 30', then: [{label: force}]}
  - {id: crawler, clause: house/words/p1, on: request.served, when: 'has(event.ip) && count("request.served", event.ip, duration("1m")) > 300', then: [{label: crawl}]}
  - {id: probe, clause: house/words/p1, on: request.served, when: 'has(event.path) && event.path.contains("/wp-admin")', then: [{label: probe}]}
  - {id: traversal, clause: house/words/p1, on: request.served, when: 'has(event.path) && event.path.contains("../")', then: [{label: probe}]}
  - {id: same-text, clause: house/words/p1, on: comment.created, when: 'near_duplicates("comment.created", event.text, duration("1h")) > 20', then: [{label: copies}]}
  - {id: many-accounts, clause: house/words/p1, on: account.registered, when: 'has(event.ip) && count("account.registered", event.ip, duration("1h")) > 10', then: [{label: sign-ups}]}
"""
PLAIN: Mapping[str, bytes] = {
    "operator.toml": b'[operator]\nname = "Plain"\n[contacts.abuse]\naddress = "abuse@plain.example"\n',
    "policies/house/2015-01-01.md": b"---\ntitle: House Rules\nlast-updated: 2015-01-01\nrequires-sig: no\n---\n\n"
    b"## Words\n\nYou must not do harm.\n",
    "rules/plain.yaml": RULES.encode(),
    "lists/words.txt": b"# type: phrases\nbuy now\ncheap pills\nact fast\nfree money\nno prescription\n",
    "lists/blocked.txt": b"# type: domains\nspam.example\nphish.example\n",
}


def bench() -> None:
    events = [labelled.event for labelled in simulate(Plan(events=EVENTS))]
    plain, harbour = folder_of("plain", PLAIN), read_folder(ROOT / "examples/harbour")
    rows: list[tuple[str, Callable[[], Rates]]] = [
        ("plain book, SQLite", lambda: _decided(plain, events)),
        ("– and acted on, with notices", lambda: _decided(plain, events, acting=True)),
        ("Harbour's book, SQLite", lambda: _decided(harbour, events)),
        ("peer: a bare table of SQLite, as many bytes", lambda: _bare(events)),
    ]
    print(
        f"\nEvents to durable decisions, batches of {BATCH}, {EVENTS - WARM:,} events after {WARM:,} to warm up"
    )
    print(f"  {'':48} {'events/s':>12} {'by CPU':>12}")
    for name, measure in rows:
        walls, cpus = zip(*(measure() for _ in range(3)), strict=True)
        print(
            f"  {name:48} {median(walls):12,.0f} {median(cpus):12,.0f}   ({min(walls):,.0f} to {max(walls):,.0f})"
        )


def _decided(book: Folder, events: list[Event], *, acting: bool = False) -> Rates:
    with _temporary() as path:
        init_data(path / "data", "bench")
        with open_office(path / "data", acting=acting) as office:
            office.appoint(book.files)
            return _rate(
                events, lambda some: office.decider.decide([Arrival(event, event.at) for event in some])
            )


def _bare(events: list[Event]) -> Rates:
    with _temporary() as path:
        core = sqlite3.connect(path / "bare.db", isolation_level=None)
        core.execute("PRAGMA journal_mode=WAL")
        core.execute("PRAGMA synchronous=FULL")
        core.execute("CREATE TABLE t (seq INTEGER PRIMARY KEY, tag BLOB UNIQUE, body BLOB, sealed BLOB)")
        numbers = iter(range(len(events)))

        def insert(some: list[Event]) -> None:
            rows = [
                (seq, seq.to_bytes(16, "little"), bytes(150), bytes(350))
                for seq, _ in zip(numbers, some, strict=False)
            ]
            core.execute("BEGIN")
            core.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
            core.execute("COMMIT")

        try:
            return _rate(events, insert)
        finally:
            core.close()


def _rate(events: list[Event], take: Callable[[list[Event]], object]) -> Rates:
    for start in range(0, WARM, BATCH):
        take(events[start : start + BATCH])
    began, cpu = time.perf_counter(), time.process_time()
    for start in range(WARM, len(events), BATCH):
        take(events[start : start + BATCH])
    count = len(events) - WARM
    return Rates(count / (time.perf_counter() - began), count / (time.process_time() - cpu))


@contextmanager
def _temporary() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bylaw-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
