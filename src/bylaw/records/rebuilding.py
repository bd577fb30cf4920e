"""State is the fold of its facts: rooms' tables are folded anew, beside the old, and compared row by row."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from bylaw.base.errors import Problem
from bylaw.records.records import Records
from bylaw.records.refolding import make_tables, refold
from bylaw.records.store import PAGE, core_over

Line = sa.RowMapping


def differences(records: Records, head: int) -> Iterator[Problem]:
    """Yield where rooms' tables are not what the facts fold to: table, key and column, never a value.

    The decider must not commit meanwhile, or what it adds is told as a difference: hold the record open for writing.
    """
    if not records.projectors:
        return
    with _scratch() as fresh, records.reading() as kept:
        make_tables(fresh, records.projectors)
        refold(fresh, records.projectors, records.page, head)
        for projector in records.projectors:
            for table in projector.tables:
                yield from _compare(table, kept, fresh)


def _compare(table: sa.Table, kept: sa.Connection, fresh: sa.Connection) -> Iterator[Problem]:
    names = [column.name for column in table.primary_key] or [column.name for column in table.c]
    for found, folded in _side_by_side(table, names, kept, fresh):
        if found is None or folded is None:
            line, what = (folded, "is missing") if found is None else (found, "should not be there")
            yield _problem(table, _key(line, names), what)
            continue
        for column in table.c:
            one, other = found[column.name], folded[column.name]
            if type(one) is not type(other) or one != other:
                yield _problem(table, _key(found, names), f"differs in column `{column.name}`")


def _side_by_side(
    table: sa.Table, names: list[str], kept: sa.Connection, fresh: sa.Connection
) -> Iterator[tuple[Line | None, Line | None]]:
    # Both come sorted by their bytes, so that one pass pairs them whatever the database's collation.
    left, right = (iter(_sorted(table, names, core)) for core in (kept, fresh))
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and _order(one, names) < _order(other, names)):
            yield one, None
            one = next(left, None)
        elif one is None or _order(other, names) < _order(one, names):
            yield None, other
            other = next(right, None)
        else:
            yield one, other
            one, other = next(left, None), next(right, None)


def _sorted(table: sa.Table, names: list[str], core: sa.Connection) -> Iterator[Line]:
    is_text = {name: isinstance(table.c[name].type, sa.String) for name in names}
    plain = core.dialect.name == "sqlite"
    order = [table.c[n].collate("C") if is_text[n] and not plain else table.c[n] for n in names]
    query = sa.select(table).order_by(*order)
    yield from core.execute(query, execution_options={"yield_per": PAGE}).mappings()


def _order(line: Line, names: list[str]) -> tuple[tuple[bool, object], ...]:
    return tuple(
        (value is not None, value.encode() if isinstance(value, str) else value)
        for value in (line[name] for name in names)
    )


def _key(line: Line | None, names: list[str]) -> str:
    # Keys of rooms' tables are ids: random or digests, nothing personal.
    values = [line[name] for name in names] if line else []
    return "/".join(value.hex() if isinstance(value, bytes) else str(value) for value in values)


def _problem(table: sa.Table, key: str, what: str) -> Problem:
    return Problem(
        code="records.not_the_fold",
        message=f"row {key} of `{table.name}` {what}",
        hint="the facts are right: open the record after raising the fold's version, and it is folded anew",
    )


@contextmanager
def _scratch() -> Iterator[sa.Connection]:
    raw = sqlite3.connect("", isolation_level=None)  # a file without a name, gone with the connection
    core = core_over("sqlite", lambda: raw)
    try:
        yield core
    finally:
        core.close()
        core.engine.dispose()
        raw.close()
