"""The work of ``bylaw action``: actions shown, agreed to, refused, taken back."""

from datetime import datetime
from pathlib import Path
from typing import Any

from bylaw.base.errors import InputError
from bylaw.base.spelling import did_you_mean
from bylaw.cli.enforcing import acting, enforcing, worded
from bylaw.cli.screen import out, print_json, table
from bylaw.enforcement import store
from bylaw.enforcement.model import Action, State
from bylaw.enforcement.store import Stood
from bylaw.engine.recording import instant
from bylaw.records.people import PEOPLE, alias_of, named
from bylaw.runtime.offices import Reading, open_record

COLUMNS = ("action", "effect", "account", "state", "by", "clauses", "when")


def print_actions(
    data: Path, states: tuple[str, ...], account: str, rule: str, limit: int, *, json: bool
) -> None:
    """Print actions, the newest first."""
    wanted = [_state(state) for state in states]
    with open_record(data, writing=False) as reading:
        subject = reading.vault.known(PEOPLE, account) if account else None
        found: list[Stood] = []
        if subject or not account:
            person = alias_of(subject) if subject else ""
            with reading.records.reading() as core:
                found = store.actions(core, states=wanted, person=person, rule=rule, limit=limit)
        told = [action_told(reading, stood) for stood in found]
    if json:
        print_json(told)
        return
    if not told:
        out().print("no action")
        return
    out().print(actions_table("Actions", told))


def print_action(data: Path, action: str, *, json: bool) -> None:
    """Print an action."""
    with open_record(data, writing=False) as reading:
        with reading.records.reading() as core:
            stood, agreed = store.action_of(core, action), store.approvals(core, action)
        told = {**action_told(reading, stood), "approvals": agreed}
    if json:
        print_json(told)
        return
    rows = [(name, _cell(value)) for name, value in told.items() if value not in (None, "", (), [])]
    out().print(table(action, ("", ""), rows, numbers=0))


def approve_action(data: Path, action: str, by: str, *, json: bool) -> None:
    """Agree to an action, and say where it stands."""
    with enforcing(data) as kept:
        kept.enforcement.approve(action, acting(kept, by))
        _print_state(kept.enforcement.find(action), json=json)


def refuse_action(data: Path, action: str, by: str, *, json: bool) -> None:
    """Refuse an action, and say where it stands."""
    with enforcing(data) as kept:
        kept.enforcement.refuse(action, acting(kept, by))
        _print_state(kept.enforcement.find(action), json=json)


def undo_action(data: Path, action: str, reason: str, by: str, *, json: bool) -> None:
    """Take an action back, and say what was."""
    reason = worded(reason)
    with enforcing(data) as kept:
        done = kept.enforcement.undo(action, acting(kept, by), reason)
    if json:
        print_json({"undone": done.undone})
        return
    more = len(done.undone) - 1
    out().print(f"{action}: taken back" + (f", and {more} that had followed from it" if more else ""))


def action_told(reading: Reading, stood: Stood) -> dict[str, Any]:
    """Return an action as JSON shows it."""
    action = stood.action
    return {
        "action": action.action,
        "state": stood.state,
        "effect": action.effect,
        "argument": action.argument,
        "account": named(reading.vault, action.person) or None,
        "clauses": action.clauses,
        "rules": action.rules,
        "decision": stood.decision or None,
        "by": stood.by or None,
        "at": instant(stood.at),
        "moved": instant(stood.moved),
        "until": None if action.until is None else instant(action.until),
        "due": None if action.due is None else instant(action.due),
        "undoes": action.undoes or None,
        "answering": action.answering or None,
        "code": stood.code or None,
        "seq": stood.seq,
    }


def actions_table(title: str, told: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - rich's
    """Return a table of actions."""
    rows = [
        (
            one["action"],
            effect(one["effect"], one["argument"]),
            one["account"] or "–",
            one["state"],
            one["by"] or ", ".join(one["rules"]),
            ", ".join(one["clauses"]),
            minute(one["at"]),
        )
        for one in told
    ]
    return table(title, COLUMNS, rows, numbers=0)


def effect(name: str, argument: Action | object) -> str:
    """Return an effect and what goes with it."""
    if argument is None:
        return name
    return f"{name} {', '.join(argument) if isinstance(argument, tuple) else argument}"


def minute(at: datetime) -> str:
    """Return an instant to the minute."""
    return f"{at:%Y-%m-%d %H:%MZ}"


def _cell(value: Any) -> str:  # noqa: ANN401 - of any field
    if isinstance(value, datetime):
        return minute(value)
    return ", ".join(value) if isinstance(value, tuple | list) else str(value)


def _print_state(stood: Stood, *, json: bool) -> None:
    if json:
        print_json({"action": stood.action.action, "state": stood.state})
        return
    waits = ": somebody else must agree, too" if stood.state is State.AWAITING else ""
    out().print(f"{stood.action.action} is {stood.state}{waits}", soft_wrap=True)


def _state(state: str) -> State:
    try:
        return State(state)
    except ValueError:
        hint = did_you_mean(state, list(State)) or f"one of {', '.join(State)}"
        raise InputError("action.state", f"no action is ever `{state}`", hint=hint) from None
