"""From an account and what the operator says beside it to what is published."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from bylaw.book.reporting import Category, Transparency
from bylaw.transparency.model import Account, By, Lasted, median
from bylaw.transparency.published import (
    EPOCH,
    Became,
    ClauseFigures,
    Day,
    Extent,
    Figures,
    Kind,
    Measured,
    Objected,
    Period,
    Report,
    RuleFigures,
    Time,
    decode,
    encode,
)


def report_of(
    account: Account, period: Period, extent: Extent, operator: str, settings: Transparency
) -> Report:
    """Return what is published of an account. The same arguments, the same bytes."""
    report = Report(
        operator=operator,
        period=period,
        ledger=extent,
        figures=_figures(account, settings),
        settings=settings,
    )
    return decode(encode(report))  # tables in the order in which whoever verifies reads them


def _figures(account: Account, settings: Transparency) -> Figures:
    return Figures(
        events=tuple(
            Kind(kind=name, events=row("all"), spoke=row("spoke"), degraded=row("degraded"))
            for name, row in _rows(account.events)
        ),
        measures=tuple(_measured(account, settings)),
        clauses=tuple(
            ClauseFigures(
                clause=name,
                category=settings.category(name).category if name else "",
                cited=row("cited"),
                measures=row("measures"),
                reversals=row("reversals"),
                notices=row("notices"),
            )
            for name, row in _rows(account.clauses)
        ),
        rules=tuple(
            RuleFigures(
                rule=name,
                matched=row("matched"),
                shadow=row("shadow"),
                measures=row("measures"),
                reversals=row("reversals"),
            )
            for name, row in _rows(account.rules)
        ),
        days=tuple(_days(account)),
        statements=dict(sorted(account.notices.items())),
        cases=tuple(
            Became(what=key.name, became=key.what, count=count)
            for key, count in sorted(account.cases.items())
        ),
        appeals=tuple(_objected(account, settings)),
        limited=sum(account.limits.values()),
        times=tuple(_times(account, settings)),
    )


def _rows(counts: Counter[By]) -> Iterator[tuple[str, Callable[[str], int]]]:
    for name in sorted({key.name for key in counts}):
        yield name, lambda what, name=name: counts[By(name, what)]  # type: ignore[misc]


def _measured(account: Account, settings: Transparency) -> Iterator[Measured]:
    for key in sorted({*account.measures, *account.reversals}):
        category = settings.category(key.clause)
        yield Measured(
            effect=key.effect,
            clause=key.clause,
            category=category.category,
            keyword=_keyword(category),
            illegal=bool(category.law),
            source=key.source.value,
            machine=key.machine,
            decided=key.decided.value,
            repeat=key.repeat,
            measures=account.measures[key],
            reversals=account.reversals[key],
        )


def _objected(account: Account, settings: Transparency) -> Iterator[Objected]:
    for key, count in sorted(account.appeals.items()):
        category = settings.category(key.clause)
        yield Objected(
            became=key.became,
            effect=key.effect,
            clause=key.clause,
            category=category.category,
            illegal=bool(category.law),
            automated=key.automated,
            count=count,
        )


def _days(account: Account) -> Iterator[Day]:
    counts: dict[int, dict[str, int]] = {}
    for key, count in sorted(account.days.items()):
        counts.setdefault(key.day, {})[key.what] = count
    for day, told in counts.items():
        yield Day(day=EPOCH + timedelta(days=day), counts=told)


def _times(account: Account, settings: Transparency) -> Iterator[Time]:
    groups: dict[tuple[str, str, str], Counter[int]] = {}
    for key, count in account.times.items():
        for group in _groups(key, settings):
            groups.setdefault(group, Counter())[key.seconds] += count
    for (what, category, keyword), durations in sorted(groups.items()):
        middle = median(durations)
        if middle is not None:
            yield Time(what=what, category=category, keyword=keyword, count=durations.total(), median=middle)


def _groups(key: Lasted, settings: Transparency) -> Iterable[tuple[str, str, str]]:
    category = settings.category(key.clause)
    yield (key.what, "", "")
    yield (key.what, category.category, "")
    if keyword := _keyword(category):
        yield (key.what, category.category, keyword)


def _keyword(category: Category) -> str:
    return category.keywords[0] if category.keywords else ""
