"""Where facts come from: a record, or an export of its ledger that anybody may hold.

Instants in the ledger never run backwards, so a period is a run of records; its edges are found by halving.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import msgspec

from bylaw.base.errors import InputError, IntegrityError
from bylaw.records.ledger.checkpoint import Checkpoint
from bylaw.records.ledger.note import parse_note
from bylaw.records.ledger.tiles import parts, path
from bylaw.records.records import Records
from bylaw.transparency.folding import Folding
from bylaw.transparency.model import Account, Told
from bylaw.transparency.origins import InFacts, InRecord, Origins
from bylaw.transparency.published import Extent, Period

Progress = Callable[[int], object]
STEP: Final = 1_000  # facts between two words to ``progress``


class Line(msgspec.Struct, frozen=True):
    """A record as it stands in an export."""

    seq: int
    at: int
    kind: str
    body_: msgspec.Raw = msgspec.field(name="body")

    @property
    def body(self) -> bytes:
        """What it says in the open, byte for byte."""
        return bytes(self.body_)


class Counted(NamedTuple):
    """An account, and which records it is of."""

    account: Account
    extent: Extent


class Ledger(Protocol):
    """Facts in their order, and what they refer to."""

    @property
    def origins(self) -> Origins:
        """Looks up what was recorded earlier."""

    def extent(self, period: Period) -> tuple[int, int]:
        """Return the first and the last record of a period; the last is one below the first if there are none."""

    def facts(self, first: int, last: int) -> Iterable[Told]:
        """Return records, both included."""


class OfRecord:
    """The ledger of a record that is open here."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self.origins: Origins = InRecord(records)

    def extent(self, period: Period) -> tuple[int, int]:
        """Return the first and the last record of a period."""
        return self._after(period.start), self._after(period.end) - 1

    def facts(self, first: int, last: int) -> Iterable[Told]:
        """Return records."""
        return self._records.rows(first, last)

    def _after(self, instant: int) -> int:
        """Return the first record at an instant or later; one above the head if there is none."""
        low, high = 1, self._records.head + 1
        while low < high:
            middle = (low + high) // 2
            if self._records.row(middle).at < instant:
                low = middle + 1
            else:
                high = middle
        return low


class OfExport:
    """The ledger in the folder of an export. It is read as it stands: have ``verifier`` look at it first."""

    def __init__(self, folder: Path) -> None:
        """Take an export.

        Raises:
            InputError: there is no checkpoint in the folder.
        """
        try:
            self.checkpoint = Checkpoint.read(parse_note((folder / "checkpoint").read_bytes()).text)
        except OSError as error:
            raise InputError("transparency.export", f"`{folder}` is no export of a ledger") from error
        self._folder = folder
        self.origins: Origins = InFacts(lambda: self.facts(1, self.checkpoint.size))

    def extent(self, period: Period) -> tuple[int, int]:
        """Return the first and the last record of a period."""
        first, last = self.checkpoint.size + 1, 0
        for fact in self.facts(1, self.checkpoint.size):
            if fact.at < period.end:
                last = fact.seq
                if fact.at >= period.start:
                    first = min(first, fact.seq)
        return (first, last) if first <= last else (last + 1, last)

    def facts(self, first: int, last: int) -> Iterator[Told]:
        """Yield records.

        Raises:
            IntegrityError: a line is none.
        """
        for part in parts(self.checkpoint.size):
            start = part.n * 256 + 1
            if start + part.width <= first or start > last:
                continue
            lines = (self._folder / path("records", part)).read_bytes().split(b"\n")[:-1]
            for seq, text in enumerate(lines, start=start):
                if first <= seq <= last:
                    yield _line(seq, text)


def count(ledger: Ledger, first: int, last: int, progress: Progress = lambda _: None) -> Counted:
    """Return the account of records of whole commits; ``progress`` is told how many more are counted.

    Raises:
        IntegrityError: one of them is not what it was.
        InputError: more refers to earlier records than is held in memory.
    """
    folding, waiting = Folding(), 0
    for fact in ledger.facts(first, last):
        folding.add(fact)
        waiting += 1
        if waiting == STEP:
            progress(waiting)
            waiting = 0
    progress(waiting)
    account = folding.finish(ledger.origins)
    records = account.facts.total()
    return Counted(account, Extent(first, last, records) if records else Extent())


def _line(seq: int, text: bytes) -> Line:
    try:
        line = _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        line = None
    if line is None or line.seq != seq:
        raise IntegrityError("transparency.line", f"record {seq} of the export is no record")
    return line


_DECODER: Final = msgspec.json.Decoder(Line)
