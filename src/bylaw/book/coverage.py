"""Coverage: for every clause, what carries it out. Pure.

======== ==================================================================================
bound    a rule that is enforced, or a mechanism that exists
people   persons with a queue
planned  only mechanisms that do not exist yet, or rules in shadow
unbound  nothing
======== ==================================================================================

A ban counts as carried only by a rule or by people with a queue: a mechanism that nobody acts on finds
nothing. Headings ask for nothing and are left out.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum

import msgspec

from bylaw.book.mechanisms import Binding, Status
from bylaw.book.promises import Promise
from bylaw.policy.document import Clause, ClauseKind, Document
from bylaw.policy.library import Library
from bylaw.rules.rule import Mode, Rule


class Coverage(StrEnum):
    """How well a clause is carried, best first."""

    BOUND = "bound"
    PEOPLE = "people"
    PLANNED = "planned"
    UNBOUND = "unbound"


class ClauseCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One clause and what carries it. Rules appear among the mechanisms as ``rule:ID``."""

    id: str
    kind: str
    status: Coverage
    mechanisms: tuple[str, ...]
    register: tuple[str, ...]
    text: str
    line: int


class DocumentCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a document: the one in force, or one that will be."""

    key: str
    title: str
    version: date | None
    clauses: tuple[ClauseCoverage, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole book."""

    documents: tuple[DocumentCoverage, ...]
    counts: dict[Coverage, int]

    @property
    def carried(self) -> float:
        """The share of clauses that something existing carries, in percent: bound or people."""
        total = sum(self.counts.values())
        return 100 * (self.counts[Coverage.BOUND] + self.counts[Coverage.PEOPLE]) / total if total else 100.0


def cover(library: Library, rules: Iterable[Rule], promises: Mapping[str, Promise], at: datetime) -> Report:
    """Return the coverage of every document version in force at ``at`` or later."""
    by_clause: dict[str, list[Rule]] = {}
    for rule in rules:
        for clause in rule.clauses:
            by_clause.setdefault(clause, []).append(rule)
    documents = tuple(
        DocumentCoverage(
            key=document.key,
            title=document.title,
            version=document.starts,
            clauses=tuple(
                _clause(clause, by_clause.get(clause.id, ()), promises.get(clause.id))
                for clause in document.clauses
                if not clause.heading
            ),
        )
        for document in current_and_coming(library, at)
    )
    statuses = [clause.status for document in documents for clause in document.clauses]
    return Report(documents=documents, counts={status: statuses.count(status) for status in Coverage})


def current_and_coming(library: Library, at: datetime) -> Iterable[Document]:
    """Return, for each document, the version in force and those after it; the newest when none is."""
    for key in sorted(library.versions):
        versions = library.versions[key]
        current = library.in_force(key, at)
        first = versions.index(current) if current else 0
        dated = [document for document in versions[first:] if document.starts]
        yield from dated or versions[-1:]


def _clause(clause: Clause, rules: Iterable[Rule], promise: Promise | None) -> ClauseCoverage:
    rules = tuple(rules)
    bindings = promise.by if promise else ()
    kind = promise.kind if promise and promise.kind else clause.kind
    return ClauseCoverage(
        id=clause.id,
        kind=kind,
        status=_status(kind, rules, bindings),
        mechanisms=(*(f"rule:{rule.id}" for rule in rules), *(b.mechanism.name for b in bindings)),
        register=promise.register if promise else (),
        text=clause.text,
        line=clause.line,
    )


def _status(kind: ClauseKind, rules: tuple[Rule, ...], bindings: tuple[Binding, ...]) -> Coverage:
    modes = {rule.mode for rule in rules}
    people = any(binding.mechanism.people for binding in bindings)
    ready = any(b.mechanism.status is Status.READY and not b.mechanism.people for b in bindings)
    planned = any(b.mechanism.status is Status.PLANNED for b in bindings)
    counts = {
        Coverage.BOUND: Mode.ENFORCE in modes or (ready and kind is not ClauseKind.BAN),
        Coverage.PEOPLE: people,
        Coverage.PLANNED: (planned or Mode.SHADOW in modes) and kind is not ClauseKind.BAN,
    }
    return next((status for status, holds in counts.items() if holds), Coverage.UNBOUND)
