"""Every document of an operator in every version, and which of them binds when.

A clause is cited in the version in force at the event's time. A document may include others: their
clauses bind too, for as long as the including version is in force.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bylaw.base.errors import Problem, Where
from bylaw.base.spelling import did_you_mean
from bylaw.policy.document import Clause, Document
from bylaw.policy.versions import in_force, starts_at

MAX_INCLUDE_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Cited:
    """A clause in the version that was in force, and the documents through which it binds."""

    document: Document
    clause: Clause
    included_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """The versions of each document by key, earliest first.

    Between two days on which some version starts, nothing changes: what was cited once in such a span is
    remembered for it.
    """

    versions: Mapping[str, tuple[Document, ...]]
    _days: tuple[datetime, ...] = field(init=False, repr=False, compare=False)
    _cited: dict[tuple[str, int], Cited | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Gather the instants at which something comes into force."""
        begun = {starts_at(document) for versions in self.versions.values() for document in versions}
        object.__setattr__(self, "_days", tuple(sorted(start for start in begun if start)))
        object.__setattr__(self, "_cited", {})

    def clause_ids(self) -> frozenset[str]:
        """Return every clause id of every version."""
        return frozenset(c.id for versions in self.versions.values() for d in versions for c in d.clauses)

    def document_of(self, clause_id: str) -> str:
        """Return the key of the document that a clause id belongs to."""
        return clause_id.partition("/")[0]

    def in_force(self, key: str, at: datetime) -> Document | None:
        """Return the version of a document in force at an instant, or nothing."""
        return in_force(self.versions.get(key, ()), at)

    def cite(self, clause_id: str, at: datetime) -> Cited | None:
        """Return the clause as it was in force at an instant; nothing when it was not."""
        span = clause_id, bisect_right(self._days, at)
        if span not in self._cited:
            self._cited[span] = self._cite(clause_id, at)
        return self._cited[span]

    def _cite(self, clause_id: str, at: datetime) -> Cited | None:
        document = self.in_force(self.document_of(clause_id), at)
        if document is None or clause_id not in document.by_id:
            return None
        return Cited(document, document.by_id[clause_id], tuple(sorted(self.including(document.key, at))))

    def including(self, key: str, at: datetime) -> Iterable[str]:
        """Return the documents whose version in force includes a document, directly or through others."""
        found: set[str] = set()
        layer = {key}
        for _ in range(MAX_INCLUDE_DEPTH):
            layer = (
                {other for other in self.versions if layer & set(self._includes(other, at))} - found - {key}
            )
            found |= layer
        return found

    def _includes(self, key: str, at: datetime) -> tuple[str, ...]:
        document = self.in_force(key, at)
        return document.includes if document else ()


def check_includes(library: Library) -> Iterable[Problem]:
    """Find includes that lead nowhere, and documents that include each other in a circle."""
    for versions in library.versions.values():
        for document in versions:
            for key in document.includes:
                if key not in library.versions:
                    yield _include_problem(
                        document, "policy.unknown_include", f"includes `{key}`, which is no document", library
                    )
    graph = {
        key: {name for d in versions for name in d.includes} for key, versions in library.versions.items()
    }
    for key in _on_a_circle(graph):
        yield _include_problem(
            library.versions[key][-1],
            "policy.cyclic_include",
            f"`{key}` includes itself through others",
            library,
        )


def _on_a_circle(graph: Mapping[str, set[str]]) -> Iterable[str]:
    for start in sorted(graph):
        reached: set[str] = set()
        layer = graph[start]
        while layer - reached:
            reached |= layer
            layer = {name for key in layer for name in graph.get(key, ())}
        if start in reached:
            yield start


def _include_problem(document: Document, code: str, message: str, library: Library) -> Problem:
    unknown = next((key for key in document.includes if key not in library.versions), "")
    hint = did_you_mean(unknown, library.versions) if unknown else "remove one of the `includes`"
    return Problem(code=code, message=message, where=Where(document.file, 1), hint=hint)
