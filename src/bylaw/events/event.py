"""What every event has, and the marks a field may carry.

An event is one thing that happened on the service: a frozen struct, one class a kind, flat in JSON. A
field that may be absent is ``T | UnsetType = UNSET``; absent and empty are different things. Lists and
maps inside an event are never changed after it was made. This room knows nothing of rules.
"""

from datetime import datetime
from enum import Enum
from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType


class Mark(Enum):
    """A property of a field, carried in its annotation."""

    PERSONAL = "personal data, or something a person wrote"
    TEXT = "prose, which text rules and text signals look at"
    PERSON = "names a person or an account, by the id that the service gave it"


PERSONAL: Final = Mark.PERSONAL
TEXT: Final = Mark.TEXT
PERSON: Final = Mark.PERSON

MAX_ID = 256  # characters of an id
_INT64 = 2**63  # the integers that rules reckon with

Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID)]
PersonalId = Annotated[str, PERSONAL, PERSON, Meta(min_length=1, max_length=MAX_ID)]
Personal = Annotated[str, PERSONAL]
Text = Annotated[str, PERSONAL, TEXT]
PersonalList = Annotated[list[str], PERSONAL]
PersonalIds = Annotated[list[str], PERSONAL, PERSON]
Int = Annotated[int, Meta(ge=-_INT64, le=_INT64 - 1)]
Count = Annotated[int, Meta(ge=0, le=_INT64 - 1)]
Timestamp = Annotated[datetime, Meta(tz=True)]


class Event(
    Struct,
    frozen=True,
    kw_only=True,
    tag_field="kind",
    forbid_unknown_fields=True,
    omit_defaults=True,
    gc=False,  # an event holds no reference to another, so no cycle can pass through it
):
    """One thing that happened.

    ``id`` names the event once and for all: the same id twice is the same event. ``at`` is when it
    happened, in UTC. ``actor`` is the account that did it, ``account`` the customer it belongs to.
    """

    id: Id
    at: Timestamp
    actor: PersonalId | UnsetType = UNSET
    account: PersonalId | UnsetType = UNSET
