"""The audit trail: who signed in, who changed what, who read whose content and what for. Whoever reads it changes nothing."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, NamedTuple

from fastapi import Query, Response

from bylaw.base.errors import InputError, Where
from bylaw.engine.recording import microseconds
from bylaw.staff.reading import Noted
from bylaw.staff.store import LATEST
from bylaw.staff.trail import Deed
from bylaw.web.api.audit import MAX_DIGITS, said_openly
from bylaw.web.api.members import MAX_ID
from bylaw.web.api.told_staff import member_view
from bylaw.web.console.frame import framed, show
from bylaw.web.console.names import naming
from bylaw.web.console.signing_in import HOME
from bylaw.web.cooked import Asked, Serving
from bylaw.web.languages import tongue_of
from bylaw.web.people import known
from bylaw.web.service import Service

PLACE: Final = f"{HOME}/audit"
SHOWN: Final = 50
MAX_SHOWN: Final = 3  # of a list
GROUPS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {  # name → its label, what kinds begin with
    "reading": ("Readings of content", ("content.",)),
    "signing-in": (
        "Signing in",
        ("staff.signed_in", "staff.proved", "staff.failed", "session.", "sessions."),
    ),
    "people": (
        "People and roles",
        (
            *("staff.invited", "staff.linked", "staff.joined", "staff.suspended", "staff.resumed"),
            *("staff.left", "staff.assigned", "staff.described"),
        ),
    ),
    "factors": ("What lets people in", ("factor.",)),
    "keys": ("Keys of the API", ("key.",)),
    "cases": ("Cases", ("case.", "staff.cared")),
    "appeals": ("Appeals", ("appeal.",)),
    "actions": ("Actions", ("enforcement.", "notice.")),
    "rules": ("Rules", ("draft.", "book.", "retroactive.")),
    "records": ("Holds and destruction", ("hold.", "destruction.", "disclosure.", "record.", "retention.")),
}
READ: Final = "content.read"
# Of what a fact says in the open, what tells most, in this order.
_TELLING: Final = (
    *(
        "method",
        "why",
        "kind",
        "purpose",
        "case",
        "appeal",
        "draft",
        "plan",
        "actions",
        "action",
        "rule",
        "queue",
    ),
    *("outcome", "verdict", "clauses", "roles", "permissions", "hold", "notice"),
)
_PAGES: Final[Mapping[str, str]] = {
    "case_": "/console/cases/",
    "act_": "/console/actions/",
    "dec_": "/console/decisions/",
    "appeal_": "/console/appeals/",
    "draft_": "/console/drafts/",
    "retro_": "/console/retroactive/",
}


class Told(NamedTuple):
    """Something that is told of a deed; ``path`` leads to its page, if it has one."""

    text: str
    path: str

    @property
    def in_words(self) -> str:
        """What is a word of ours, for people; empty for ids, clauses and names."""
        spelled = self.text.replace("_", " ").replace("+", " and ")
        return spelled if spelled.replace(" ", "").isalpha() else ""


class Line(NamedTuple):
    """A deed as the trail shows it."""

    deed: Deed
    at: int
    told: list[Told]
    read: Noted | None


class Asking(NamedTuple):
    """What is looked for, as it stands in the address."""

    member: str
    kind: str
    since: str
    account: str


def audit(  # noqa: PLR0913 - what may be looked for
    exchange: Asked,
    service: Serving,
    *,
    member: Annotated[str, Query(max_length=MAX_ID)] = "",
    kind: Annotated[str, Query(max_length=MAX_ID)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    account: Annotated[str, Query(max_length=MAX_ID)] = "",
    before: Annotated[str, Query(max_length=MAX_DIGITS)] = "",
) -> Response:
    """Return the page of the trail."""
    asking = Asking(member, kind, since, account)
    deeds = _deeds(service, asking, int(before) if before.isascii() and before.isdigit() else LATEST)
    shown = deeds[:SHOWN]
    members = [member_view(service.staff, one) for one in service.staff.roster.members()[:MAX_NAMES]]
    values = {
        "lines": _lines(service, shown),
        "filters": asking._asdict(),
        "before": before,
        "next": shown[-1].seq if len(deeds) > SHOWN else "",
        "groups": [(name, label) for name, (label, _) in GROUPS.items()],
        "members": sorted((one.name or one.outside, one.staff) for one in members),
        "keys": [(one.name, one.id) for one in service.staff.keys.keys()],  # noqa: SIM118 - a method
        "name": naming(service, tongue_of(exchange)),
        "words": words_of_kind,
    }
    return framed(exchange, service, "audit.html", values, current=PLACE)


MAX_NAMES: Final = 500  # members to choose from


def words_of_kind(kind: str) -> str:
    """Return what a kind of fact is called, in English words."""
    return DEEDS.get(kind, kind.replace(".", " ").replace("_", " "))


def _deeds(service: Service, asking: Asking, before: int) -> list[Deed]:
    since = _instant(asking.since)
    if asking.account:
        person = known(service, asking.account)
        found = service.staff.reads.about(person, before)[: SHOWN + 1] if person else []
        return [Deed(one.seq, READ, one.read.staff, "") for one in found if one.at >= since]
    trail = service.staff.trail
    beginnings = GROUPS[asking.kind][1] if asking.kind in GROUPS else ()
    kinds = [one for one in sorted(trail.kinds) if one.startswith(beginnings)] if beginnings else ()
    return trail.deeds(SHOWN + 1, before=before, since=since, kinds=kinds, member=asking.member)


def _instant(day: str) -> int:
    if not day:
        return 0
    try:
        return microseconds(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC))
    except ValueError:
        hint = "as in 2026-11-21"
        raise InputError("web.form", "this is no day", hint=hint, where=Where("since")) from None


def _lines(service: Service, deeds: Iterable[Deed]) -> list[Line]:
    rows = {deed: service.reading.records.row(deed.seq) for deed in deeds}
    reads = service.staff.reads.noted([deed.seq for deed in rows if deed.kind == READ])
    noted = {one.seq: one for one in reads}
    return [
        Line(deed, row.at, list(_told(said_openly(row.body))), noted.get(deed.seq))
        for deed, row in rows.items()
    ]


def _told(said: Mapping[str, Any]) -> Iterable[Told]:
    for name in _TELLING:
        value = said.get(name)
        several = value if isinstance(value, list) else [value]
        for one in several[:MAX_SHOWN]:
            text = _spelled(one)
            if text:
                page = next((path for start, path in _PAGES.items() if text.startswith(start)), "")
                yield Told(text, page + text if page else "")
        if len(several) > MAX_SHOWN:
            yield Told(f"+{len(several) - MAX_SHOWN}", "")


def _spelled(value: object) -> str:
    if isinstance(value, dict):  # a role, with what it is narrowed to
        return " ".join([str(value.get("role", "")), *value.get("queues", ()), *value.get("clauses", ())])
    return value if isinstance(value, str) else ""


DEEDS: Final[Mapping[str, str]] = {
    "content.read": "read content",
    "staff.signed_in": "signed in",
    "staff.proved": "showed a factor again",
    "staff.failed": "was not let in",
    "session.ended": "ended a session",
    "sessions.revoked": "ended all sessions",
    "staff.invited": "invited",
    "staff.linked": "made another link",
    "staff.joined": "joined",
    "staff.suspended": "suspended",
    "staff.resumed": "let in again",
    "staff.left": "recorded as having left",
    "staff.assigned": "gave roles",
    "staff.described": "changed name or address",
    "staff.cared": "set preferences",
    "factor.added": "added what lets in",
    "factor.removed": "removed what lets in",
    "key.created": "made a key",
    "key.revoked": "revoked a key",
    "case.claimed": "took a case",
    "case.left": "left a case",
    "case.assigned": "gave a case",
    "case.escalated": "passed a case on",
    "case.noted": "wrote a note",
    "case.decided": "decided a case",
    "case.withdrawn": "took a verdict back",
    "case.closed": "closed a case",
    "case.rested": "took a break",
    "case.golden_kept": "kept a case as golden",
    "appeal.decided": "decided an appeal",
    "appeal.said": "answered an appeal",
    "appeal.limited": "limited appeals",
    "appeal.limit_lifted": "lifted a limit on appeals",
    "enforcement.resolved": "ordered an action",
    "enforcement.moved": "moved actions on",
    "enforcement.approved": "agreed to an action",
    "enforcement.undone": "took actions back",
    "notice.suppressed": "withheld a notice",
    "notice.released": "released a notice",
    "draft.opened": "began a draft",
    "draft.saved": "saved a draft",
    "draft.tried": "tried a draft",
    "draft.asked": "asked for approval of a draft",
    "draft.approved": "approved a draft",
    "draft.refused": "refused a draft",
    "draft.activated": "put a draft into force",
    "draft.withdrawn": "withdrew a draft",
    "retroactive.planned": "looked back with a rule",
    "retroactive.approved": "agreed to enforce a rule on what is older",
    "retroactive.refused": "refused to enforce a rule on what is older",
    "retroactive.stopped": "stopped a plan",
    "retroactive.resumed": "went on with a plan",
    "retroactive.undoing": "had a plan taken back",
    "book.restored": "put an earlier book back",
    "book.taken": "took a book over",
}

ROUTES = (show(PLACE, "audit_page", "Who did what, and read what for", audit, "audit.read"),)
