"""The public account over HTTP: which period is asked for and in which form, for the site and for the console alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from fastapi import Response

from bylaw.base.errors import BusyError, NotFoundError
from bylaw.book.reporting import Transparency
from bylaw.engine.recording import microseconds
from bylaw.transparency.page import body
from bylaw.transparency.periods import MAX_NAME, named, names, within
from bylaw.transparency.published import Period, Report, encode
from bylaw.transparency.publishing import zipped
from bylaw.transparency.report import report_of
from bylaw.transparency.speech import Speech
from bylaw.web.languages import Tongue
from bylaw.web.routes import JSON
from bylaw.web.service import Service

ZIP: Final = "application/zip"
FORMS: Final[Mapping[str, tuple[str, Callable[[Report], bytes]]]] = {
    ".json": (JSON, encode),
    ".csv.zip": (ZIP, zipped),
}
MAX_ASKED: Final = MAX_NAME + max(map(len, FORMS))  # characters of a name with its ending


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A period as it is shown. ``report``: none while days are still being counted, of which ``missing`` are left."""

    name: str
    period: Period
    names: tuple[str, ...]
    report: Report | None
    missing: int = 0


def viewed(service: Service, name: str) -> View:
    """Return a period by its name; the latest year without one.

    Raises:
        NotFoundError: ``transparency.no_period``: it has no such name, or none of its days can be published yet.
    """
    span = service.accounting.span()
    wanted = name or (str(span.over.year) if span else "")
    asked = named(wanted)
    period = within(asked, span.begun, span.over) if asked and span else None
    if span and not period and not name:  # the first of January
        wanted = str(span.over.year - 1)
        period = within(Period(date(span.over.year - 1, 1, 1), span.over), span.begun, span.over)
    if span is None or period is None:
        hint = "days are published when they are over and signed"
        raise NotFoundError("transparency.no_period", "there is no account of this period", hint=hint)
    missing = service.accounting.missing(period)  # before they are asked for: they may be counted at once
    counted, operator = service.accounting.of(period), service.desk.book.operator
    report = None
    if counted is not None:
        settings = operator.transparency or Transparency()
        report = report_of(counted.account, period, counted.extent, operator.operator.name, settings)
    return View(
        name=wanted,
        period=period,
        names=tuple(names(span.begun, span.over)),
        report=report,
        missing=0 if report else max(missing, 1),
    )


def file_of(service: Service, asked: str) -> Response | None:
    """Return a file of a period (``2026-03.json``); None if a page is asked for.

    Raises:
        NotFoundError: as ``viewed`` does.
        BusyError: ``transparency.counting``, its days are still being counted.
    """
    for ending, (media, make) in FORMS.items():
        if asked.endswith(ending):
            view = viewed(service, asked.removesuffix(ending))
            if view.report is None:
                hint = "ask again in a minute"
                raise BusyError(
                    "transparency.counting", f"{view.missing:,} days are being counted", hint=hint
                )
            name = f"{view.period.since}_{view.period.last}{ending}"
            headers = {"content-disposition": f'attachment; filename="{name}"'}
            return Response(make(view.report), media_type=media, headers=headers)
    return None


def shown(view: View, tongue: Tongue) -> dict[str, Any]:
    """Return what the template of a period names."""
    months = view.names
    return {
        "view": view,
        "account": body(view.report, speech(tongue)) if view.report else "",
        "years": [one for one in months if len(one) == 4],
        "shorter": [one for one in months if len(one) > 4],
        "since": tongue.day(_noon(view.period.since)),
        "until": tongue.day(_noon(view.period.last)),
    }


def speech(tongue: Tongue) -> Speech:
    """Return how accounts are told in a page's language."""
    return Speech(
        language=tongue.language,
        say=tongue.say,
        number=tongue.number,
        percent=tongue.percent,
        day=lambda day: tongue.day(_noon(day)),
        short=lambda day: tongue.day(_noon(day)).rsplit(" ", 1)[0],
    )


def _noon(day: date) -> int:
    return microseconds(datetime.combine(day, time(12), UTC))
