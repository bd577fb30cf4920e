"""A report as the sheets of the EU's template: CSV (RFC 4180, UTF-8), one file a sheet.

Column headers are those of Implementing Regulation (EU) 2024/2835, Annex I, to the trailing space, as parsers of real
reports have them. Not known to us, and so in our own words, are the indicators of sheets 7 to 10, how the name of a group of
columns is joined to its columns, and the endings of "Contextual information on …" (docs/transparency.md). Medians are in
hours. Orders of authorities are zero until they are recorded.

A cell is a name that the book allows, a number, or the operator's own words. Words that a spreadsheet would take for a
formula are led by an apostrophe.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from bylaw.transparency.by_category import names, notices, orders, own_measures
from bylaw.transparency.by_indicator import (
    automated,
    complaints,
    identification,
    moderators,
    recipients,
    words,
)
from bylaw.transparency.columns import ABOUT, DISCLOSED, ILLEGAL, NOTICES, ORDERS, OWN, SUB, TERMS, TOLD, Cell
from bylaw.transparency.published import Report

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Sheet(NamedTuple):
    """A sheet: its name, and its rows, the headers first."""

    name: str
    rows: Sequence[Sequence[Cell]]


def sheets(report: Report) -> list[Sheet]:
    """Return the sheets of a report, in their order."""
    return [Sheet(name, [headers, *make(report)]) for name, headers, make in _SHEETS]


def file_name(report: Report, sheet: Sheet) -> str:
    """Return the name of a sheet's file."""
    return f"{report.period.since}_{report.period.last}_CSV_Part_{sheet.name}.csv"


def csv_of(sheet: Sheet) -> bytes:
    """Return a sheet as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_cell(value) for value in row] for row in sheet.rows)
    return text.getvalue().encode()


def _cell(value: Cell) -> Cell:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


_SHEETS: Final[tuple[tuple[str, Sequence[str], Callable[[Report], Iterable[Sequence[Cell]]]], ...]] = (
    ("1_report_identification", ("Applicability", "Service", "Indicator", "Value"), identification),
    (
        "2_categories_names",
        (
            "Category label",
            "Category description",
            "Category of illegal content / incompatible with the terms and conditions",
            "Contextual information",
        ),
        names,
    ),
    (
        "3_member_states_orders",
        (*ABOUT, ILLEGAL, SUB, "Scope", *ORDERS, *(DISCLOSED + name for name in ORDERS)),
        orders,
    ),
    ("4_notices", (*ABOUT, ILLEGAL, SUB, *NOTICES, *(DISCLOSED + name for name in NOTICES)), notices),
    (
        "5_own_initiative_illegal",
        (*ABOUT, ILLEGAL, SUB, *OWN, *(DISCLOSED + name for name in OWN)),
        own_measures(illegal=True),
    ),
    (
        "6_own_initiative_TC",
        (*ABOUT, TERMS, SUB, *OWN, *(DISCLOSED + name for name in OWN)),
        own_measures(illegal=False),
    ),
    ("7_appeals_and_recidivism", TOLD, complaints),
    ("8_automated_means", TOLD, automated),
    ("9_human_resources", TOLD, moderators),
    ("10_AMAR", TOLD, recipients),
    ("11_qualitative", (*ABOUT, "Indicator", "Value"), words),
)
