"""``limits.yaml``: plans, what they include, when to advise, fees, and how far over is "greatly".

Read and checked here, so that a book is whole; metering will act on it.
"""

from decimal import Decimal
from typing import Annotated

import msgspec

from bylaw.base.errors import Problem, Where
from bylaw.book.yaml_reader import YamlReader

FILE = "limits.yaml"

Quantity = Annotated[float, msgspec.Meta(ge=0)]


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a customer pays for a month, and how much of each resource that includes."""

    price_per_month: Decimal
    limits: dict[str, Quantity]


class Fee(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The price of each started ``per`` units over the limit."""

    per: Annotated[float, msgspec.Meta(gt=0)]
    price: Decimal


class GreatlyOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an account may be disabled for its usage: so many times the limit, for so many days."""

    times_the_limit: Annotated[float, msgspec.Meta(gt=1)]
    for_days: Annotated[int, msgspec.Meta(ge=0)] = 0
    source: str = ""


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    plans: dict[str, Plan]
    fees: dict[str, Fee] = {}
    advise_at_percent: tuple[Annotated[int, msgspec.Meta(ge=1)], ...] = (80, 100)
    greatly_over: GreatlyOver | None = None
    window: str = "calendar-month"


def read_limits(data: bytes | None, problems: list[Problem]) -> Limits | None:
    """Return the limits, or nothing when there is no such file or it has problems."""
    if data is None:
        return None
    reader = YamlReader(FILE, problems)
    root = reader.root(data)
    if root is None:
        return None
    try:
        limits = msgspec.convert(reader.plain(root), Limits)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at ")
        where = Where(FILE, reader.line_of(root, path))
        hint = f"at {path.strip('`')}" if path else ""
        problems.append(
            Problem(code="limits.invalid", message=what[:1].lower() + what[1:], where=where, hint=hint)
        )
        return None
    problems += [*_unknown_fees(limits), *_negative_prices(limits)]
    return limits


def _negative_prices(limits: Limits) -> list[Problem]:
    prices = {f"plans.{name}": plan.price_per_month for name, plan in limits.plans.items()}
    prices |= {f"fees.{name}": fee.price for name, fee in limits.fees.items()}
    return [
        Problem(
            code="limits.negative_price",
            message=f"the price of `{name}` is negative",
            where=Where(FILE),
            hint="write what it costs",
        )
        for name, price in prices.items()
        if price < 0
    ]


def _unknown_fees(limits: Limits) -> list[Problem]:
    resources = {name for plan in limits.plans.values() for name in plan.limits}
    return [
        Problem(
            code="limits.fee_without_limit",
            message=f"a fee for `{name}`, which no plan limits",
            where=Where(FILE),
            hint="name a resource of a plan, or remove the fee",
        )
        for name in limits.fees
        if name not in resources
    ]
