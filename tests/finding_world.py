"""Decisions in tables, without anybody deciding them: bodies folded into a database in memory."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.book.book import book_of
from bylaw.book.folder import folder_of
from bylaw.book.shelf import charter_of
from bylaw.engine.charter import Charter
from bylaw.engine.recording import KIND, Body
from bylaw.finding.index import HOUR, DecisionsProjector
from bylaw.finding.query import Query, query_of
from bylaw.records.fact import Fact, Row, row_of
from bylaw.records.projecting import Fold
from bylaw.records.refolding import make_tables
from bylaw.records.store import core_over
from small_book import files

START = 1_772_000_000_000_000 // HOUR * HOUR
CHARTER: Charter = charter_of(book_of(folder_of("", files())))
PEOPLE = {"ann": "sub_a", "ben": "sub_b", "cy": "sub_c"}
NAMES = {alias: name for name, alias in PEOPLE.items()}


def body(
    *,
    kind: str = "post.created",
    at: int = START,
    people: tuple[str, ...] = (),
    rules: tuple[str, ...] = (),
    shadow: tuple[str, ...] = (),
    clauses: tuple[str, ...] = (),
    effects: tuple[str, ...] = (),
    degraded: bool = False,
    silent: bool = False,
) -> Body:
    """Return what stands in the open of a decision; people go by the names of ``PEOPLE``."""
    return Body(
        decision=f"dec_{at}",
        kind=kind,
        at=at,
        activation=1,
        people=tuple(PEOPLE[name] for name in people),
        rules=rules,
        shadow=shadow,
        clauses=clauses,
        effects=effects,
        degraded=degraded,
        silent=silent,
    )


def rows_of(bodies: Sequence[Body], first: int = 1) -> list[Row]:
    facts = [Fact(KIND, canonical_bytes(one)) for one in bodies]
    return [row_of(seq, START + seq, fact) for seq, fact in enumerate(facts, first)]


@contextmanager
def folded(bodies: Sequence[Body], each: int = 500) -> Iterator[sa.Connection]:
    """A database that holds decisions, so many of them a commit."""
    raw = sqlite3.connect(":memory:", isolation_level=None)
    core = core_over("sqlite", lambda: raw)
    try:
        make_tables(core, [DecisionsProjector()])
        rows = rows_of(bodies)
        for start in range(0, len(rows), each):
            DecisionsProjector().project(Fold(core), rows[start : start + each])
        yield core
    finally:
        core.close()
        core.engine.dispose()
        raw.close()


def ask(text: str, now: int = START) -> Query:
    return query_of(text, CHARTER, now=now, alias=lambda name: PEOPLE.get(name, ""))


def named(alias: str) -> str:
    return NAMES.get(alias, "")
