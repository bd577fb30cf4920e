"""Sets of files compared: what differs, as diffs that ``git apply`` takes. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from typing import Final, NamedTuple

Files = Mapping[str, bytes]

CONTEXT: Final = 3  # lines around a change
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/+@")


class FileDiff(NamedTuple):
    """One file that differs: ``text`` is its part of a patch, ``added`` and ``removed`` count lines."""

    path: str
    text: bytes
    added: int
    removed: int
    new: bool = False
    gone: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the hunks, to be shown; what is no UTF-8 is shown as a replacement."""
        shown = self.text.decode("utf-8", "replace").split("\n")
        first = next((n for n, line in enumerate(shown) if line.startswith("@@")), len(shown))
        return tuple(line for line in shown[first:] if line)


def differing(before: Files, after: Files) -> tuple[str, ...]:
    """Return the paths of files that are not the same in both."""
    return tuple(sorted(path for path in {*before, *after} if before.get(path) != after.get(path)))


def diffs(before: Files, after: Files) -> tuple[FileDiff, ...]:
    """Return what differs, by file, in the order of paths."""
    return tuple(_diff(path, before.get(path), after.get(path)) for path in differing(before, after))


def patch(before: Files, after: Files) -> bytes:
    """Return one patch that makes ``after`` of ``before``; empty if they are the same."""
    return b"".join(diff.text for diff in diffs(before, after))


def _diff(path: str, old: bytes | None, new: bytes | None) -> FileDiff:
    hunks = list(_hunks(_lines(old or b""), _lines(new or b"")))
    head = [f"diff --git {_quoted('a/' + path)} {_quoted('b/' + path)}"]
    if old is None:
        head.append("new file mode 100644")
    if new is None:
        head.append("deleted file mode 100644")
    if hunks:
        head.append("--- /dev/null" if old is None else f"--- {_quoted('a/' + path)}")
        head.append("+++ /dev/null" if new is None else f"+++ {_quoted('b/' + path)}")
    text = "\n".join(head).encode() + b"\n" + "".join(hunks).encode("latin-1")
    return FileDiff(
        path,
        text,
        sum(hunk.startswith("+") for hunk in hunks),
        sum(hunk.startswith("-") for hunk in hunks),
        old is None,
        new is None,
    )


def _lines(data: bytes) -> list[str]:
    """Return lines as git sees them: ended by line feeds alone. Latin-1 gives each byte a character and back."""
    lines = data.decode("latin-1").split("\n")
    ended = [line + "\n" for line in lines[:-1]]
    return [*ended, lines[-1]] if lines[-1] else ended


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Yield the lines of hunks, ends of line included."""
    told = unified_diff(old, new, n=CONTEXT)
    next(told, None), next(told, None)  # names of files, which git writes otherwise
    for line in told:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _quoted(path: str) -> str:
    """Return a path as git writes it: in quotes, with escapes, where it holds more than plain characters."""
    if _PLAIN.issuperset(path):
        return path
    return '"' + "".join(_escaped(byte) for byte in path.encode("utf-8", "surrogateescape")) + '"'


def _escaped(byte: int) -> str:
    character = chr(byte)
    if character in '"\\':
        return "\\" + character
    return character if 0x20 <= byte < 0x7F else f"\\{byte:03o}"
