"""Notices as values, and what the facts about them say in the open: random ids and nothing personal.

What somebody is told (the statement) is sealed under the key of whom it is for, and so is why somebody is not told.
Instants are microseconds since 1970, UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from bylaw.book.templates import Kind

PLANNED: Final = "notice.planned"
SUPPRESSED: Final = "notice.suppressed"
RELEASED: Final = "notice.released"
GATHERED: Final = "notice.gathered"
SENT: Final = "notice.sent"
UNREACHABLE: Final = "notice.unreachable"
FAILED: Final = "notice.failed"
DELIVERED: Final = "notice.delivered"
BOUNCED: Final = "notice.bounced"
REPEATED: Final = "notice.repeated"

MAX_REFERENCE: Final = 200  # characters
MAX_REASON: Final = 10_000


class State(StrEnum):
    """Of a notice."""

    PLANNED = "planned"
    GATHERED = "gathered"  # it is part of a message that is on its way out
    SENT = "sent"  # the mail server has taken it
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"  # no server takes it
    SUPPRESSED = "suppressed"


class Ground(StrEnum):
    """Why somebody is not told."""

    NO_CONTACT = "no_contact"
    DECEPTIVE_COMMERCIAL = "deceptive_commercial"
    AUTHORITY_ORDER = "authority_order"
    SECRECY_ORDER = "secrecy_order"
    INVESTIGATION = "investigation"
    SAFETY = "safety"
    TERMS = "terms"


@dataclass(frozen=True, slots=True)
class GroundRow:
    """A ground, its source, and whether it names something: an order, a demand."""

    doc: str
    source: str
    refers: bool = False


GROUNDS: Final[Mapping[Ground, GroundRow]] = {
    Ground.NO_CONTACT: GroundRow("no address is known", "Regulation (EU) 2022/2065, Article 17(2)"),
    Ground.DECEPTIVE_COMMERCIAL: GroundRow(
        "deceptive commercial content in high volume", "Regulation (EU) 2022/2065, Article 17(2)"
    ),
    Ground.AUTHORITY_ORDER: GroundRow(
        "an authority ordered it, and tells the person or has us tell them otherwise",
        "Regulation (EU) 2022/2065, Articles 9(5) and 17(5)",
        refers=True,
    ),
    Ground.SECRECY_ORDER: GroundRow(
        "a court forbids it, or allows to tell later", "18 U.S.C. § 2705", refers=True
    ),
    Ground.INVESTIGATION: GroundRow(
        "an investigation under legal process would be harmed", "CLAUSES A25, A39", refers=True
    ),
    Ground.SAFETY: GroundRow("telling would put a person, or a child, in danger", "CLAUSES A39"),
    Ground.TERMS: GroundRow("the terms allow it, and no law asks for a notice", "CLAUSES A39"),
}


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """``notice.planned``. ``due``: when it is told at the latest, with what else has come together by then."""

    notice: str
    people: tuple[str, ...]  # whom it is for, alone
    action: str
    decision: str
    told: Kind
    clauses: tuple[str, ...]
    size: int  # bytes of the statement
    due: int


class Suppressed(msgspec.Struct, frozen=True, kw_only=True):
    """``notice.suppressed``. ``reference`` names an order or a demand by its id."""

    notice: str
    people: tuple[str, ...]
    ground: Ground
    reference: str = ""


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """``notice.released``: what stood in the way is over. ``notice.repeated``: it is told again."""

    notice: str
    people: tuple[str, ...]
    due: int


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """``notice.gathered``: notices became one message, worded by a book, to be brought ``by`` mail or by a webhook."""

    message: str
    people: tuple[str, ...]
    notices: tuple[str, ...]
    book: str
    by: str


class Became(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message: sent, unreachable, failed, delivered, bounced. ``code`` is a status (RFC 3463)."""

    message: str
    people: tuple[str, ...]
    code: str = ""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice as it stands. ``planned`` is the number of the fact that holds the statement."""

    id: str
    person: bytes
    action: str
    decision: str
    told: Kind
    state: State
    size: int
    planned: int
    due: int
    message: str = ""
    ground: Ground | None = None
    code: str = ""


class MessageAt(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it stands: its notices in order, and the book that words it. ``made``: when."""

    id: str
    person: bytes
    book: str
    made: int
    notices: tuple[Notice, ...]
