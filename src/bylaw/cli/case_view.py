"""The work of ``bylaw case``: cases and queues shown."""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from bylaw.cases import store
from bylaw.cases.store import CaseAt, Sought
from bylaw.cli.screen import out, print_json, table
from bylaw.engine.recording import instant
from bylaw.records.people import PEOPLE, alias_of, named
from bylaw.runtime.offices import Reading, open_record

COLUMNS = ("case", "queue", "account", "state", "priority", "items", "clauses", "raised", "due")


def print_cases(data: Path, sought: Sought, account: str, limit: int, *, json: bool) -> None:
    """Print cases in the order of work."""
    with open_record(data, writing=False) as reading:
        subject = reading.vault.known(PEOPLE, account) if account else None
        found: list[CaseAt] = []
        if subject or not account:
            person = alias_of(subject) if subject else ""
            with reading.records.reading() as core:
                found = store.find(core, msgspec.structs.replace(sought, person=person), limit=limit)
        told = [case_told(reading, case) for case in found]
    if json:
        print_json(told)
    elif not told:
        out().print("no case")
    else:
        rows = [tuple(_cell(case[name]) for name in COLUMNS) for case in told]
        out().print(table("Cases", COLUMNS, rows, numbers=0))


def print_queues(data: Path, *, json: bool) -> None:
    """Print what waits, by queue."""
    with open_record(data, writing=False) as reading, reading.records.reading() as core:
        found = store.queues(core)
    told = [{**one._asdict(), "oldest": instant(one.oldest)} for one in found]
    if json:
        print_json(told)
    elif not told:
        out().print("nothing waits")
    else:
        columns = tuple(told[0])
        rows = [tuple(_cell(one[name]) for name in columns) for one in told]
        out().print(table("Queues", columns, rows, numbers=0))


def print_case(data: Path, case: str, *, json: bool) -> None:
    """Print a case."""
    with open_record(data, writing=False) as reading:
        with reading.records.reading() as core:
            found = store.case_of(core, case)
            items, history = store.items(core, case), store.history(core, case)
        told = case_told(reading, found)
    told["things"] = [
        {"what": item.what, "event": item.event, "decision": item.decision, "rules": item.rules}
        for item in items
    ]
    told["history"] = [{"what": one.kind, "by": one.by, "at": instant(one.at)} for one in history]
    if json:
        print_json(told)
        return
    rows = [(name, _cell(value)) for name, value in told.items() if value not in (None, "", (), [])]
    out().print(table(case, ("", ""), rows, numbers=0))


def case_told(reading: Reading, case: CaseAt) -> dict[str, Any]:
    """Return a case as it is told, with the account as the service names it."""
    severity, confidence, reach, reporter = (one / 1000 for one in case.weight)
    return {
        "case": case.case,
        "queue": case.queue,
        "what": case.what,
        "account": named(reading.vault, case.person) or None,
        "state": case.state,
        "by": case.by,
        "priority": round(case.weight.priority / 1_000_000, 3),
        "factors": f"severity {severity} × confidence {confidence} × reach {reach} × reporters {reporter}",
        "items": case.items,
        "reports": case.reports,
        "clauses": case.clauses,
        "rules": case.rules,
        "raised": instant(case.raised),
        "due": instant(case.due) if case.due else None,
        "late": ("", "nearly", "over")[case.late],
        "outcome": case.outcome,
    }


def _cell(value: Any) -> str:  # noqa: ANN401 - any value that is told
    if isinstance(value, list | tuple):
        return "\n".join(map(_cell, value))
    if isinstance(value, dict):
        return " ".join(_cell(one) for one in value.values() if one)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%MZ}"
    return "" if value is None else str(value)
