"""What a query may name: what the record says in the open of a decision, and the event that it is about.

``decision`` is read without opening anything; ``event`` has the fields of the kinds that a query is about, and is read
only by whoever says what for.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec import UNSET

from bylaw.book.sanctions import is_below
from bylaw.engine.environment import environment_for
from bylaw.engine.functions import FUNCTIONS
from bylaw.engine.outcome import outcome_of
from bylaw.engine.recording import Body
from bylaw.events.kinds import Kind
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.functions import function
from bylaw.rules.cel.types import (
    BOOL,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    Field,
    ObjectType,
    Type,
    list_of,
)
from bylaw.rules.cel.values import Timestamp
from bylaw.signals.signal import Lists

NAMES: Final = list_of(STRING)
DECISION: Final = ObjectType(
    "decision",
    {
        "kind": Field(STRING),
        "at": Field(TIMESTAMP),
        "recorded": Field(TIMESTAMP),
        "seq": Field(INT),
        "outcome": Field(STRING),
        "rules": Field(NAMES),
        "shadow": Field(NAMES),
        "clauses": Field(NAMES),
        "effects": Field(NAMES),
        "degraded": Field(BOOL),
        "account": Field(STRING, optional=True, personal=True),
        "accounts": Field(NAMES, personal=True),
    },
)
DOCS: Final[Mapping[str, str]] = {
    "kind": "of the event",
    "at": "when the event happened",
    "recorded": "when it was decided",
    "seq": "the number of the fact",
    "outcome": "what became of the thing: allow, warn, reduce, hold, remove, refuse",
    "rules": "that matched and count",
    "shadow": "rules in shadow that matched",
    "clauses": "that are cited",
    "effects": "that are planned",
    "degraded": "whether something failed",
    "account": "the first that the event names, by your own id",
    "accounts": "all that the event names, by your own ids",
}


def _under(clauses: Sequence[str], clause: str) -> bool:
    return any(is_below(one, clause) for one in clauses)


UNDER: Final = function(
    "under",
    [NAMES, STRING],
    BOOL,
    _under,
    receiver=True,
    personal="never",
    doc="Whether one of the clauses is this one or stands below it.",
)


class Envelope:
    """A decision as a query sees it. ``name`` tells the service's own id of an account, empty if it was forgotten."""

    __slots__ = ("_body", "_name", "_recorded", "seq")

    def __init__(self, seq: int, recorded: int, body: Body, name: Callable[[str], str]) -> None:
        self.seq = seq
        self._recorded, self._body, self._name = recorded, body, name

    def __getattr__(self, field: str) -> Any:  # noqa: ANN401 - of whatever type the table above says
        return getattr(self._body, field)

    @property
    def at(self) -> Timestamp:
        """See ``DOCS``."""
        return Timestamp(self._body.at * 1_000)

    @property
    def recorded(self) -> Timestamp:
        """See ``DOCS``."""
        return Timestamp(self._recorded * 1_000)

    @property
    def outcome(self) -> str:
        """See ``DOCS``."""
        return outcome_of(self._body.effects).value

    @property
    def account(self) -> Any:  # noqa: ANN401 - or absent
        """See ``DOCS``."""
        return (self._body.people and self._name(self._body.people[0])) or UNSET

    @property
    def accounts(self) -> list[str]:
        """See ``DOCS``."""
        return [name for name in map(self._name, self._body.people) if name]


def environment_of(kinds: Iterable[Kind], lists: Lists) -> Environment:
    """Return what a query about events of some kinds may name."""
    return Environment(
        variables={
            "decision": DECISION,
            "event": _event(tuple(kinds)),
            "lists": ObjectType("lists", {name: Field(NAMES) for name in lists}),
            "now": TIMESTAMP,
        },
        functions=(*FUNCTIONS, UNDER),
    )


def _event(kinds: Sequence[Kind]) -> ObjectType:
    """Return the fields of events of several kinds: one that only some have may be absent."""
    types = [_fields(kind) for kind in kinds]
    names = dict.fromkeys(name for fields in types for name in fields)
    joined = {
        name: _joined([fields[name] for fields in types if name in fields], len(types)) for name in names
    }
    return ObjectType(kinds[0].name if len(kinds) == 1 else "event", joined)


def _fields(kind: Kind) -> Mapping[str, Field]:
    event = environment_for(kind, {}).variables["event"]
    return event.fields if isinstance(event, ObjectType) else {}


def _joined(fields: Sequence[Field], of: int) -> Field:
    kind: Type = fields[0].type if len({str(field.type) for field in fields}) == 1 else DYN
    absent = len(fields) < of or any(field.optional for field in fields)
    return Field(kind, optional=absent, personal=any(field.personal for field in fields))
