"""Papers: bytes that facts name by their digest and that are too long to stand in them. Written once, never changed."""

from pathlib import Path
from typing import Final

from bylaw.base.canonical import digest
from bylaw.base.errors import IntegrityError, NotFoundError
from bylaw.records.durable import Boundary, no_boundary, write_whole

_PREFIX: Final = "sha256:"


class Papers:
    """The papers in a folder. Nothing personal stands in them."""

    def __init__(self, folder: Path, boundary: Boundary = no_boundary) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._boundary = boundary

    def keep(self, paper: bytes) -> str:
        """Keep a paper; return its digest. Durable on return."""
        name = digest(paper)
        write_whole(self._place(name), paper, self._boundary)
        return name

    def read(self, name: str) -> bytes:
        """Return a paper.

        Raises:
            NotFoundError: there is none.
            IntegrityError: it is not what was kept.
        """
        try:
            paper = self._place(name).read_bytes()
        except FileNotFoundError:
            raise NotFoundError("record.no_paper", "there is no such paper") from None
        if digest(paper) != name:
            raise IntegrityError("record.paper_changed", "a kept paper was changed")
        return paper

    def _place(self, name: str) -> Path:
        return self._folder / f"{name.removeprefix(_PREFIX)}.json"
