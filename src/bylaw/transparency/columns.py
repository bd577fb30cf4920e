"""The headers of the EU's sheets, to the trailing space, and which effects are counted in which column.

SOURCE: Implementing Regulation (EU) 2024/2835, Annex I, as parsers of published reports read it.
"""

from collections.abc import Sequence
from typing import Final

from bylaw.transparency.published import Report

Cell = str | int | float | None

HOUR: Final = 3_600  # seconds
DISCLOSED: Final = "Contextual information on "

RESTRICTIONS: Final = {  # effects that restrict somebody, by the column that counts them
    "Visibility restriction Removal": ("remove", "refuse"),
    "Visibility restriction Disable": ("hold", "quarantine"),
    "Visibility restriction Demoted": ("reduce",),
    "Visibility restriction Age restricted": (),
    "Visibility restriction Interaction restricted": (),
    "Visibility restriction Labelled ": ("label",),
    "Visibility restriction Other": (),
    "Monetary restriction Suspension": (),
    "Monetary restriction Termination": (),
    "Monetary restriction Other": (),
    "Provision of the service Suspension": ("restrict", "rate_limit"),
    "Provision of the service Termination": (),
    "Account restriction Suspension": ("suspend",),
    "Account restriction Termination": ("terminate",),
}
RESTRICTING: Final = frozenset(effect for effects in RESTRICTIONS.values() for effect in effects)
ORDERS: Final = (
    "Number of orders to act against illegal content received",
    "Number of specific items of information included in the total number of orders to act against illegal content",
    "Median time to inform the authority of the receipt of the order to act against illegal content",
    "Median time to give effect to the order to act against illegal content",
    "Number of orders to provide information",
    "Median time to inform the authority of the receipt of the order to provide information",
    "Median time to give effect to the order to provide information",
)
FLAGGED: Final = " (Trusted Flagger notices)"
NOTICES: Final = (
    "Number of notices received ",
    "Number of notices received from Trusted flaggers",
    "Number of specific items of information included in the total number of notices",
    f"Number of specific items of information included in the total number of notices{FLAGGED}",
    "Median time to take action",
    f"Median time to take action{FLAGGED}",
    "Number of actions taken on the basis of the law",
    f"Number of actions taken on the basis of the law{FLAGGED}",
    "Number of actions taken on the basis of the terms and conditions of the service",
    f"Number of actions taken on the basis of the terms and conditions of the service{FLAGGED}",
)
OWN: Final = (
    "Number of measures taken at the provider's own initiative ",
    "Number of measures taken after detection with solely automated means ",
    *RESTRICTIONS,
)
ABOUT: Final = ("Applicability", "Service", "Reporting period")
ILLEGAL: Final = "Category of illegal content"
TERMS: Final = "Category of incompatibility with the provider's terms and conditions"
SUB: Final = 'Description of the sub-category "Other"'
TOLD: Final = (*ABOUT, "Section", "Indicator", "Scope", "Value", "Contextual Information")


def about(report: Report) -> list[Cell]:
    """Return the first cells of a row: duties, service, period."""
    return [
        report.settings.tier,
        report.service,
        f"{report.period.since.isoformat()} to {report.period.last.isoformat()}",
    ]


def median_hours(report: Report, what: str, group: Sequence[str] = ("", "")) -> Cell:
    """Return the median of how long something took, in hours; of a category and keyword, if they are named."""
    for one in report.figures.times:
        if (one.what, one.category, one.keyword) == (what, *group):
            return round(one.median / HOUR, 2)
    return None
