"""Looking at every recorded byte of the vault: file structure, rows, keys, secrets, notes, epochs, outside journal."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Final

from bylaw.base.errors import BusyError, BylawError, IntegrityError, Problem
from bylaw.records.vault.file import APPLICATION, FORMAT, TABLES
from bylaw.records.vault.keys import Keys
from bylaw.records.vault.rows import KeyRow
from bylaw.records.vault.uses import State
from bylaw.records.vault.wrapping import RESTORE

ROWS_AT_ONCE: Final = 1_000
MOST_PROBLEMS: Final = 100
_HEADER_BYTES: Final = 100
_FIXED: Final = (  # of SQLite's file header: where, and what must stand there
    (0, b"SQLite format 3\0"),
    (16, (4096).to_bytes(2, "big") + b"\x02\x02\x00\x40\x20\x20"),
    (44, (4).to_bytes(4, "big") + bytes(4)),
    (52, bytes(4) + (1).to_bytes(4, "big") + FORMAT.to_bytes(4, "big") + bytes(4)),
    (68, APPLICATION.to_bytes(4, "big") + bytes(20)),
)


def check(keys: Keys, verify: Callable[[KeyRow], None]) -> list[Problem]:
    """Return what is wrong, at most a hundred problems. ``verify`` opens a living row's parts. With the lock held."""
    problems: list[Problem] = []
    for step in (_header, _structure, _schema, _secrets, _marks, _epochs):
        problems += _tried(lambda step=step: step(keys))  # type: ignore[misc]
    problems += _tried(lambda: _rows(keys, verify))
    return problems[:MOST_PROBLEMS]


def _tried(step: Callable[[], Iterator[str]]) -> list[Problem]:
    problems: list[Problem] = []
    try:
        for message in step():
            problems.append(Problem(code="vault.damaged", message=message, hint=RESTORE))
            if len(problems) >= MOST_PROBLEMS:
                break
    except BylawError as error:
        problems.append(error.problem)
    return problems


def _header(keys: Keys) -> Iterator[str]:
    if keys.writing:
        with contextlib.suppress(BusyError):  # a reader is in the way: what stands in the log is read there
            keys.file.settle()
    with keys.file.apart(), keys.file.path.open("rb") as file:  # the new connection reads from the disk again
        header = file.read(_HEADER_BYTES)
    for at, expected in _FIXED:
        if header[at : at + len(expected)] != expected:
            yield f"the file's header is not what was written, at byte {at}"
    if header[24:28] != header[92:96]:
        yield "the file's header is not what was written, at byte 24"


def _structure(keys: Keys) -> Iterator[str]:
    for (message,) in keys.file.read(f"PRAGMA integrity_check({MOST_PROBLEMS})"):
        if message != "ok":
            yield f"the file's structure is damaged: {message}"


def _schema(keys: Keys) -> Iterator[str]:
    made = [sql.split() for sql in TABLES]
    expected = sorted((" ".join(words), *_named(words)) for words in made)
    if (
        keys.file.read(
            "SELECT sql, type, name, tbl_name FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql"
        )
        != expected
    ):
        yield "the file's tables are not those that were made"


def _named(words: list[str]) -> tuple[str, str, str]:
    """Return what a ``CREATE`` makes: its type, its name, its table's name."""
    if words[1] == "TABLE":
        return "table", words[2], words[2]
    at = words.index("INDEX")
    return "index", words[at + 1], words[at + 3]


def _rows(keys: Keys, verify: Callable[[KeyRow], None]) -> Iterator[str]:
    place = 0
    while rows := keys.after_raw(place, ROWS_AT_ONCE):
        place = rows[-1][0]
        for at, *columns in rows:
            try:
                row = keys.verified(tuple(columns))
                if row.state == State.LIVE:
                    verify(row)
            except IntegrityError as error:
                yield f"row {at}: {error.problem.message}"


def _secrets(keys: Keys) -> Iterator[str]:
    for name in keys.secret_names():
        try:
            keys.secret(name)
        except IntegrityError:
            yield "a secret is not what was written"


def _marks(keys: Keys) -> Iterator[str]:
    for name in ("vault", "epoch", "oldest", "journaled"):
        keys.mark(name)
    yield from ()


def _epochs(keys: Keys) -> Iterator[str]:
    for place in keys.epochs.unsound():
        yield f"slot {place} of the wrapping keys is not what was written"
