"""The fold of what is raised: cases begun, and what joins one that waits already. Many at once: a wave is one commit."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.cases.machine import Weight, accuracy, case_of, place_of, precision
from bylaw.cases.model import WHOLE, Raised, State, What
from bylaw.cases.tables import BARRED, CASES, CLAUSES, FIGURES, ITEMS, PEOPLE, PLACES, RULES
from bylaw.cases.timing import time
from bylaw.records.fact import Row
from bylaw.records.projecting import Transaction

AT_ONCE: Final = 500  # names looked up in one statement
MAX_LISTED: Final = 50  # clauses, and rules, that a case tells; its items tell all of them
RULE: Final = "rule"
CLAUSE: Final = "clause"
REPORTER: Final = "reporter"

_DECODE: Final = msgspec.json.Decoder(Raised).decode

Figures = Mapping[tuple[str, str], tuple[int, int]]  # right and wrong, by what and name


class _Joined(NamedTuple):
    """A fact, what it says, and the case that it is part of."""

    row: Row
    raised: Raised
    case: str


def join(tx: Transaction, rows: Sequence[Row]) -> None:
    """Fold what is raised."""
    read = [(row, _DECODE(row.body)) for row in rows]
    there, known = _there(tx, {place_of(raised) for _, raised in read})
    figures = _figures(tx, [raised for _, raised in read])
    begun: dict[str, dict[str, object]] = {}
    changed: dict[str, dict[str, object]] = {}
    joined: list[_Joined] = []
    for row, raised in read:
        place, weight = place_of(raised), weight_of(raised, figures)
        case = there.get(place)
        if case is None:
            case = there[place] = case_of(raised)
            begun[case] = _begun(row, raised, case, weight)
        else:
            values = begun.get(case) or changed.get(case) or known[case]
            (begun if case in begun else changed)[case] = _grown(values, raised, weight)
        joined.append(_Joined(row, raised, case))
    _write(tx, begun, changed)
    _index(tx, joined, set(begun))
    for row, raised, case in joined:
        if begun.get(case, {}).get("seq") == row.seq:
            time(tx, row, case, raised.warn, 0)


def weight_of(raised: Raised, figures: Figures) -> Weight:
    """Return what something weighs by itself, as far as those who say so were right before."""
    told = [precision(*figures.get((RULE, rule), (0, 0))) for rule in raised.rules]
    trust = max(told, default=precision(0, 0))
    reporter = accuracy(*figures.get((REPORTER, raised.reporter), (0, 0))) if raised.reporter else WHOLE
    factors = raised.factors
    return Weight(factors.severity, factors.confidence * trust // WHOLE, factors.reach, reporter)


def _there(tx: Transaction, places: Iterable[str]) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """Return the cases that wait at places: their ids by place, and what they are by id."""
    there: dict[str, str] = {}
    known: dict[str, dict[str, Any]] = {}
    for some in _parts(sorted(places)):
        query = sa.select(PLACES.c.place.label("at_place"), CASES).join(CASES, CASES.c.case == PLACES.c.case)
        for row in tx.execute(query.where(PLACES.c.place.in_(some))):
            values = dict(row._mapping)  # noqa: SLF001 - that is how a row tells its columns
            there[values.pop("at_place")] = row.case
            known[row.case] = values
    return there, known


def _figures(tx: Transaction, raised: Sequence[Raised]) -> Figures:
    named = {
        RULE: {rule for one in raised for rule in one.rules},
        REPORTER: {one.reporter for one in raised if one.reporter},
    }
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for what, names in named.items():
        for some in _parts(sorted(names)):
            query = sa.select(FIGURES).where(FIGURES.c.what == what, FIGURES.c.name.in_(some))
            found |= {(what, row.name): (row.right, row.wrong) for row in tx.execute(query)}
    return found


def _begun(row: Row, raised: Raised, case: str, weight: Weight) -> dict[str, object]:
    return {
        "case": case,
        "queue": raised.queue,
        "state": State.OPEN.value,
        "waiting": 1,
        "rank": -weight.priority,
        "what": raised.what.value,
        "place": place_of(raised),
        "person": raised.person,
        "customer": raised.customer,
        "about": raised.about,
        "by": "",
        "until": 0,
        **weight._asdict(),
        "items": 1,
        "reports": int(raised.what is What.COMPLAINT),
        "seq": row.seq,
        "raised": raised.at,
        "latest": raised.at,
        "due": raised.until,
        "warn": raised.warn,
        "late": 0,
        "severe": int(raised.severe),
        "verdict": "",
        "outcome": "",
        "moved": row.at,
        "clauses": _listed(raised.clauses),
        "rules": _listed(raised.rules),
    }


def _grown(values: dict[str, Any], raised: Raised, weight: Weight) -> dict[str, object]:
    before = Weight(values["severity"], values["confidence"], values["reach"], values["reporter"])
    reported = raised.what is What.COMPLAINT
    joined = before.joined(weight, another_reporter=bool(reported and values["reports"]))
    return {
        **values,
        **joined._asdict(),
        "rank": -joined.priority,
        "items": values["items"] + 1,
        "reports": values["reports"] + reported,
        "latest": max(values["latest"], raised.at),
        "customer": values["customer"] or raised.customer,
        "severe": max(values["severe"], int(raised.severe)),
        "clauses": _listed([*msgspec.json.decode(values["clauses"]), *raised.clauses]),
        "rules": _listed([*msgspec.json.decode(values["rules"]), *raised.rules]),
    }


_GROWS: Final = (
    "rank severity confidence reach reporter items reports latest customer severe clauses rules".split()
)


def _write(
    tx: Transaction, begun: Mapping[str, dict[str, object]], changed: Mapping[str, dict[str, object]]
) -> None:
    if begun:
        tx.insert(CASES, [tuple(one[column.name] for column in CASES.c) for one in begun.values()])
        tx.insert(PLACES, [(one["place"], one["case"]) for one in begun.values()])
    if changed:
        grows: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in _GROWS}
        update = sa.update(CASES).where(CASES.c.case == sa.bindparam("the_case")).values(grows)
        tx.execute(
            update,
            [
                {"the_case": case, **{f"new_{name}": values[name] for name in _GROWS}}
                for case, values in changed.items()
            ],
        )


def _index(tx: Transaction, joined: Sequence[_Joined], begun: set[str]) -> None:
    tx.insert(ITEMS, [_item(one) for one in joined])
    old = {one.case for one in joined if one.case not in begun}
    for table, named in _INDEXES.items():
        wanted = {(name, one.case) for one in joined for name in named(one.raised)}
        _add(tx, table, wanted, old)
    tx.insert(
        BARRED,
        [(one.case, staff, "part") for one in joined if one.case in begun for staff in one.raised.barred],
    )


_INDEXES: Final[Mapping[sa.Table, Callable[[Raised], Iterable[str]]]] = {
    PEOPLE: lambda raised: raised.people,
    CLAUSES: lambda raised: above(raised.clauses),
    RULES: lambda raised: raised.rules,
}


def _add(tx: Transaction, table: sa.Table, wanted: set[tuple[str, str]], old: set[str]) -> None:
    name = table.c[0]
    for some in _parts(sorted({one for one, case in wanted if case in old})):
        query = sa.select(name, table.c.case).where(name.in_(some), table.c.case.in_(old))
        found: Iterable[Any] = tx.execute(query)
        wanted -= {(row[0], row[1]) for row in found}
    tx.insert(table, sorted(wanted))


def _item(one: _Joined) -> tuple[object, ...]:
    """Return a row of ``ITEMS``, in the order of its columns."""
    raised = one.raised
    return (
        one.case,
        one.row.seq,
        raised.seq,
        raised.decision,
        raised.what.value,
        raised.about,
        raised.event,
        raised.reporter,
        raised.customer,
        raised.at,
        _listed(raised.clauses),
        _listed(raised.rules),
    )


def above(clauses: Iterable[str]) -> set[str]:
    """Return clauses, and all that they stand below, their documents too."""
    parts = [clause.split("/") for clause in clauses]
    return {"/".join(some[:depth]) for some in parts for depth in range(1, len(some) + 1)}


def _listed(names: Iterable[str]) -> str:
    return canonical_bytes(list(dict.fromkeys(names))[:MAX_LISTED]).decode()


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]
