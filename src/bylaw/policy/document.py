"""What a policy document is once it has been read: a tree of clauses, and what was odd about it.

Pure values. ``parse`` makes them, ``lineage`` compares them, ``lock`` keeps their ids.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bylaw.base.errors import Problem, Where


class ClauseKind(StrEnum):
    """What a clause does. Guessed from its words; a person may set it."""

    BAN = "ban"  # users must not
    DUTY = "duty"  # customers must
    PROMISE = "promise"  # the operator will
    RIGHT = "right"  # the operator may
    ROUTE = "route"  # how people reach the operator, or where matters go
    FORM = "form"  # how the documents themselves behave
    STATEMENT = "statement"  # disclaimers and definitions: shown, not enforced


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a clause: its words and where it leads, as written."""

    text: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """The smallest citable passage.

    ``id`` is unique in the document, readable and starts with the document's key
    (``acceptable-use/anti-spam/a``). ``text`` is the passage without markup, its own words only: the
    items under a lead-in are clauses of their own. ``line`` and ``end_line`` count from 1 in the source
    file. A heading is a clause with ``heading`` set: citable, but it asks for nothing by itself.
    """

    id: str
    kind: ClauseKind
    text: str
    line: int
    end_line: int
    parent: str | None = None
    heading: bool = False
    enumerator: str = ""  # as written: (a), 3., •
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Furniture:
    """A line that belongs to the page, not to the policy: navigation, newsletter box, copyright."""

    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version of a published policy."""

    key: str
    title: str
    last_updated: date | None
    effective: date | None
    requires_signature: bool
    audience: str
    includes: tuple[str, ...]  # keys of documents whose clauses bind too
    clauses: tuple[Clause, ...]  # in reading order, parents before children
    furniture: tuple[Furniture, ...]
    problems: tuple[Problem, ...]  # warnings, with file, line and the mend
    file: str
    digest: str  # of the bytes of the file
    by_id: dict[str, Clause] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the clauses."""
        object.__setattr__(self, "by_id", {c.id: c for c in self.clauses})

    def children(self, clause_id: str | None) -> tuple[Clause, ...]:
        """Return the clauses directly under one, or those at the top."""
        return tuple(c for c in self.clauses if c.parent == clause_id)

    def heading_of(self, clause_id: str) -> Clause | None:
        """Return the heading that a clause stands under, or itself if it is one."""
        clause = self.by_id.get(clause_id)
        while clause and not clause.heading:
            clause = self.by_id.get(clause.parent or "")
        return clause

    def in_full(self, clause_id: str) -> str:
        """Return the words of a clause after those that lead into it: an item reads with its umbrella."""
        clause = self.by_id[clause_id]
        lead_in = self.by_id[clause.parent] if clause.parent else None
        if lead_in is None or lead_in.heading:
            return clause.text
        return f"{self.in_full(lead_in.id)} … {clause.text}"

    @property
    def starts(self) -> date | None:
        """The day from which this version is in force: the effective date, else the last update."""
        return self.effective or self.last_updated


def warning(code: str, message: str, file: str, line: int, hint: str, *, blocks: bool = False) -> Problem:
    """Return a warning about a line of a document; ``blocks`` when it must be mended before publishing."""
    return Problem(
        code=f"policy.{code}",
        message=message,
        where=Where(file, line),
        hint=hint,
        severity="warning",
        blocks_publishing=blocks,
    )
