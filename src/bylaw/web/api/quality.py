"""How good verdicts and rules are, items whose verdict is known, and what spares those who look at hard things."""

from datetime import datetime
from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import Path, Response

from bylaw.cases import quality, store
from bylaw.cases.care import Load
from bylaw.cases.model import Cared, Outcome
from bylaw.cases.quality import Agreement, Figure
from bylaw.engine.recording import instant
from bylaw.staff.permissions import may_somewhere
from bylaw.web.api.told_actions import MAX_ID
from bylaw.web.api.told_cases import LEADS, case_for, queues_for
from bylaw.web.bodies import done, taken
from bylaw.web.callers import Caller
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_BREAK: Final = 480  # minutes
MAX_BUDGET: Final = 1_000
MILLION: Final = 1_000_000

CaseName = Annotated[str, Path(max_length=MAX_ID, description="the case's id")]
GoldenName = Annotated[str, Path(max_length=MAX_ID, description="the item's id")]


class AgreementView(msgspec.Struct, frozen=True, kw_only=True):
    """How far two agree who judged the same. ``kappa``: Cohen's κ; nothing, where chance alone leaves no room."""

    subject: str
    pairs: int
    rate: float
    kappa: float | None


class FigureView(msgspec.Struct, frozen=True, kw_only=True):
    """How often people found a rule or clause right and wrong, and what became of it on appeal.

    ``confidence`` (0 to 1) is what the priority of cases makes of it.
    """

    name: str
    right: int
    wrong: int
    sustained: int
    reversed: int
    reversal_rate: float | None
    confidence: float


class QueueTimes(msgspec.Struct, frozen=True, kw_only=True):
    """How long verdicts of a queue took, in seconds: the median and the slowest tenth of the last 1,000.

    ``warned`` and ``late`` count cases that were nearly late, and late, ever.
    """

    queue: str
    verdicts: int
    median_seconds: int
    slowest_seconds: int
    warned: int
    late: int


class QualityView(msgspec.Struct, frozen=True, kw_only=True):
    """Quality as a whole, by rule and clause; by reviewer, for those who lead them.

    ``agreement`` is of second looks, ``golden`` of items whose verdict is known; the first line of each is of all.
    """

    agreement: tuple[AgreementView, ...]
    golden: tuple[AgreementView, ...]
    rules: tuple[FigureView, ...]
    clauses: tuple[FigureView, ...]
    queues: tuple[QueueTimes, ...]


class KnownView(msgspec.Struct, frozen=True, kw_only=True):
    """An item whose right verdict is known."""

    golden: str
    queue: str
    source: int
    decision: str
    outcome: Outcome
    clauses: tuple[str, ...]


class KnownItems(msgspec.Struct, frozen=True, kw_only=True):
    """Those that are used."""

    golden: tuple[KnownView, ...]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The id of an item that is used from now on, or no more."""

    golden: str


class CareView(msgspec.Struct, frozen=True, kw_only=True):
    """How things are shown to somebody, and what they have to bear.

    ``blur``, ``grey``, ``mute``: how contents are shown at first. ``severe``: cases of severe queues come at all, at
    most ``budget`` a day, of which ``seen`` came. ``resting`` until then.
    """

    blur: bool
    grey: bool
    mute: bool
    severe: bool
    budget: int
    seen: int
    needs_break: bool
    resting: datetime | None


class Prefer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How somebody wants to see things. ``budget``: severe cases a day, fewer than the book allows."""

    blur: bool = True
    grey: bool = True
    mute: bool = True
    severe: bool = True
    budget: Annotated[int, msgspec.Meta(ge=0, le=MAX_BUDGET)] | None = None


class Rest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a break is; at least as long as the book says."""

    minutes: Annotated[int, msgspec.Meta(ge=0, le=MAX_BREAK)] = 0


def quality_of(service: Serving, exchange: Asked) -> Response:
    """Return the quality of verdicts and rules."""
    return said(quality_for(service, exchange.caller))


def known(service: Serving) -> Response:
    """Return the items whose right verdict is known."""
    with service.reading.records.reading() as core:
        found = quality.known(core)
    return said(KnownItems(golden=tuple(KnownView(**one._asdict()) for one in found)))


async def keep(service: Serving, exchange: Asked, case: CaseName) -> Response:
    """Keep what a case was about as an item whose right verdict is known."""
    return await done(exchange, service, partial(kept, service, exchange.caller, case))


async def drop(service: Serving, exchange: Asked, golden: GoldenName) -> Response:
    """Use an item no more."""

    def work() -> Kept:
        service.desk.office.cases.drop_golden(golden, exchange.caller.id)
        return Kept(golden=golden)

    return await done(exchange, service, work)


def care(service: Serving, exchange: Asked) -> Response:
    """Return how things are shown to whoever asks."""
    return said(care_for(service, exchange.caller))


async def prefer(service: Serving, exchange: Asked) -> Response:
    """Keep how whoever asks wants to see things."""
    asked = await taken(exchange, Prefer)
    return await done(exchange, service, partial(preferred, service, exchange.caller, asked), asked)


async def rest(service: Serving, exchange: Asked) -> Response:
    """Begin a break."""
    asked = await taken(exchange, Rest)
    return await done(exchange, service, partial(rested, service, exchange.caller, asked.minutes), asked)


# -- for pages too


def quality_for(service: Service, caller: Caller) -> QualityView:
    """Return the quality of verdicts and rules, as far as somebody may know it."""
    kinds = ["", "queue", "rule", "clause"]
    if may_somewhere(caller.grants, LEADS):
        kinds.append("staff")
    allowed = queues_for(caller, "case.read")
    with service.reading.records.reading() as core:
        agreement = [one for kind in kinds for one in quality.agreement(core, kind)]
        golden = [one for kind in kinds for one in quality.agreement(core, kind, golden=True)]
        rules, clauses = quality.figures(core, "rule"), quality.figures(core, "clause")
        late = quality.late(core)
        there = {one.queue for one in store.queues(core)} | set(service.desk.book.operator.queues)
        queues = sorted(one for one in there if allowed is None or one in allowed)
        times = {queue: quality.times(core, queue) for queue in queues}
    return QualityView(
        agreement=tuple(map(_agreement, agreement)),
        golden=tuple(map(_agreement, golden)),
        rules=tuple(map(_figure, rules)),
        clauses=tuple(map(_figure, clauses)),
        queues=tuple(
            QueueTimes(
                queue=queue,
                verdicts=took.verdicts,
                median_seconds=took.median // MILLION,
                slowest_seconds=took.slowest // MILLION,
                warned=late.get(queue, (0, 0))[0],
                late=late.get(queue, (0, 0))[1],
            )
            for queue, took in times.items()
        ),
    )


def kept(service: Service, caller: Caller, case: str) -> Kept:
    """Keep what a case was about; in the decider's thread."""
    case_for(service, caller, case, LEADS)
    return Kept(golden=service.desk.office.cases.keep_golden(case, caller.id))


def care_for(service: Service, caller: Caller) -> CareView:
    """Return how things are shown to somebody."""
    return _care(service.desk.office.cases.load(caller.id), service)


def preferred(service: Service, caller: Caller, asked: Prefer) -> CareView:
    """Keep how somebody wants to see things; in the decider's thread."""
    wishes = Cared(
        staff=caller.id,
        blur=asked.blur,
        grey=asked.grey,
        mute=asked.mute,
        budget=asked.budget,
        severe=asked.severe,
    )
    service.desk.office.cases.prefer(wishes)
    return care_for(service, caller)


def rested(service: Service, caller: Caller, minutes: int = 0) -> CareView:
    """Begin a break; in the decider's thread."""
    service.desk.office.cases.rest(caller.id, minutes)
    return care_for(service, caller)


def _care(load: Load, service: Service) -> CareView:
    wishes = load.wishes
    return CareView(
        blur=wishes.blur,
        grey=wishes.grey,
        mute=wishes.mute,
        severe=wishes.severe,
        budget=load.budget,
        seen=load.seen,
        needs_break=load.needs_break,
        resting=instant(load.rests) if load.rests > service.desk.office.records.clock() else None,
    )


def _agreement(one: Agreement) -> AgreementView:
    return AgreementView(subject=one.subject, pairs=one.pairs, rate=one.rate, kappa=one.kappa)


def _figure(one: Figure) -> FigureView:
    return FigureView(
        name=one.name,
        right=one.right,
        wrong=one.wrong,
        sustained=one.sustained,
        reversed=one.reversed,
        reversal_rate=one.reversal_rate,
        confidence=one.confidence / 1000,
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/quality",
        name="quality",
        summary="How good verdicts and rules are",
        tag="cases",
        permission="case.read",
        answers={JSON: QualityView},
        endpoint=quality_of,
    ),
    Route(
        method="GET",
        path="/v1/golden",
        name="golden",
        summary="Items whose right verdict is known",
        tag="cases",
        permission=LEADS,
        answers={JSON: KnownItems},
        endpoint=known,
    ),
    Route(
        method="POST",
        path="/v1/cases/{case}/golden",
        name="keep_golden",
        summary="Keep what a case was about as an item whose right verdict is known",
        doc="It comes to other reviewers among their cases, as often as `golden_percent` of the book says.",
        tag="cases",
        permission=LEADS,
        answers={JSON: Kept},
        problems=(404, 409),
        endpoint=keep,
    ),
    Route(
        method="POST",
        path="/v1/golden/{golden}/drop",
        name="drop_golden",
        summary="Use an item no more",
        tag="cases",
        permission=LEADS,
        answers={JSON: Kept},
        problems=(404, 409),
        endpoint=drop,
    ),
    Route(
        method="GET",
        path="/v1/care",
        name="care",
        summary="How things are shown to whoever asks, and what they have to bear",
        tag="cases",
        permission="case.decide",
        answers={JSON: CareView},
        endpoint=care,
    ),
    Route(
        method="POST",
        path="/v1/care",
        name="prefer",
        summary="Say how one wants to see things",
        tag="cases",
        permission="case.decide",
        takes={JSON: Prefer},
        answers={JSON: CareView},
        problems=(408, 413, 415),
        endpoint=prefer,
    ),
    Route(
        method="POST",
        path="/v1/care/rest",
        name="rest",
        summary="Begin a break",
        tag="cases",
        permission="case.decide",
        takes={JSON: Rest},
        answers={JSON: CareView},
        problems=(408, 413, 415),
        endpoint=rest,
    ),
)
