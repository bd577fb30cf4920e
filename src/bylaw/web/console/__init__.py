"""The console: pages for those who decide, write rules, lead and audit. Thin: rooms decide, pages show.

Each module is one subject: its endpoints gather values for ``frame.framed`` and end in a table ``ROUTES``, made of
``frame.show`` and ``frame.do``. Templates of the same name stand in ``templates/``, their German in ``web/words/de``.
``frame.RAIL`` names the places that the rail shows.
"""

from typing import Final

from bylaw.web.console import (
    accounts,
    actions,
    appeals,
    audit,
    cases,
    decisions,
    drafts,
    find,
    joining,
    keys,
    ledger,
    live,
    me,
    overview,
    people,
    policies,
    quality,
    queues,
    retroactive,
    rules,
    search,
    settings,
    signing_in,
    transparency,
    trying,
    vouched,
)
from bylaw.web.routes import Route

ROUTES: Final[tuple[Route, ...]] = (
    *overview.ROUTES,
    *actions.ROUTES,
    *queues.ROUTES,
    *cases.ROUTES,
    *quality.ROUTES,
    *appeals.ROUTES,
    *find.ROUTES,
    *search.ROUTES,
    *live.ROUTES,
    *decisions.ROUTES,
    *accounts.ROUTES,
    *signing_in.ROUTES,
    *joining.ROUTES,
    *vouched.ROUTES,
    *me.ROUTES,
    *people.ROUTES,
    *keys.ROUTES,
    *audit.ROUTES,
    *ledger.ROUTES,
    *rules.ROUTES,
    *drafts.ROUTES,
    *trying.ROUTES,
    *retroactive.ROUTES,
    *policies.ROUTES,
    *settings.ROUTES,
    *transparency.ROUTES,
)
