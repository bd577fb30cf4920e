"""Whom an event names, and the same event under other names.

The record keeps random ids in the place of those that a service gives to people: who destroys the link
between the two destroys what an event tells of a person, and the rest of the record stays.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec
from msgspec import UNSET

from bylaw.events.event import Event
from bylaw.events.kinds import names_of_people

OWNERS = ("actor", "reporter", "account")  # whose data an event is: the first of these that it names

_E = TypeVar("_E", bound=Event)


def people_in(event: Event) -> Iterable[str]:
    """Yield the ids of people that an event names, as often as it does."""
    for field in names_of_people(type(event)):
        value = getattr(event, field)
        if value is UNSET:
            continue
        if isinstance(value, list):
            yield from value
        else:
            yield value


def owner_of(event: Event) -> str | None:
    """Return the id of the person whose data an event is; nothing, where it names nobody who acted."""
    for field in OWNERS:
        value = getattr(event, field, UNSET)
        if value is not UNSET:
            return str(value)
    return None


def answerable(event: Event) -> tuple[str | None, str | None]:
    """Return who answers for an event, and the customer to whom that account belongs, if it is another one.

    It is who acted; of a report, who was reported; else the customer itself.
    """
    doer = "target" if hasattr(event, "reporter") else "actor"
    who, customer = (getattr(event, field, UNSET) for field in (doer, "account"))
    if who is UNSET:
        return (None if customer is UNSET else str(customer)), None
    return str(who), None if customer is UNSET or customer == who else str(customer)


def renamed(event: _E, name: Callable[[str], str]) -> _E:
    """Return the event with another name for every id of a person."""
    changes = {}
    for field in names_of_people(type(event)):
        value = getattr(event, field)
        if value is not UNSET:
            changes[field] = [name(one) for one in value] if isinstance(value, list) else name(value)
    return msgspec.structs.replace(event, **changes) if changes else event
