"""Readings of private content as values: for what somebody may look, and what is kept of it (CLAUSES A24, P10, P18)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from bylaw.base.errors import InputError
from bylaw.records.holds.model import Spans

MIN_REASON: Final = 10  # characters: enough for a sentence, too many for a dot
MAX_REASON: Final = 10_000
MAX_OBJECTS: Final = 1_000  # ids in one reading
MAX_ID: Final = 128


class Purpose(StrEnum):
    """What private content is read for."""

    CASE = "case"
    APPEAL = "appeal"
    COMPLAINT = "complaint"
    QUALITY = "quality"
    PRIVACY_REQUEST = "privacy_request"
    LEGAL_PROCESS = "legal_process"
    EMERGENCY = "emergency"
    INVESTIGATION = "investigation"
    UPKEEP = "upkeep"


class Rule(NamedTuple):
    """What a purpose asks for: the id of what it belongs to, a reason in words."""

    of: str = ""  # what the ids begin with; empty: none needed
    reason: bool = False


RULES: Final[Mapping[Purpose, Rule]] = {
    Purpose.CASE: Rule(of="case_"),
    Purpose.APPEAL: Rule(of="appeal_"),
    Purpose.COMPLAINT: Rule(of="complaint_"),
    Purpose.QUALITY: Rule(of="case_"),
    Purpose.PRIVACY_REQUEST: Rule(reason=True),
    Purpose.LEGAL_PROCESS: Rule(reason=True),
    Purpose.EMERGENCY: Rule(reason=True),
    Purpose.INVESTIGATION: Rule(reason=True),
    Purpose.UPKEEP: Rule(reason=True),
}


class What(msgspec.Struct, frozen=True, kw_only=True):
    """What is read: records by number, other things by their ids, people by their random ids."""

    records: tuple[int, ...] = ()
    objects: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


class Read(msgspec.Struct, frozen=True, omit_defaults=True):
    """``content.read``. ``people`` are all whom it concerns; a reason is sealed."""

    staff: str
    purpose: Purpose
    records: Spans = ()
    objects: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


class Noted(NamedTuple):
    """A reading that was recorded, as fact ``seq``. ``reason`` is None where none was given, or it is gone."""

    seq: int
    at: int
    read: Read
    reason: str | None


def refuse_reading(what: What, purpose: Purpose, reason: str) -> None:
    """See to it that a reading says what it must.

    Raises:
        InputError: ``read.nothing``, ``read.object``, ``read.reason``.
    """
    rule = RULES[purpose]
    if not (what.records or what.objects or what.people):
        raise InputError("read.nothing", "a reading names what is read")
    if len(what.objects) > MAX_OBJECTS or any(not 0 < len(one) <= MAX_ID for one in what.objects):
        raise InputError("read.object", f"a reading names at most {MAX_OBJECTS:,} ids")
    if rule.of and not any(one.startswith(rule.of) for one in what.objects):
        raise InputError("read.object", f"reading for `{purpose}` names its `{rule.of}…`")
    least = MIN_REASON if rule.reason else 0
    if not least <= len(reason.strip()) <= MAX_REASON:
        needs = f"a reason of {MIN_REASON} to {MAX_REASON:,} characters" if least else "a shorter reason"
        raise InputError("read.reason", f"reading for `{purpose}` takes {needs}")
