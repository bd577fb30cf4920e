"""Files that are written line by line and stay whole, whatever stops the writing."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from bylaw.base.errors import ConflictError, InputError

FLUSH_BYTES = 1 << 16


class OutputError(Exception):
    """The disk refused a write. What was written before is kept, up to the last whole line."""


class LineFile:
    """A file of lines.

    Durability: lines are in memory until ``FLUSH_BYTES`` are gathered or ``flush`` is called; then they
    survive the process. ``close`` forces them to the disk. A write that fails is cut back to the last
    whole line.
    """

    def __init__(self, path: Path, *, replace: bool) -> None:
        """Open the file.

        Raises:
            ConflictError: it has content and ``replace`` is not set.
            InputError: it cannot be opened.
        """
        if path.is_file() and path.stat().st_size and not replace:
            raise ConflictError(
                "run.output_exists",
                f"`{path}` holds an earlier run",
                hint="name another file, or add --replace",
            )
        self.path = path
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._whole = 0  # bytes on disk that end in a whole line
        try:
            self._file = path.open("wb", buffering=0)
        except OSError as error:
            raise InputError(
                "run.output", f"cannot write `{path}`: {(error.strerror or '').lower()}"
            ) from None

    def write(self, line: bytes) -> None:
        """Add a line (without its newline).

        Raises:
            OutputError: the disk refused.
        """
        self._pending.append(line)
        self._pending_bytes += len(line) + 1
        if self._pending_bytes >= FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand every line to the operating system.

        Raises:
            OutputError: the disk refused.
        """
        if not self._pending:
            return
        data = memoryview(b"\n".join(self._pending) + b"\n")
        self._pending, self._pending_bytes = [], 0
        written = 0
        try:
            while written < len(data):
                written += self._file.write(data[written:]) or 0
        except OSError as error:
            kept = bytes(data[:written]).rfind(b"\n") + 1
            self._cut(self._whole + kept)
            raise OutputError(f"cannot write `{self.path}`: {(error.strerror or '').lower()}") from error
        self._whole += written

    def _cut(self, size: int) -> None:
        try:
            self._file.truncate(size)
        except OSError:  # a device without a size; nothing to cut
            return
        self._whole = size

    def close(self) -> None:
        """Flush, force to disk, close.

        Raises:
            OutputError: the disk refused.
        """
        try:
            self.flush()
            if self.path.is_file():
                os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OutputError):
            self._file.close()
        else:
            self.close()
