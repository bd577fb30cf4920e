"""Which pages are measured: every one that people look at, of things that are there; a page that is missing is an error."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import quote

from bench.desk_people import CLAUSE
from bylaw.appeals import store as appeals
from bylaw.appeals.model import State as Objection
from bylaw.cases import store as cases
from bylaw.drafts import store as drafts
from bylaw.enforcement import store as actions
from bylaw.enforcement.model import State
from bylaw.enforcement.retroactive import store as plans
from bylaw.engine.recording import instant
from bylaw.finding.listing import latest
from bylaw.records.people import named
from bylaw.runtime.offices import Office
from bylaw.web.app import ROUTES

UNMEASURED: Final[Mapping[str, str]] = {
    "/assets/{file}": "a file of the package",
    "/staff/back": "what a provider sends: it is sent on by the browser, and nothing is looked at",
}
SOUGHT: Final = (
    "",
    'decision.outcome == "hold"',
    '"casino" in decision.rules',
    '"even" in decision.rules && decision.kind == "message.sent"',
    'decision.clauses.under("house")',
    "size(decision.rules) > 2",
    '"{account}" in decision.accounts',
    'decision.kind == "nothing.such"',
)


class World(NamedTuple):
    """One of each thing that a page is about."""

    account: str
    decision: str
    seq: int
    actions: tuple[str, ...]  # ordered and told; by a rule; one that awaits agreement
    appeals: tuple[str, ...]  # one open, one decided
    cases: tuple[str, ...]  # one open, one closed
    queue: str
    draft: str
    report: str
    plan: str
    year: str
    token: str  # of the page of somebody concerned
    staff: str
    link: str  # by which somebody joins


def world_of(office: Office, staff: str, link: str) -> World:
    """Return what there is in a record, once a back-test and a look back were run."""
    with office.records.reading() as core:
        one = latest(core, lambda _: True, 1)[0]
        open_, closed = (cases.find(core, cases.Sought(waiting=w), limit=1)[0] for w in (True, False))
        lodged = [appeals.appeals(core, [state], limit=1)[0] for state in (Objection.OPEN, Objection.UPHELD)]
        [(draft, report), *_] = (
            (draft.id, trial.said.report)
            for draft in drafts.drafts(core)
            for trial in drafts.trials(core, draft.id)
        )
        made = [
            *actions.actions(core, person=closed.person)[:1],
            *actions.actions(core, source=one.seq)[:1],
            *actions.actions(core, states=[State.AWAITING])[:1],
        ]
        plan = plans.plans(core, limit=1)[0].said.plan
    account = next(filter(None, (named(office.vault, person) for person in one.body.people)), "")
    return World(
        account=quote(account),
        decision=one.body.decision,
        seq=one.seq,
        actions=tuple(stood.action.action for stood in made),
        appeals=tuple(appeal.id for appeal in lodged),
        cases=(open_.case, closed.case),
        queue=open_.queue,
        draft=draft,
        report=report,
        plan=plan,
        year=str(instant(office.records.clock()).year),
        token=office.appeals.notices.links.token(lodged[0].lodged.notice),
        staff=staff,
        link=link,
    )


def things(w: World) -> Mapping[str, Sequence[str]]:
    """Return what the first name in a path stands for, by route."""
    return {
        "/console/actions/{action}": w.actions,
        "/console/queues/{queue}": (
            w.queue,
            f"{w.queue}?rule=even",
            f"{w.queue}?clause=house",
            f"{w.queue}?rule=none",
        ),
        "/console/cases/{case}": w.cases,
        "/console/appeals/{appeal}": w.appeals,
        "/console/decisions/{decision}": (w.decision,),
        "/console/accounts/{account}": (w.account,),
        "/staff/join/{token}": (w.link,),
        "/console/people/{staff}": (w.staff,),
        "/console/ledger/{seq}": (str(w.seq),),
        "/console/ledger/{seq}/proof": (str(w.seq),),
        "/console/ledger/{seq}/record": (str(w.seq),),
        "/console/rules/{rule}": ("even", "address-1"),
        "/console/drafts/{draft}": (w.draft,),
        "/console/drafts/{draft}/edit": (w.draft,),
        "/console/drafts/{draft}/try": (w.draft,),
        "/console/drafts/{draft}/backtest": (w.draft,),
        "/console/drafts/{draft}/backtest/progress": (w.draft,),
        "/console/drafts/{draft}/reports/{digest}": (w.draft,),
        "/console/retroactive/{plan}": (w.plan,),
        "/console/retroactive/{plan}/progress": (w.plan,),
        "/console/policies/{document}": ("acceptable-use", "house"),
        "/console/transparency/{period}": (w.year,),
        "/transparency/{period}": (w.year,),
        "/your/{token}": (w.token,),
    }


def queries(w: World) -> Mapping[str, Sequence[str]]:
    """Return what else is asked for, by route."""
    return {
        "/console": ("?days=90",),
        "/console/actions": ("?state=awaiting", f"?account={w.account}"),
        "/console/appeals": ("?state=upheld",),
        "/console/audit": (f"?member={w.staff}", f"?account={w.account}"),
        "/console/find": (f"?q={w.account}", f"?q={CLAUSE}"),
        "/console/rules": ("?q=address",),
        "/console/drafts/{draft}/edit": ("?file=rules/plain.yaml",),
        "/console/search": tuple(
            f"?days={days}&q={quote(q.replace('{account}', w.account))}" for days in (7, 0) for q in SOUGHT
        ),
    }


def paths(world: World) -> Iterator[str]:
    """Yield the pages that are looked at, of every route that has some."""
    routes = [route.path for route in ROUTES if route.page and route.method == "GET"]
    names, more = things(world), queries(world)
    missing = [path for path in routes if "{" in path and path not in names and path not in UNMEASURED]
    if missing:
        sys.exit(
            f"no page is measured of {', '.join(missing)}: say in `things` which, or in UNMEASURED why not"
        )
    for route in routes:
        if route not in UNMEASURED:
            for path in _of(route, names.get(route, ()), world):
                yield path
                yield from (path + query for query in more.get(route, ()))


def _of(route: str, names: Sequence[str], world: World) -> Iterator[str]:
    """Yield the paths of a route; what follows a second name in it comes from the world too."""
    before, brace, rest = route.partition("{")
    if not brace:
        yield route
        return
    after = rest.partition("}")[2].replace("{digest}", world.report)
    for value in names:
        name, mark, query = value.partition("?")
        yield f"{before}{name}{after}{mark}{query}"
