"""The work of ``bylaw account show``."""

from pathlib import Path

from bylaw.base.errors import NotFoundError
from bylaw.cli.action_view import action_told, actions_table, minute
from bylaw.cli.screen import out, print_json
from bylaw.enforcement import store
from bylaw.enforcement.following import KEPT
from bylaw.enforcement.machine import STANDING, is_gate
from bylaw.enforcement.model import State
from bylaw.enforcement.standing import Access, Strike, access_of
from bylaw.engine.recording import instant
from bylaw.records.folder import machine_clock
from bylaw.records.people import PEOPLE, alias_of
from bylaw.runtime.offices import open_record
from bylaw.runtime.profiles import Profiles


def print_account(data: Path, account: str, *, json: bool) -> None:
    """Print what an account may do and what stands against it; what it told of itself is not shown."""
    now = machine_clock()
    with open_record(data, writing=False) as reading:
        subject = reading.vault.known(PEOPLE, account)
        if subject is None:
            raise NotFoundError("account.unknown", "nothing is recorded of this account")
        person = alias_of(subject)
        with reading.records.reading() as core:
            found = store.actions(core, states=[*STANDING, State.AWAITING], person=person)
            standing = list(store.standing(core, KEPT, person))
        gates = [s.action for s in standing if is_gate(s.action)]
        strikes = [Strike(s.action, s.at) for s in standing if s.action.effect == "strike"]
        weight = sum(strike.weight for strike in strikes if strike.counts(now))
        customer = Profiles(reading.records, reading.archive).of(subject).customer
        told = [action_told(reading, stood) for stood in found]
    access = access_of(gates, now)
    if json:
        print_json(
            {
                "account": account,
                "access": {
                    "allowed": access.allowed,
                    "until": None if access.until is None else instant(access.until),
                    "restricted": access.restricted,
                    "per_hour": access.per_hour,
                },
                "weight": weight,
                "customer": customer or None,
                "actions": told,
            }
        )
        return
    out().print(_access(access), soft_wrap=True)
    out().print(f"strikes that count: {weight:,}")
    if customer:
        out().print(f"belongs to {customer}", soft_wrap=True)
    if told:
        out().print(actions_table("What stands", told))


def _access(access: Access) -> str:
    if not access.allowed:
        return "closed" + (f" until {minute(instant(access.until))}" if access.until else " for good")
    restricted = f", but not {', '.join(access.restricted)}" if access.restricted else ""
    slowed = f", {access.per_hour:,} times an hour at most" if access.per_hour else ""
    return f"open{restricted}{slowed}"
