"""What a book gives to whoever decides by it, and how the record says that it came into force."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from bylaw.base.canonical import canonical_bytes, digest_of
from bylaw.base.errors import IntegrityError
from bylaw.engine.basis import Basis
from bylaw.engine.decision import SEMANTICS
from bylaw.engine.recording import Recorder
from bylaw.events.event import Event
from bylaw.events.kinds import Kind, kind_of
from bylaw.records.fact import Fact, Row

KIND = "book.activated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """A book, ready to be decided by. ``quotas``: effect → how often it may be planned in a day."""

    basis: Basis
    kinds: Mapping[str, Kind]
    quotas: Mapping[str, int]

    @property
    def activation(self) -> "Activation":
        """What the record says of the book when this program starts to decide by it."""
        versions = {
            signal.name: signal.version for table in self.basis.signals.values() for signal in table.values()
        }
        return Activation(book=self.basis.book, semantics=SEMANTICS, signals=digest_of(versions))

    def fitting(self, event: Event) -> Event | None:
        """Return an event of any book as this one knows it; nothing if it knows no such kind, or with other fields."""
        kind = self.kinds.get(kind_of(event))
        if kind is None or type(event) is kind.struct:
            return event if kind else None
        try:  # declared by both books, and so of another class in each
            return msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=kind.struct)
        except msgspec.ValidationError:
            return None

    def recorder(self, activation: int, semantics: int) -> Recorder:
        """Return what writes and reads events decided by this book."""
        return Recorder(self.basis, self.kinds.values(), activation, semantics)


class Activation(msgspec.Struct, frozen=True, kw_only=True):
    """From this fact on, what is decided is decided by this book.

    ``semantics`` names the meaning that decisions have, ``signals`` is the digest of the versions of all signals:
    a program that would decide otherwise than the one before it says so by a fact of its own.
    """

    book: str
    semantics: int
    signals: str

    def fact(self) -> Fact:
        """Return the fact."""
        return Fact(KIND, canonical_bytes(self))


def activation_of(row: Row) -> Activation:
    """Return what a row says.

    Raises:
        IntegrityError: the row is no activation of a book.
    """
    try:
        if row.kind == KIND:
            return msgspec.json.decode(row.body, type=Activation)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    raise IntegrityError("record.activation", f"the fact {row.seq} is no activation of a book")
