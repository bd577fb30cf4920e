"""What the policy commands do: read files, ask the policy room, print text for people or JSON for scripts."""

import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import typer

from bylaw.base.errors import InputError, Where
from bylaw.cli.policy_text import console_for, print_changes, print_document, print_step
from bylaw.cli.screen import print_json
from bylaw.policy.document import Document
from bylaw.policy.lineage import count_changes, lineage
from bylaw.policy.lock import Lock, apply_lock, carry, first_lock, read_lock
from bylaw.policy.parse import parse_document
from bylaw.policy.redline import Redlined, redline
from bylaw.policy.redline_page import redline_page
from bylaw.policy.source import MAX_BYTES

OK, BLOCKED = 0, 1
STDIN = Path("-")


# --- commands ----------------------------------------------------------------------------------------------


def show(file: Path, *, as_json: bool, strict: bool) -> int:
    """Print one document."""
    document = _with_locked_ids(_read(file), file)
    if as_json:
        print_json(_shape(document))
    else:
        print_document(console_for(), document)
    return BLOCKED if strict and any(p.blocks_publishing for p in document.problems) else OK


def diff(old: Path, new: Path, *, html: Path | None, as_json: bool) -> int:
    """Print, or write as a page, what changed between two versions."""
    before, after = _history([old, new])
    changes = redline(before, after)
    if html:
        _write(html, redline_page(before, after, changes))
    if as_json:
        print_json(
            {
                "from": before.file,
                "to": after.file,
                "counts": count_changes(c.change for c in changes),
                "changes": [_change_shape(c) for c in changes],
            }
        )
    elif html:
        typer.echo(f"wrote {html}", err=True)
    else:
        print_changes(console_for(), before, after, changes)
    return OK


def lineage_of(files: Sequence[Path], *, as_json: bool) -> int:
    """Print what became of every clause over several versions."""
    documents = _history(files)
    steps = [(old, new, lineage(old, new)) for old, new in pairwise(documents)]
    if as_json:
        print_json(
            {
                "documents": [_head(d) | {"clauses": len(d.clauses)} for d in documents],
                "steps": [
                    {
                        "from": old.file,
                        "to": new.file,
                        "counts": count_changes(m.change for m in moves),
                        "moves": moves,
                    }
                    for old, new, moves in steps
                ],
            }
        )
        return OK
    for old, new, moves in steps:
        print_step(console_for(), old, new, moves)
    return OK


# --- files -------------------------------------------------------------------------------------------------


def _read(path: Path, key: str | None = None) -> Document:
    return parse_document(_bytes(path), file=str(path), key=key)


def _bytes(path: Path, limit: int = MAX_BYTES + 1) -> bytes:
    """Return the bytes of a file up to a limit, or of standard input for ``-``."""
    try:
        if path == STDIN:
            return sys.stdin.buffer.read(limit)
        with path.open("rb") as file:
            return file.read(limit)
    except OSError as error:
        message = (error.strerror or "cannot be read").lower()
        raise InputError("policy.unreadable", message, where=Where(str(path))) from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = (error.strerror or "cannot be written").lower()
        raise InputError("policy.unwritable", message, where=Where(str(path))) from error


def _lock_beside(path: Path) -> Lock | None:
    file = path.parent / "ids.lock"
    if path == STDIN or not file.is_file():
        return None
    return read_lock(_bytes(file, -1).decode("utf-8", errors="replace"), str(file))


def _with_locked_ids(document: Document, path: Path) -> Document:
    """Return the document with the ids in the ``ids.lock`` beside it, where that knows it."""
    lock = _lock_beside(path)
    if lock and lock.key != document.key:
        document = _read(path, lock.key)
    known = lock and lock.key == document.key and lock.version_of(document)
    return apply_lock(document, lock) if lock and known else document


def _history(files: Sequence[Path]) -> list[Document]:
    """Read versions of one document, oldest first; ids are carried from each to the next."""
    first = _with_locked_ids(_read(files[0]), files[0])
    documents, lock = [first], first_lock(first)
    for path in files[1:]:
        document = _read(path, first.key)
        if document.key != first.key:
            message = f"`{document.key}` is no version of `{first.key}`"
            hint = "give versions of one document, oldest first"
            raise InputError("policy.other_document", message, where=Where(str(path)), hint=hint)
        carried, lock = carry(lock, documents[-1], document)
        documents.append(carried)
    return documents


# --- JSON --------------------------------------------------------------------------------------------------


def _head(document: Document) -> dict[str, object]:
    return {
        "file": document.file,
        "key": document.key,
        "title": document.title,
        "last_updated": document.last_updated,
        "effective": document.effective,
    }


def _shape(document: Document) -> dict[str, object]:
    return _head(document) | {
        "requires_signature": document.requires_signature,
        "audience": document.audience,
        "includes": document.includes,
        "digest": document.digest,
        "warnings": [
            {
                "line": p.where.line,
                "message": p.message,
                "hint": p.hint,
                "blocks_publishing": p.blocks_publishing,
                "code": p.code,
            }
            for p in document.problems
        ],
        "clauses": document.clauses,
        "furniture": document.furniture,
    }


def _change_shape(entry: Redlined) -> dict[str, object]:
    return {
        "change": entry.change,
        "old": [c.id for c in entry.old],
        "new": [c.id for c in entry.new],
        "pieces": [[p.op, p.text] for p in entry.pieces],
    }
