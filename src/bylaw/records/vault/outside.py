"""The journal of destruction, outside every database and every backup of one.

A line a key, written and synced before the first byte is destroyed, and once more when it is known to be gone:
``number instant act use subject checksum``. Only opaque ids. Each checksum is over the line and the checksum
before it; the first is over the vault's id. Where a second copy is configured, both are written, and the longer one mends
the other.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

from bylaw.base.errors import BusyError, IntegrityError
from bylaw.records.vault.master import sync_folder
from bylaw.records.vault.uses import Boundary

SUM_BYTES: Final = 16
_FIELDS: Final = 6

Act = Literal["begin", "done"]
Target = tuple[bytes, int]  # subject, use


class Line(NamedTuple):
    """One line. ``at`` is in microseconds since 1970, UTC; lines of one append share it."""

    number: int
    at: int
    act: str
    use: int
    subject: bytes


class Reading(NamedTuple):
    """What stands in one copy: its lines, the checksum after each (the first: before all), where what is good ends."""

    lines: list[Line]
    sums: list[bytes]
    end: int
    content: bytes


class OutsideJournal:
    """The lines that the vault does not know of yet, and appending."""

    def __init__(self, paths: Sequence[Path], vault: bytes, boundary: Boundary) -> None:
        self._paths = tuple(paths)
        self._first = hashlib.sha256(b"bylaw erasures" + vault).digest()[:SUM_BYTES]
        self._boundary = boundary
        self._best = Reading([], [self._first], 0, b"")
        self._known = 0

    def read(self, known: bytes, *, writing: bool) -> None:
        """Read every copy, from what the vault knows (``head`` then). A writer mends a torn end and a short copy.

        Raises:
            IntegrityError: ``vault.journal``, a line is not what was written; ``vault.journal_lost``, lines that the
                vault knows are missing.
        """
        readings = [self._parsed(_content(path)) for path in self._paths]
        best = max(readings, key=lambda reading: reading.end)
        self._known = int.from_bytes(known[:8], "big")
        self._demand_whole(best, readings, known)
        if writing:
            for path, reading in zip(self._paths, readings, strict=True):
                if len(reading.content) != best.end or reading.end != best.end:
                    self._write(path, best.content[reading.end : best.end], reading.end)
        self._best = best

    @property
    def head(self) -> bytes:
        """Return number and checksum of the last line: 24 bytes."""
        return len(self._best.lines).to_bytes(8, "big") + self._best.sums[-1]

    @property
    def unknown(self) -> list[Line]:
        """Return the lines after what the vault knows."""
        return self._best.lines[self._known :]

    def append(self, act: Act, targets: Iterable[Target], at: int) -> None:
        """Write a line a target into every copy. Durable on return; on an error nothing was written.

        Raises:
            BusyError: ``vault.journal_closed``, a copy cannot be written.
        """
        lines, sums, end, content = self._best
        new_lines, new_sums, text = list(lines), list(sums), b""
        for subject, use in targets:
            line = Line(len(new_lines) + 1, at, act, use, subject)
            written, checksum = _written(line, new_sums[-1])
            text += written
            new_lines.append(line)
            new_sums.append(checksum)
        try:
            for path in self._paths:
                self._write(path, text, end)
        except OSError as error:
            self._take_back(end)
            raise BusyError(
                "vault.journal_closed",
                f"the journal of destruction cannot be written ({os.strerror(error.errno or 0)}): nothing was begun",
                hint="make room or mend the path, then try again",
            ) from None
        self._best = Reading(new_lines, new_sums, end + len(text), content + text)

    def acknowledge(self) -> None:
        """Note that the vault knows every line."""
        self._known = len(self._best.lines)

    def _write(self, path: Path, text: bytes, end: int) -> None:
        made = not path.exists()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._boundary("journal.write.before")
            os.ftruncate(handle, end)
            done = 0
            while done < len(text):
                done += os.pwrite(handle, text[done:], end + done)
            self._boundary("journal.sync.before")
            os.fsync(handle)
        finally:
            os.close(handle)
        if made:
            sync_folder(path.parent)
        self._boundary("journal.write.after")

    def _take_back(self, end: int) -> None:
        for path in self._paths:
            with contextlib.suppress(OSError):
                os.truncate(path, end)

    def _parsed(self, content: bytes) -> Reading:
        lines: list[Line] = []
        sums, end = [self._first], 0
        for raw in content.splitlines(keepends=True):
            line = _line(raw)
            if line is None or line.number != len(lines) + 1:
                break
            written, checksum = _written(line, sums[-1])
            if written != raw:
                break
            lines.append(line)
            sums.append(checksum)
            end += len(raw)
        return Reading(lines, sums, end, content)

    def _demand_whole(self, best: Reading, readings: Sequence[Reading], known: bytes) -> None:
        if any(best.content[: reading.end] != reading.content[: reading.end] for reading in readings):
            raise IntegrityError(
                "vault.journal", "the copies of the journal of destruction contradict each other"
            )
        if not _is_torn(best.content[best.end :]):
            raise IntegrityError(
                "vault.journal",
                f"line {len(best.lines) + 1} of the journal of destruction is not what was written",
            )
        if self._known > len(best.lines):
            raise IntegrityError(
                "vault.journal_lost",
                "the journal of destruction lacks lines that the vault knows",
                hint="put its second copy back",
            )
        if self._known and best.sums[self._known] != known[8:]:
            raise IntegrityError(
                "vault.journal", "the journal of destruction is another than the vault knows"
            )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _written(line: Line, before: bytes) -> tuple[bytes, bytes]:
    text = f"{line.number} {line.at} {line.act} {line.use} {line.subject.hex()} "
    checksum = hashlib.sha256(before + text.encode()).digest()[:SUM_BYTES]
    return f"{text}{checksum.hex()}\n".encode(), checksum


def _line(raw: bytes) -> Line | None:
    fields = raw.split(b" ")
    if len(fields) != _FIELDS:
        return None
    try:
        number, at, use = int(fields[0]), int(fields[1]), int(fields[3])
        return Line(number, at, fields[2].decode("ascii"), use, bytes.fromhex(fields[4].decode("ascii")))
    except ValueError:
        return None


def _is_torn(rest: bytes) -> bool:
    """Tell whether what cannot be read is of one append only, so may be a write that never ended."""
    lines = [line for raw in rest.splitlines(keepends=True) if (line := _line(raw)) is not None]
    return len({(line.at, line.act) for line in lines}) <= 1
