"""The work of ``bylaw hold release``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bylaw.base.errors import InputError
from bylaw.cli.asking import print_asked
from bylaw.cli.hold_place import reason_of
from bylaw.cli.screen import out, print_json
from bylaw.records.holds.destroying import Outcome
from bylaw.records.holds.keeper import refuse_reason
from bylaw.records.holds.model import State
from bylaw.runtime.offices import open_keeping
from bylaw.runtime.staffing import roles_in_force
from bylaw.staff.second import Second
from bylaw.staff.steps import Asked, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Letting:
    """What ``bylaw hold release`` was asked."""

    hold: str
    reason: str
    by: str
    approve: str


def release_hold(data: Path, asked: Letting, *, json: bool) -> None:
    """Release a hold, and say what was completed by it; or ask for it, where that takes another person."""
    reason = reason_of(asked.reason)
    with open_keeping(data) as kept:
        second = Second(kept.records, kept.vault, roles_in_force(kept))
        if asked.approve:
            found = second.agreeing(asked.approve, Verb.RELEASE, asked.by)
            if found.asked.hold != asked.hold:
                raise InputError("step.verb", f"`{asked.approve}` asks for the release of another hold")
            reason = second.reason(found) or reason
            second.agree(found, asked.by)
        elif kept.keeper.is_last(asked.hold):
            refuse_reason(reason)
            step = second.ask(Asked(step="", verb=Verb.RELEASE, by=asked.by, hold=asked.hold), reason)
            if not step.asked.alone:
                print_asked(step, f"bylaw hold release {asked.hold} --data {data}", json=json)
                return
        outcomes = kept.release(asked.hold, reason)
    _print(data, asked.hold, outcomes, json=json)


def _print(data: Path, hold: str, outcomes: Sequence[Outcome], *, json: bool) -> None:
    done = sum(outcome.state is State.DONE for outcome in outcomes)
    if json:
        print_json({"hold": hold, "destroyed": done, "unfinished": len(outcomes) - done})
        return
    out().print(f"{hold}: released; destructions that waited for it: {done} done", soft_wrap=True)
    if done < len(outcomes):
        out().print(f"{len(outcomes) - done} are not finished: `bylaw hold replay --data {data}` goes on")
