"""Exports: a folder that a stranger can verify without the database (see ``verifier.py``, which reads it alone).

::

    checkpoint                          the signed note
    tile/L/N[.p/W]                      hashes, 256 a file (C2SP tlog-tiles)
    tile/entries/N[.p/W]                entries, 256 a file
    records/N[.p/W]                     what the entries commit to: one JSON object a line, 256 a file

Equal checkpoints and rows give equal bytes. A sealed part is given as its digest, unless asked for whole.
"""

import shutil
from collections.abc import Callable, Iterable
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from bylaw.base.errors import ConflictError, InputError, IntegrityError
from bylaw.records.fact import Row, entry, is_sound
from bylaw.records.ledger.checkpoint import Checkpoint
from bylaw.records.ledger.growth import Growth, Tile
from bylaw.records.ledger.note import base64_of, parse_note
from bylaw.records.ledger.tiles import Part, bundle, level_counts, parts, path

DRAFT_SUFFIX: Final = ".unfinished"

_FORBIDDEN: Final = frozenset('"\\')


class Journal(Protocol):
    """What an export is written from: ``Records`` is one."""

    def rows(self, first: int, last: int) -> Iterable[Row]:
        """Return the rows from ``first`` to ``last``, both included, in their order."""


def export(
    journal: Journal,
    checkpoint: bytes,
    folder: Path,
    *,
    sealed: bool = False,
    progress: Callable[[int], object] = lambda _: None,
) -> Checkpoint:
    """Write the ledger up to a signed checkpoint into a new folder, and return that checkpoint.

    ``progress`` is told how many records are written. The folder appears whole or not at all; what an
    interrupted export left beside it (``….unfinished``) is replaced by the next. Nothing is forced to the disk.

    Raises:
        ConflictError: the folder exists.
        InputError: the note is no checkpoint, or a row cannot stand in a line.
        IntegrityError: the rows are not what the checkpoint says; nothing is written.
    """
    if folder.exists():
        raise ConflictError("ledger.export_exists", f"`{folder}` exists", hint="name a new folder")
    signed = Checkpoint.read(parse_note(checkpoint).text)
    draft = folder.with_name(folder.name + DRAFT_SUFFIX)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        _write_all(journal, signed, draft, sealed=sealed, progress=progress)
        (draft / "checkpoint").write_bytes(checkpoint)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return signed


def record_line(row: Row, *, sealed: bool = False) -> bytes:
    """Return the one spelling of a row in an export, with its newline: JSON, the body as it was recorded.

    Raises:
        InputError: the kind or the body cannot stand in a line.
    """
    kind = row.kind
    if not (kind.isascii() and kind.isprintable() and _FORBIDDEN.isdisjoint(kind)) or b"\n" in row.body:
        raise InputError("ledger.line", f"record {row.seq} cannot be written in one line")
    head = (
        f'{{"seq":{row.seq},"at":{row.at},"kind":"{kind}","tag":{_hex(row.tag)},'
        f'"subject":{_hex(row.subject)},"sealed":{_sealed(row, whole=sealed)},"body":'
    )
    return head.encode() + row.body + b"}\n"


def _write_all(
    journal: Journal, signed: Checkpoint, draft: Path, *, sealed: bool, progress: Callable[[int], object]
) -> None:
    rows, growth = iter(journal.rows(1, signed.size)), Growth()
    uppermost: dict[tuple[int, int], Tile] = {}
    for part in parts(signed.size):
        some = list(islice(rows, part.width))
        growth, tiles = growth.append(_leaves(some, part))
        uppermost |= {(tile.level, tile.n): tile for tile in tiles}
        _write(draft, "records", part, b"".join(record_line(row, sealed=sealed) for row in some))
        _write(draft, "tile/entries", part, bundle(entry(row.seq, row.at, row) for row in some))
        _write(draft, "tile/0", part, b"".join(row.leaf for row in some))
        progress(some[-1].seq)
    if growth.root != signed.root:
        raise IntegrityError("ledger.root", "the journal does not lead to the root of the checkpoint")
    for level, count in enumerate(level_counts(signed.size)[1:], start=1):
        for part in parts(count):
            _write(draft, f"tile/{level}", part, uppermost[level, part.n].hashes)


def _leaves(rows: list[Row], part: Part) -> list[bytes]:
    first = part.n * 256 + 1
    for seq, row in enumerate(rows, start=first):
        if row.seq != seq or not is_sound(row):
            raise IntegrityError("ledger.row", f"record {seq} is not what its leaf says")
    if len(rows) != part.width:
        raise IntegrityError("ledger.rows_missing", f"the journal ends at record {first + len(rows) - 1}")
    return [row.leaf for row in rows]


def _write(draft: Path, folder: str, part: Part, data: bytes) -> None:
    file = draft / path(folder, part)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def _hex(data: bytes | None) -> str:
    return f'"{data.hex()}"' if data else "null"


def _sealed(row: Row, *, whole: bool) -> str:
    if row.sealed and whole:
        return f'"{base64_of(row.sealed)}"'
    digest = row.withered or (sha256(row.sealed).digest() if row.sealed else None)
    return f'{{"sha256":"{digest.hex()}"}}' if digest else "null"
