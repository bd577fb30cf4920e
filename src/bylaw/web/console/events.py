"""Events as pages show them: what somebody wrote first, then what else they say."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from bylaw.events.event import Event
from bylaw.events.kinds import Kind

_KNOWN = frozenset({"id", "kind", "at"})  # told elsewhere on every page


class Field(NamedTuple):
    """A field of an event: its name, its value, and whether somebody wrote it."""

    name: str
    value: str
    written: bool


def fields_of(event: Event, kind: Kind | None) -> Iterator[Field]:
    """Yield what an event says."""
    told = msgspec.to_builtins(event)
    prose = {name for name, field in kind.fields.items() if field.text} if kind else set[str]()
    for name in sorted(told.keys() - _KNOWN, key=lambda one: (one not in prose, one)):
        value = told[name]
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield Field(name, text, name in prose)
