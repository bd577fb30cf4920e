"""Parquet, read by DuckDB (the extra ``tables``), which gets to see this one file and no network."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bylaw.base.errors import InputError, Where
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.sources.lines import unreadable
from bylaw.events.sources.source import Reject, Source, damaged, rejected
from bylaw.events.sources.table import Fields, fields_of, row_event

ROWS_A_FETCH = 1024
MEMORY_LIMIT = "512MB"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECONDS: Final = range(-62_135_596_800 * 10**6, 253_402_300_800 * 10**6)  # from 1970: years 1 to 9999
# DuckDB turns these into Python values only with a package that nothing else here needs.
_WITH_OFFSET: Final = "TIMESTAMP WITH TIME ZONE"


def read_parquet(source: Source, codec: Codec) -> Iterator[Event | Reject]:
    """Yield the event of each row; ``Where.line`` is the number of the row.

    Raises:
        InputError: DuckDB is not installed (``parquet.no_duckdb``), the file cannot be read or is no
            Parquet (``source.…``), or its columns do not fit (``columns.…``).
    """
    duckdb = _duckdb(source)
    path = _path(source)
    number = 0
    try:
        with closing(_database(duckdb, path)) as database:
            types = _column_types(database, path)
            query, fields, times = _query(types, fields_of(types, source, codec))
            for number, row in enumerate(_rows(database, path, query, source), start=1):
                where = Where(source.name, number)
                try:
                    yield row_event(fields, _with_times(row, times), source, codec, where)
                except InputError as error:
                    yield rejected(error, repr(row).encode("utf-8", "replace"), None)
    except duckdb.Error:
        if not number:
            hint = "is it a Parquet file?"
            message = "the source cannot be read as Parquet"
            raise InputError("source.wrong_format", message, where=Where(source.name), hint=hint) from None
        yield damaged(Where(source.name, number + 1), None)


def _duckdb(source: Source) -> Any:  # noqa: ANN401 - a module without types
    try:
        import duckdb  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        hint = "install it with the extra: `pip install 'bylaw[tables]'`"
        message = "reading Parquet needs DuckDB"
        raise InputError("parquet.no_duckdb", message, where=Where(source.name), hint=hint) from None
    return duckdb


def _path(source: Source) -> str:
    path = Path(source.path)
    try:
        source.progress.total = path.stat().st_size
        with path.open("rb"):
            return str(path.resolve())
    except OSError as error:
        raise unreadable(source.name, error) from None


def _database(duckdb: Any, path: str) -> Any:  # noqa: ANN401
    """Return a database in memory that may read one file, and load nothing from anywhere."""
    settings = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": MEMORY_LIMIT,
        "threads": "1",
    }
    database = duckdb.connect(":memory:", config=settings)
    quoted = path.replace("'", "''")
    database.execute(f"SET allowed_paths = ['{quoted}']")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database


def _column_types(database: Any, path: str) -> Mapping[str, str]:  # noqa: ANN401
    described = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
    return {name: type_name for name, type_name, *_ in described}


def _query(types: Mapping[str, str], fields: Fields) -> tuple[str, Fields, tuple[int, ...]]:
    """Return the query for the columns that fields need, the fields' places in its rows, and those of times."""
    names = list(types)
    needed = sorted({position for _, position in fields})
    quoted = [(position, '"' + names[position].replace('"', '""') + '"') for position in needed]
    with_offset = {position for position in needed if types[names[position]] == _WITH_OFFSET}
    terms = [f"epoch_us({name})" if position in with_offset else name for position, name in quoted]
    query = f"SELECT {', '.join(terms) or 'NULL'} FROM read_parquet(?)"  # noqa: S608 - names are quoted
    places = tuple((field, needed.index(position)) for field, position in fields)
    return query, places, tuple(needed.index(position) for position in sorted(with_offset))


def _rows(database: Any, path: str, query: str, source: Source) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
    (count,) = database.execute("SELECT count(*) FROM read_parquet(?)", [path]).fetchone()
    result, done = database.execute(query, [path]), 0
    while rows := result.fetchmany(ROWS_A_FETCH):
        yield from rows
        done += len(rows)
        source.progress.consumed = (source.progress.total or 0) * done // count


def _with_times(row: tuple[Any, ...], times: tuple[int, ...]) -> list[Any]:
    cells = list(row)
    for place in times:
        if cells[place] is not None and cells[place] in _MICROSECONDS:
            cells[place] = _EPOCH + timedelta(microseconds=cells[place])
    return cells
