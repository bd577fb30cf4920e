"""A statement of reasons as a value: everything that somebody must be told about what was done to them.

It is whole in itself: clauses stand in it with their text in the version that was in force, so that telling it later
needs nothing but a template. It may hold personal data, and is sealed under the key of the person whom it is for.

SOURCE: Regulation (EU) 2022/2065, Article 17(3).
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from bylaw.base.errors import InputError
from bylaw.book.outgoing import Notices
from bylaw.book.phrases import built_in
from bylaw.book.templates import Kind
from bylaw.engine.decision import Citation
from bylaw.policy.library import Library

MAX_TEXT: Final = 20_000  # characters of one field
MAX_CLAUSES: Final = 50
MAX_BYTES: Final = 1 << 19  # of a statement, encoded

Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Micros = int  # microseconds since 1970, UTC


class Source(StrEnum):
    """How the operator came to know (Article 17(3)(b))."""

    OWN = "own"
    NOTICE = "notice"
    TRUSTED_FLAGGER = "trusted_flagger"
    COMPLAINT = "complaint"
    ORDER = "order"


class Decided(StrEnum):
    """By whom it was decided (Article 17(3)(c))."""

    FULLY = "fully"  # by automated means
    PARTIALLY = "partially"
    PERSON = "person"


class Ground(StrEnum):
    """Whether it is against the terms or against the law (Article 17(3)(d) and (e))."""

    CONTRACT = "contract"
    LAW = "law"


class Cited(msgspec.Struct, frozen=True, kw_only=True):
    """A clause as it read in the version in force. ``version`` is the day since when that one is in force."""

    document: Text
    version: str
    clause: str
    text: Text


class Done(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done: an effect (or ``none``, ``quarantine``), and its argument in words."""

    effect: str
    value: Text = ""


BY_OTHERS: Final = "reported"  # what an event is called to whom somebody else reported


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """An event that rules found: told by its kind, its day and the rules where nobody has put it into words."""

    kind: str
    at: Micros
    rules: tuple[str, ...]


class Redress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where to object (a link or an address), until which day, and who settles disputes out of court."""

    to: Text
    until: str
    bodies: tuple[Text, ...] = ()


class Statement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody is to be told.

    ``action`` and ``decision`` are ids. ``thing`` (what it is about) and ``facts`` are in the words of a person, and in the
    language of whom it is for; without them ``event`` is told in the phrases of that language. ``why`` is why the facts break the clause, in good faith, as it was thought when
    it was decided (A28). ``regions`` empty: everywhere. ``until`` none: no end is set. ``follows``: the notice on whose
    page this stands, where that is not its own.
    """

    kind: Kind = Kind.STATEMENT
    action: str
    decision: str
    thing: Text = ""
    facts: Text = ""
    event: Happened | None = None
    done: tuple[Done, ...]
    clauses: Annotated[tuple[Cited, ...], msgspec.Meta(max_length=MAX_CLAUSES)] = ()
    ground: Ground = Ground.CONTRACT
    law: Text = ""
    why: Text = ""
    source: Source
    found_by_machine: bool
    decided: Decided
    regions: tuple[str, ...] = ()
    since: Micros
    until: Micros | None = None
    redress: Redress
    received: Micros | None = None  # when whoever complained or objected did
    follows: str = ""


_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DECODER: Final = msgspec.json.Decoder(Statement)


def encode(statement: Statement) -> bytes:
    """Return a statement's bytes: the same for equal statements.

    Raises:
        InputError: a part is missing, or it is too long.
    """
    needed = ("action", "decision") if statement.event else ("action", "decision", "thing", "facts")
    missing = [name for name in needed if not getattr(statement, name).strip()]
    if not statement.clauses and statement.kind is Kind.STATEMENT:
        missing.append("clauses")
    if not statement.done or missing:
        said = ", ".join(f"`{name}`" for name in missing) or "`done`"
        raise InputError("notice.incomplete", f"a statement of reasons without {said}")
    if unknown := [
        done.effect for done in statement.done if f"action.{done.effect}" not in built_in("en").by_name
    ]:
        raise InputError("notice.effect", f"there are no words for `{unknown[0]}`")
    if statement.ground is Ground.LAW and not statement.law:
        raise InputError("notice.incomplete", "it is against the law, and which law is not said")
    data = _ENCODER.encode(statement)
    if len(data) > MAX_BYTES:
        raise InputError("notice.size", f"a statement of more than {MAX_BYTES >> 10} KiB")
    try:
        _DECODER.decode(data)  # which is what looks at the lengths of fields
    except msgspec.ValidationError as error:
        raise InputError("notice.size", str(error)[:1].lower() + str(error)[1:]) from None
    return data


def decode(data: bytes) -> Statement:
    """Return the statement that bytes hold."""
    return _DECODER.decode(data)


def cited(library: Library, citations: Iterable[Citation]) -> tuple[Cited, ...]:
    """Return clauses with their text in the version that a decision cites."""
    found = []
    for citation in citations:
        begun = datetime.combine(date.fromisoformat(citation.version), datetime.min.time(), UTC)
        there = library.cite(citation.clause, begun)
        if there is not None:
            found.append(
                Cited(
                    document=there.document.title,
                    version=citation.version,
                    clause=citation.clause,
                    text=there.document.in_full(citation.clause),
                )
            )
    return tuple(found)


def redress(notices: Notices, fallback: str, told: Micros) -> Redress:
    """Return how to object to something told at an instant, as the book says; ``fallback`` is where, if it does not."""
    day = datetime.fromtimestamp(told // 1_000_000, UTC).date() + timedelta(days=notices.appeal_days)
    return Redress(to=notices.appeal or fallback, until=day.isoformat(), bodies=notices.bodies)
