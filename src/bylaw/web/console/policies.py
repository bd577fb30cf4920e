"""Policies: every document and version, clause by clause, and what carries each clause, or that nothing does."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Final, NamedTuple

from fastapi import Path, Query, Response

from bylaw.base.errors import NotFoundError
from bylaw.book.book import Book
from bylaw.book.coverage import ClauseCoverage, Coverage, cover, current_and_coming
from bylaw.book.mechanisms import Binding, Status
from bylaw.policy.document import Clause, Document
from bylaw.policy.library import Library
from bylaw.policy.lineage import count_changes
from bylaw.policy.redline import Redlined, redline
from bylaw.rules.rule import Rule
from bylaw.web.console.frame import framed, show
from bylaw.web.console.signing_in import HOME
from bylaw.web.cooked import Asked, Serving

PLACE: Final = f"{HOME}/policies"
MAX_KEY: Final = 256
UNDATED: Final = "undated"
STATES: Final[Mapping[Coverage, tuple[str, str]]] = {  # its label, what it means
    Coverage.BOUND: ("carried", "well"),
    Coverage.PEOPLE: ("by people", "note"),
    Coverage.PLANNED: ("planned", "wait"),
    Coverage.UNBOUND: ("missing", "stop"),
}
KINDS: Final[Mapping[str, str]] = {
    "ban": "ban",
    "duty": "duty",
    "promise": "promise",
    "right": "right",
    "route": "way to us",
    "form": "about the document",
    "statement": "statement",
}

Word = Annotated[str, Query(max_length=MAX_KEY)]


class Carrier(NamedTuple):
    """What carries a clause. ``doc`` says what it does, ``state`` the mode of a rule or whether it exists yet."""

    name: str
    doc: str
    state: str
    path: str


class Passage(NamedTuple):
    """A clause as it is shown; a heading has no coverage. ``depth`` is of a heading, from 0."""

    clause: Clause
    depth: int
    coverage: ClauseCoverage | None
    carriers: tuple[Carrier, ...]


class Listed(NamedTuple):
    """A document in the list: the version in force, or the newest, with how many of its clauses stand how."""

    document: Document
    versions: int
    coming: tuple[Document, ...]
    counts: dict[Coverage, int]


def policies(exchange: Asked, service: Serving) -> Response:
    """Return the page of all documents."""
    book, now = service.desk.book, service.clock()
    listed = [_listed(book, key, now) for key in sorted(book.library.versions)]
    counts = {state: sum(one.counts[state] for one in listed) for state in Coverage}
    values = {"listed": listed, "counts": counts, "states": STATES, "shares": _shares(counts)}
    return framed(exchange, service, "policies.html", {**values, "shares_of": _shares}, current=PLACE)


def policy(
    exchange: Asked,
    service: Serving,
    document: Annotated[str, Path(max_length=MAX_KEY)],
    *,
    version: Word = "",
    state: Word = "",
    against: Word = "",
) -> Response:
    """Return the page of a document in a version, or of what changed between two."""
    book = service.desk.book
    versions = book.library.versions.get(document, ())
    if not versions:
        raise NotFoundError("policy.unknown", "the book has no such document")
    shown = _version(versions, version) or book.library.in_force(document, service.clock()) or versions[-1]
    values = {
        "document": shown,
        "versions": [(version_of(one), one) for one in versions],
        "edition": version_of(shown),
        "in_force": book.library.in_force(document, service.clock()),
    }
    older = _version(versions, against)
    if older is not None and older is not shown:
        changes = redline(older, shown)
        values |= {"older": older, "against": against, **_changed(changes)}
        return framed(exchange, service, "policy_changes.html", values, current=PLACE)
    passages = list(_passages(book, shown, service.clock()))
    counts = _counts(one.coverage for one in passages if one.coverage)
    wanted = {state} & {one.value for one in Coverage}
    values |= {
        "passages": _filtered(passages, wanted),
        "counts": counts,
        "shares": _shares(counts),
        "states": STATES,
        "state": state if wanted else "",
        "kinds": KINDS,
        "included_by": sorted(book.library.including(document, service.clock())),
    }
    return framed(exchange, service, "policy.html", values, current=PLACE)


def version_of(document: Document) -> str:
    """Return how a version is named in addresses: the day from which it is in force."""
    return document.starts.isoformat() if document.starts else UNDATED


def _version(versions: Iterable[Document], name: str) -> Document | None:
    return next((one for one in versions if version_of(one) == name), None)


def _listed(book: Book, key: str, now: datetime) -> Listed:
    versions = book.library.versions[key]
    shown, *coming = current_and_coming(Library({key: versions}), now)
    covered = _covered(book, shown, now).values()
    return Listed(shown, len(versions), tuple(coming), _counts(covered))


def _covered(book: Book, document: Document, now: datetime) -> dict[str, ClauseCoverage]:
    """Return what carries the clauses of one version, whether it is in force or not."""
    report = cover(Library({document.key: (document,)}), book.rules, book.promises, now)
    return {one.id: one for found in report.documents for one in found.clauses}


def _passages(book: Book, document: Document, now: datetime) -> Iterable[Passage]:
    covered = _covered(book, document, now)
    rules: dict[str, list[Rule]] = {}
    for rule in book.rules:
        for name in rule.clauses:
            rules.setdefault(name, []).append(rule)
    depths: dict[str, int] = {}
    for clause in document.clauses:
        depth = depths[clause.id] = depths.get(clause.parent or "", -1) + 1
        promise = book.promises.get(clause.id)
        carriers = (
            *(_by_rule(rule) for rule in rules.get(clause.id, ())),
            *(_by_binding(one) for one in (promise.by if promise else ())),
        )
        yield Passage(clause, depth, covered.get(clause.id), carriers)


def _by_rule(rule: Rule) -> Carrier:
    return Carrier(rule.id, "", rule.mode.value, f"{HOME}/rules/{rule.id}")


def _by_binding(binding: Binding) -> Carrier:
    mechanism, queue = binding.mechanism, str(getattr(binding.settings, "queue", ""))
    state = "planned" if mechanism.status is Status.PLANNED else ""
    name = f"{mechanism.name}: {queue}" if queue else mechanism.name
    return Carrier(name, mechanism.doc, state, f"{HOME}/queues/{queue}" if queue and mechanism.people else "")


def _filtered(passages: list[Passage], wanted: set[str]) -> list[Passage]:
    """Return passages that stand as is wanted, under the headings that they are under."""
    if not wanted:
        return passages
    kept: list[Passage] = []
    above: list[Passage] = []
    for one in passages:
        if one.clause.heading:
            above = [*(h for h in above if h.depth < one.depth), one]
        elif one.coverage and one.coverage.status in wanted:
            kept += [*above, one]
            above = []
    return kept


def _counts(covered: Iterable[ClauseCoverage]) -> dict[Coverage, int]:
    statuses = [one.status for one in covered]
    return {state: statuses.count(state) for state in Coverage}


def _shares(counts: Mapping[Coverage, int]) -> list[tuple[str, float, float]]:
    """Return the parts of a bar: what each means, where it begins and how wide it is, in percent."""
    total, at, found = sum(counts.values()) or 1, 0.0, []
    for state, count in counts.items():
        width = 100 * count / total
        found.append((STATES[state][1], round(at, 2), round(width, 2)))
        at += width
    return found


def _changed(changes: Iterable[Redlined]) -> dict[str, object]:
    every = tuple(changes)
    counts = count_changes(one.change for one in every)
    return {
        "changes": [one for one in every if one.change != "same"],
        "counts": {change: count for change, count in counts.items() if count},
    }


ROUTES = (
    show(PLACE, "policies_page", "Every document, and what carries its clauses", policies, "book.read"),
    show(PLACE + "/{document}", "policy_page", "A document, clause by clause", policy, "book.read"),
)
