"""The record alone: facts of the usual size, durable, in the ledger, on both databases; the peer is one bare table."""

import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from bench.measure import Rate, rate, show
from bylaw.records.fact import Fact
from bylaw.records.folder import init
from bylaw.records.records import Records

BATCHES = (1, 100, 500, 1000)
BODY = (
    b'{"book":"sha256:'
    + b"0" * 64
    + b'","decision":"dec_'
    + b"0" * 30
    + b'","effects":[],"matched":[]'
    + b" " * 80
    + b"}"
)
SEALED = 400
READY = 20_000  # facts made beforehand: making them is not the record's work

_SUBJECT = bytes(16)


def facts() -> list[Fact]:
    return [Fact("event.decided", BODY, os.urandom(16), _SUBJECT, os.urandom(SEALED)) for _ in range(READY)]


def batches(size: int) -> Iterator[list[Fact]]:
    ready = facts()
    for n in count():
        at = n * size % READY
        # a tag is taken once: the same facts come again under others
        yield [fact._replace(tag=os.urandom(16)) for fact in ready[at : at + size]]


def recording(records: Records, size: int) -> Callable[[], int]:
    coming = batches(size)

    def commit() -> int:
        batch = next(coming)
        records.find([fact.tag or b"" for fact in batch])
        records.commit(batch)
        return len(batch)

    return commit


def bare(path: Path, size: int) -> Callable[[], int]:
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, body BLOB, sealed BLOB)")
    coming = batches(size)

    def insert() -> int:
        batch = next(coming)
        raw.execute("BEGIN")
        raw.executemany(
            "INSERT INTO events (body, sealed) VALUES (?, ?)", [(f.body, f.sealed) for f in batch]
        )
        raw.execute("COMMIT")
        return len(batch)

    return insert


def rates(name: str, records: Records) -> list[Rate]:
    return [rate(f"{name}: find and commit {size}", recording(records, size)) for size in BATCHES]


def bench() -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from databases import postgres  # noqa: PLC0415 - a server from a package, as in tests

    with tempfile.TemporaryDirectory() as name, postgres() as server:
        folder = Path(name)
        with Records.open(init(folder / "file", "bench")) as records:
            rows = rates("SQLite", records)
        with Records.open(init(folder / "server", "bench", database=server.url)) as records:
            rows += rates("PostgreSQL", records)
        rows += [
            rate(f"bare SQLite table, {size} a commit", bare(folder / "bare.db", size))
            for size in BATCHES[:-1]
        ]
        rows.append(rate("bare SQLite table, 500 a commit: the peer", bare(folder / "bare.db", 500)))
    show(f"The record: {len(BODY)} bytes open, {SEALED} sealed, a tag; durable on return", rows, "facts")
