"""The work of ``bylaw erase``."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from bylaw.base.errors import InputError
from bylaw.base.spelling import did_you_mean
from bylaw.cli.asking import print_asked
from bylaw.cli.person import people_of
from bylaw.cli.screen import following, out, print_json
from bylaw.records.holds.destroying import BOTH, Outcome
from bylaw.records.holds.model import Ground, Keys, Plan, State
from bylaw.records.people import alias_of, subject_of
from bylaw.runtime.offices import Keeping, open_keeping
from bylaw.runtime.staffing import roles_in_force
from bylaw.staff.second import Second
from bylaw.staff.steps import Asked, Step, Verb

GROUNDS: Final = (Ground.REQUEST, Ground.MINOR, Ground.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What ``bylaw erase`` was asked."""

    people: tuple[str, ...]
    space: str
    ground: str
    by: str
    approve: str
    plan: bool
    yes: bool


def erase_people(data: Path, asked: Erasure, *, json: bool) -> bool:
    """Destroy the keys of people, and say what became of each; tell whether nothing is left to be done.

    Where somebody works here it is only asked for, unless somebody else did before.
    """
    _refuse(asked)
    with open_keeping(data) as kept:
        second = Second(kept.records, kept.vault, roles_in_force(kept))
        found = second.agreeing(asked.approve, Verb.ERASE, asked.by) if asked.approve else None
        people = _people(kept, asked, found)
        plans = _plans(kept, people)
        if asked.plan or not json:
            _print_plans(plans, json=json)
        if asked.plan:
            return True
        if found is None and not second.alone:
            step = second.ask(_step(asked, people))
            print_asked(step, f"bylaw erase --data {data}", json=json)
            return True
        _demand_sure(asked)
        if found is None:
            found = second.ask(_step(asked, people))
        else:
            second.agree(found, asked.by)
        ground = Ground(found.asked.ground)
        outcomes = [kept.destroy(Keys(alias_of(person), BOTH), ground) for person in people]
    _print(data, plans, outcomes, json=json)
    return all(outcome.state is not State.BEGUN for outcome in outcomes)


def _refuse(asked: Erasure) -> None:
    if bool(asked.people) == bool(asked.approve):
        hint = "give --person to ask for it, or --approve to agree to what somebody asked for"
        raise InputError("erase.whom", "nobody is named, or twice", hint=hint)
    if asked.ground not in GROUNDS:
        raise InputError(
            "erase.ground",
            f"nobody is erased because of `{asked.ground}`",
            hint=did_you_mean(asked.ground, GROUNDS),
        )


def _people(kept: Keeping, asked: Erasure, found: Step | None) -> list[bytes]:
    if found is not None:
        return [subject_of(alias) for alias in found.asked.subjects]
    return people_of(kept.vault, asked.people, asked.space)


def _step(asked: Erasure, people: Sequence[bytes]) -> Asked:
    return Asked(
        step="",
        verb=Verb.ERASE,
        by=asked.by,
        subjects=tuple(map(alias_of, people)),
        ground=asked.ground,
    )


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
