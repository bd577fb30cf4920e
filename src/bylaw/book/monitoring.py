"""``[monitoring.SURFACE]``: what is watched and where, read from a book into the engine's switches (CLAUSES A24)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

import msgspec

from bylaw.base.errors import Problem, Where
from bylaw.base.spelling import did_you_mean
from bylaw.engine.watch import Switch, Switches

# Treaty on European Union, Article 52(1).
EU: Final = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)
# Agreement on the European Economic Area, Article 126(1).
EEA: Final = EU | {"IS", "LI", "NO"}
REGIONS: Final[Mapping[str, frozenset[str]]] = {
    "eea": EEA,
    "eu": EU,
}  # beside them: any country, by its two letters

Place = Callable[[tuple[str, ...]], Where]


class Surface(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a surface is monitored, by region; ``everywhere`` unless a region says otherwise.

    ``kinds`` are the kinds of events that happen there; without any, the entry is a statement and switches nothing.
    ``regions`` are ``eu``, ``eea`` or countries (``de``); what is said of a country outweighs what is said of a union.
    """

    everywhere: bool = False
    regions: dict[str, bool] = {}
    kinds: tuple[str, ...] = ()
    source: str = ""


def switches_of(surfaces: Mapping[str, Surface]) -> Switches:
    """Return the switches that surfaces come to, by kind of event: only of kinds that are not watched somewhere."""
    switches = {}
    for name, surface in surfaces.items():
        switch = Switch(name, surface.everywhere, _countries(surface.regions))
        if not (switch.everywhere and all(switch.countries.values())):
            switches.update(dict.fromkeys(surface.kinds, switch))
    return switches


def check_monitoring(
    surfaces: Mapping[str, Surface], kinds: Collection[str], place: Place
) -> Iterable[Problem]:
    """Yield what is wrong with surfaces that switch something."""
    on: dict[str, str] = {}
    for name, surface in surfaces.items():
        for kind in surface.kinds:
            if kind not in kinds:
                message, hint = f"`{kind}` is no kind of event", did_you_mean(kind, kinds)
                yield _problem(message, place(("monitoring", name, "kinds")), hint)
            elif kind in on:
                message = f"`{kind}` is on the surface `{on[kind]}` already"
                yield _problem(message, place(("monitoring", name, "kinds")), "a kind is on one surface")
            on.setdefault(kind, name)
        if surface.kinds:
            for region in surface.regions:
                if not _is_region(region):
                    hint = did_you_mean(region, REGIONS) or "write `eu`, `eea`, or a country's two letters"
                    yield _problem(f"`{region}` is no region", place(("monitoring", name, "regions")), hint)


def _countries(regions: Mapping[str, bool]) -> Mapping[str, bool]:
    """Return what regions say, by country; the narrower the region, the later it is said."""
    countries = {}
    for region in sorted(regions, key=lambda name: -len(REGIONS.get(name, "."))):
        for country in REGIONS.get(region, {region.upper()}):
            countries[country] = regions[region]
    return countries


def _is_region(name: str) -> bool:
    return name in REGIONS or (len(name) == 2 and name.isascii() and name.isalpha() and name.islower())


def _problem(message: str, where: Where, hint: str) -> Problem:
    return Problem(code="operator.monitoring", message=message, where=where, hint=hint)
