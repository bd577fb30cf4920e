"""The text of a condition, and where it stands in the file it was cut from."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from bylaw.base.errors import NOWHERE, Problem, Problems, Where


class Span(NamedTuple):
    """A piece of a condition's text: offsets of its first character and of the one after its last."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """A condition as written; ``where`` is the place of its first character.

    A YAML block scalar loses the same indentation on every line, so columns move by the same number
    on every line.
    """

    text: str
    where: Where = NOWHERE

    def place(self, offset: int) -> Where:
        """Return the place of a character in the original file."""
        before = self.text[:offset]
        column = offset - (before.rfind("\n") + 1)
        return replace(
            self.where,
            line=max(self.where.line, 1) + before.count("\n"),
            column=max(self.where.column, 1) + column,
        )

    def snippet(self, span: Span) -> str:
        """Return the text of a piece on one line."""
        return " ".join(self.text[span.start : span.end].split())

    def problem(self, finding: "Finding") -> Problem:
        """Return the problem that a finding is, at its place in the file."""
        return Problem(
            code=finding.code,
            message=finding.message,
            where=self.place(finding.offset),
            hint=finding.hint,
        )

    def problems(self, findings: Iterable["Finding"]) -> Problems:
        """Return the findings as one error."""
        return Problems(map(self.problem, findings))


class Finding(NamedTuple):
    """Something to mend in a condition, by offset."""

    code: str
    offset: int
    message: str
    hint: str = ""


class FindingError(Exception):
    """Carries the one finding after which reading cannot go on."""

    def __init__(self, code: str, offset: int, message: str, hint: str = "") -> None:
        self.finding = Finding(code, offset, message, hint)
        super().__init__(message)
