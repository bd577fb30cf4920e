"""What a draft changes: new texts of files and files that go, over a book. Pure."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from bylaw.base.errors import ConflictError, InputError, Where
from bylaw.book.folder import PARTS, ROOMS
from bylaw.drafts.model import MAX_FILE, MAX_FILES
from bylaw.drafts.patches import Files

MAX_PATH: Final = 200  # characters
MAX_DEPTH: Final = 6
_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


class Changes(NamedTuple):
    """New texts by path, and paths of files that go."""

    new: Mapping[str, bytes]
    removed: frozenset[str] = frozenset()

    @property
    def paths(self) -> frozenset[str]:
        """The files that are touched."""
        return frozenset(self.new) | self.removed


NOTHING: Final = Changes({})


class Clash(NamedTuple):
    """A file that somebody else changed meanwhile: as the draft found it, as it is now, as the draft wants it."""

    path: str
    found: bytes | None
    now: bytes | None
    wanted: bytes | None


def changes_of(base: Files, texts: Mapping[str, bytes | None]) -> Changes:
    """Return what texts change of a book: those that are the same change nothing, none means that a file goes.

    Raises:
        InputError: ``draft.path``, ``draft.size``, ``draft.files``.
    """
    for path, text in texts.items():
        _demand_path(path)
        if text is not None and len(text) > MAX_FILE:
            hint = "edit a file of this size in git"
            raise InputError("draft.size", f"larger than {MAX_FILE >> 10} KiB", where=Where(path), hint=hint)
    new = {path: text for path, text in texts.items() if text is not None and base.get(path) != text}
    removed = frozenset(path for path, text in texts.items() if text is None and path in base)
    if len(new) + len(removed) > MAX_FILES:
        raise InputError("draft.files", f"a draft changes {MAX_FILES} files at most", hint="make two of it")
    return Changes(new, removed)


def applied(book: Files, changes: Changes) -> dict[str, bytes]:
    """Return the files of a book with changes made."""
    return {path: data for path, data in {**book, **changes.new}.items() if path not in changes.removed}


def clashes(changes: Changes, found: Files, now: Files, made: Files | None) -> tuple[Clash, ...]:
    """Return the files of a draft that are neither as it found them nor as it made them itself.

    Args:
        changes: what it changes.
        found: the book that it was written over.
        now: the book in force.
        made: the book that it made last, if it is in force.
    """
    told = []
    for path in sorted(changes.paths):
        stands = now.get(path)
        own = made is not None and stands == made.get(path)
        if stands != found.get(path) and stands != changes.new.get(path) and not own:
            told.append(Clash(path, found.get(path), stands, changes.new.get(path)))
    return tuple(told)


def refuse_clashes(draft: str, found: Collection[Clash]) -> None:
    """See to it that there is none.

    Raises:
        ConflictError: ``draft.conflict``; it names the files.
    """
    if found:
        named = ", ".join(f"`{clash.path}`" for clash in found)
        raise ConflictError(
            "draft.conflict",
            f"`{draft}` changes {named}, which somebody else changed meanwhile",
            hint="look at both sides, and save the file as it shall be over the book in force",
        )


def _demand_path(path: str) -> None:
    parts = path.split("/")
    plain = all(part and not part.startswith(".") and _CHARACTERS.issuperset(part) for part in parts)
    belongs = path in PARTS if len(parts) == 1 else parts[0] in ROOMS
    if not plain or not belongs or len(path) > MAX_PATH or len(parts) > MAX_DEPTH:
        raise InputError(
            "draft.path",
            "this is no path of a file of a book",
            hint=f"{', '.join(PARTS)}, or a file below {', '.join(ROOMS)}; letters, digits, `.`, `_`, `-`",
        )
