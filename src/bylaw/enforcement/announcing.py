"""What the service hears of actions: the announcements of enforcement, for webhooks.

An account stands in them as its place among ``people``, which are the service's own ids when the call is made.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from bylaw.enforcement.model import APPROVED, DUE, RESOLVED, UNDONE, Action, Approved, Due, Resolved, Undone
from bylaw.notices.webhooks.announcing import Announcer
from bylaw.notices.webhooks.envelope import Announcement
from bylaw.records.fact import Row

TYPE: Final = "action.planned"


def _resolved(row: Row) -> Announcement | None:
    said = msgspec.json.decode(row.body, type=Resolved)
    actions = [action for action in said.actions if not action.awaiting and action.due is None]
    return _announced(row, actions, said.decision) if actions else None


def _approved(row: Row) -> Announcement | None:
    said = msgspec.json.decode(row.body, type=Approved)
    return _announced(row, [said.action]) if said.enough else None


def _undone(row: Row) -> Announcement | None:
    return _announced(row, msgspec.json.decode(row.body, type=Undone).inverses)


def _due(row: Row) -> Announcement | None:
    said = msgspec.json.decode(row.body, type=Due)
    return _announced(row, [said.action]) if said.later is None else None


ANNOUNCERS: Final[Mapping[str, Announcer]] = {
    RESOLVED: _resolved,
    APPROVED: _approved,
    UNDONE: _undone,
    DUE: _due,
}


def _announced(row: Row, actions: Sequence[Action], decision: str = "") -> Announcement:
    people = tuple(dict.fromkeys(action.person for action in actions if action.person))
    told = [
        {
            "action": action.action,
            "effect": action.effect,
            "argument": action.argument,
            "person": people.index(action.person) if action.person else None,
            "clauses": action.clauses,
            "rules": action.rules,
            "until": action.until,
            "undoes": action.undoes or None,
        }
        for action in actions
    ]
    data = {"actions": told, "decision": decision or None}
    return Announcement(
        type=TYPE,
        subject=people[0] if len(people) == 1 else decision or f"fact_{row.seq}",
        fact=row.seq,
        at=row.at,
        data=data,
        people=people,
    )
