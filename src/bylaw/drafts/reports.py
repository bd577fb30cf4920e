"""Reports of back-tests in a folder, each by the digest of its bytes: written once, never changed."""

from pathlib import Path
from typing import Final

from bylaw.base.canonical import digest
from bylaw.base.errors import IntegrityError, NotFoundError
from bylaw.records.durable import Boundary, no_boundary, write_whole

_PREFIX: Final = "sha256:"


class Reports:
    """The reports in a folder."""

    def __init__(self, folder: Path, boundary: Boundary = no_boundary) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._boundary = boundary

    def keep(self, report: bytes) -> str:
        """Keep a report; return its digest. Durable on return."""
        name = digest(report)
        write_whole(self._place(name), report, self._boundary)
        return name

    def read(self, name: str) -> bytes:
        """Return a report.

        Raises:
            NotFoundError: there is none.
            IntegrityError: it is not what was kept.
        """
        try:
            report = self._place(name).read_bytes()
        except FileNotFoundError:
            raise NotFoundError("draft.no_report", "there is no such report") from None
        if digest(report) != name:
            raise IntegrityError("draft.report_changed", "a kept report was changed")
        return report

    def _place(self, name: str) -> Path:
        return self._folder / f"{name.removeprefix(_PREFIX)}.json"
