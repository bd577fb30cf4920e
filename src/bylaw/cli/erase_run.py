"""The work of ``bylaw erase``."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from bylaw.base.errors import InputError
from bylaw.base.spelling import did_you_mean
from bylaw.cli.person import people_of
from bylaw.cli.screen import following, out, print_json
from bylaw.records.holds.destroying import BOTH, Outcome
from bylaw.records.holds.model import Ground, Keys, Plan, State
from bylaw.records.people import alias_of
from bylaw.runtime.offices import Keeping, open_keeping

GROUNDS: Final = (Ground.REQUEST, Ground.MINOR, Ground.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What ``bylaw erase`` was asked."""

    people: tuple[str, ...]
    space: str
    ground: str
    plan: bool
    yes: bool


def erase_people(data: Path, asked: Erasure, *, json: bool) -> bool:
    """Destroy the keys of people, and say what became of each; tell whether nothing is left to be done."""
    if asked.ground not in GROUNDS:
        raise InputError(
            "erase.ground",
            f"nobody is erased because of `{asked.ground}`",
            hint=did_you_mean(asked.ground, GROUNDS),
        )
    with open_keeping(data) as kept:
        people = people_of(kept.vault, asked.people, asked.space)
        plans = _plans(kept, people)
        if asked.plan:
            _print_plans(plans, json=json)
            return True
        if not json:
            _print_plans(plans, json=False)
        _demand_sure(asked)
        ground = Ground(asked.ground)
        outcomes = [kept.destroy(Keys(alias_of(person), BOTH), ground) for person in people]
    _print(data, plans, outcomes, json=json)
    return all(outcome.state is not State.BEGUN for outcome in outcomes)


def _plans(kept: Keeping, people: Sequence[bytes]) -> list[Plan]:
    plans = []
    for number, person in enumerate(people, start=1):
        with following(f"looking for person {number} of {len(people)}") as progress:
            plans.append(kept.keeper.plan(person, progress))
    return plans


def _demand_sure(asked: Erasure) -> None:
    if asked.yes:
        return
    if not sys.stdin.isatty():
        raise InputError(
            "erase.unconfirmed",
            "what is destroyed cannot be brought back, and nobody is here to be asked",
            hint="look at it with --plan, then add --yes",
        )
    typer.confirm("Destroy for ever?", abort=True, err=True)


def _print_plans(plans: Sequence[Plan], *, json: bool) -> None:
    if json:
        print_json({"people": [_told(plan) for plan in plans]})
        return
    for number, plan in enumerate(plans, start=1):
        out().print(f"person {number}: {_records(plan.records)} name them", soft_wrap=True)
        if plan.suspended_by:
            out().print(f"    held as a whole by {', '.join(plan.suspended_by)}: goes when released")
        elif plan.preserved:
            holds = sorted({hold for holding in plan.preserved.values() for hold in holding})
            out().print(
                f"    {_records(len(plan.preserved))} of these kept by {', '.join(holds)}", soft_wrap=True
            )


def _print(data: Path, plans: Sequence[Plan], outcomes: Sequence[Outcome], *, json: bool) -> None:
    if json:
        told = [
            {**_told(plan), "state": outcome.state, "destruction": outcome.destruction}
            for plan, outcome in zip(plans, outcomes, strict=True)
        ]
        print_json({"people": told})
        return
    for number, outcome in enumerate(outcomes, start=1):
        out().print(f"person {number}: {_ending(data, outcome)}", soft_wrap=True)


def _ending(data: Path, outcome: Outcome) -> str:
    if outcome.state is State.SUSPENDED:
        return f"waits for the release of {', '.join(outcome.holds)} ({outcome.destruction})"
    if outcome.state is State.BEGUN:
        return (
            f"unreadable from now on, and not yet searched for in every file, as something reads them: "
            f"`bylaw hold replay --data {data}` finishes it ({outcome.destruction})"
        )
    return f"destroyed: the keys are in no file of the vault any more ({outcome.destruction})"


def _told(plan: Plan) -> dict[str, object]:
    holds = {hold for holding in plan.preserved.values() for hold in holding} | set(plan.suspended_by)
    return {
        "records": plan.records,
        "kept": plan.records if plan.suspended_by else len(plan.preserved),
        "holds": sorted(holds),
    }


def _records(count: int) -> str:
    return f"{count:,} record" if count == 1 else f"{count:,} records"
