"""The console: pages for those who decide, write rules, lead and audit. Thin: rooms decide, pages show.

Each module is one subject: its endpoints gather values for ``frame.framed`` and end in a table ``ROUTES``, made of
``frame.show`` and ``frame.do``. Templates of the same name stand in ``templates/``, their German in ``web/words/de``.
``frame.RAIL`` names the places that the rail shows.
"""

from typing import Final

from bylaw.web.console import (
    actions,
    appeals,
    audit,
    cases,
    find,
    joining,
    keys,
    ledger,
    me,
    overview,
    people,
    policies,
    quality,
    queues,
    signing_in,
    transparency,
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
    *signing_in.ROUTES,
    *joining.ROUTES,
    *vouched.ROUTES,
    *me.ROUTES,
    *people.ROUTES,
    *keys.ROUTES,
    *audit.ROUTES,
    *ledger.ROUTES,
    *policies.ROUTES,
    *transparency.ROUTES,
)
