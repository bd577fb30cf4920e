"""Sheets 2 to 6 of the EU's template: rows by category, and under each by the keywords that the operator counts by."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from bylaw.book.statement_terms import CATEGORIES, OTHER, UNSAID
from bylaw.transparency.columns import FLAGGED, NOTICES, RESTRICTING, RESTRICTIONS, Cell, about, median_hours
from bylaw.transparency.folding import NOTICE
from bylaw.transparency.published import Measured, Report


class Group(NamedTuple):
    """A row of a sheet by category: a whole category, or (``keyword``) a part of it."""

    category: str
    keyword: str

    @property
    def label(self) -> str:
        """What stands in the column of categories."""
        return self.keyword or self.category


def names(report: Report) -> Iterator[list[Cell]]:
    """Yield what the operator's clauses are in the EU's words."""
    for prefix, one in sorted(report.settings.categories.items()):
        ground = "illegal content" if one.law else "incompatible with the terms and conditions"
        yield [
            " ".join((one.category, *one.keywords[:1])),
            one.why,
            ground,
            f"{prefix} {one.law}".strip(),
        ]


def orders(report: Report) -> Iterator[list[Cell]]:
    """Yield orders of authorities: none, until they are recorded."""
    nothing: list[Cell] = [0, 0, None, None, 0, None, None]
    for category in CATEGORIES:
        yield [*about(report), category, None, "Total", *nothing, *[None] * len(nothing)]


def notices(report: Report) -> Iterator[list[Cell]]:
    """Yield notices that somebody gave, and what was done on their ground."""
    received: Counter[Group] = Counter()
    for clause in report.figures.clauses:
        for group in _group_of(report, clause.clause):
            received[group] += clause.notices
    context = ["not told apart" if FLAGGED in name or "Trusted" in name else None for name in NOTICES]
    for group in _groups(report):
        acted = [one for one in _of(report, group) if one.source == "notice" and one.effect in RESTRICTING]
        illegal = sum(one.measures for one in acted if one.illegal)
        terms = sum(one.measures for one in acted if not one.illegal)
        count, time = received[group], median_hours(report, NOTICE, group)
        numbers: list[Cell] = [count, None, count, None, time, None, illegal, None, terms, None]
        yield [*about(report), group.label, _others(report, group), *numbers, *context]


def own_measures(*, illegal: bool) -> Callable[[Report], Iterator[list[Cell]]]:
    """Return what yields measures of the operator's own initiative, against the law or the terms."""

    def rows(report: Report) -> Iterator[list[Cell]]:
        for group in _groups(report):
            found = [
                one
                for one in _of(report, group)
                if one.source == "own" and one.illegal is illegal and one.effect in RESTRICTING
            ]
            automated = sum(one.measures for one in found if one.machine)
            columns = [
                sum(one.measures for one in found if one.effect in effects)
                for effects in RESTRICTIONS.values()
            ]
            numbers = [sum(columns), automated, *columns]
            yield [*about(report), group.label, _others(report, group), *numbers, *[None] * len(numbers)]

    return rows


def _groups(report: Report) -> Iterator[Group]:
    """Yield every category, each followed by the keywords under which the operator counts."""
    named = {
        (one.category, keyword) for one in report.settings.categories.values() for keyword in one.keywords[:1]
    }
    for category in CATEGORIES:
        yield Group(category, "")
        yield from (Group(category, keyword) for above, keyword in sorted(named) if above == category)


def _group_of(report: Report, clause: str) -> Iterator[Group]:
    """Yield the rows in which a clause is counted."""
    told = report.settings.category(clause)
    yield Group(told.category if clause else UNSAID, "")
    if clause and told.keywords:
        yield Group(told.category, told.keywords[0])


def _of(report: Report, group: Group) -> list[Measured]:
    return [
        one
        for one in report.figures.measures
        if one.category == group.category and group.keyword in {"", one.keyword}
    ]


def _others(report: Report, group: Group) -> Cell:
    """Say what is counted under the keyword for what has none."""
    if group.keyword != OTHER:
        return None
    named = (
        prefix
        for prefix, one in sorted(report.settings.categories.items())
        if one.category == group.category and OTHER in one.keywords[:1]
    )
    return ", ".join(named)
