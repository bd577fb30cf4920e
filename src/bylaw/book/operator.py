"""``operator.toml``: who the operator is, how to reach it, who works there, what its events are.

TOML carries no positions once read, so the line of a mistake is found again in the text.
"""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Literal

import msgspec

from bylaw.base.errors import Problem, Problems, Where
from bylaw.base.spelling import did_you_mean
from bylaw.book.appealing import DECIDES, Abuse, Appeals, Attachments, check_appeals
from bylaw.book.casework import Care, Casework, Route, WorkQueue, check_casework, unknown_casework
from bylaw.book.incoming import Incoming, check_incoming
from bylaw.book.monitoring import Surface, check_monitoring
from bylaw.book.outgoing import TYPES, Mail, Notices, Webhook, check_outgoing
from bylaw.book.reporting import Transparency, check_reporting
from bylaw.book.sanctions import Claim, Rung, Strikes, loose_permitting, loose_rungs, unknown_clauses
from bylaw.book.sign_in import IdentityProvider, StaffPages, check_sign_in
from bylaw.events.kinds import KINDS, Kind, declare_kind
from bylaw.events.sources.mapped import Mapped
from bylaw.records.ageing import Schedule
from bylaw.rules.effects import EFFECTS
from bylaw.rules.rule import Rule
from bylaw.staff.permissions import PERMISSIONS
from bylaw.staff.roles import ADMIN, BUILT_IN, known_roles
from bylaw.staff.roles import Role as StaffRole

FILE = "operator.toml"


class Identity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who publishes the policies."""

    name: str
    legal_name: str = ""
    site: str = ""
    legal_page: str = ""
    country: str = ""
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    accounts: tuple[str, ...] = ()  # the operator's own, with which customers have dealings


class ContactPoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address people write to. A blank one blocks publishing."""

    address: str
    purpose: str = ""
    refuse_attachments: bool = False


class Role(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people with this role may do. ``second_factor``: they sign in with two factors whatever they may."""

    purpose: str = ""
    permissions: tuple[str, ...] = ()
    second_factor: bool = False


class Retention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a kind of data is kept, and the source that says so (law is data).

    ``events``: kinds of events whose recorded contents age out by it. ``then``: what is left: ``nothing``, or
    ``aggregate``, how many there were by day, kind and clause; ``release`` ends a hold.
    """

    days: Annotated[int, msgspec.Meta(ge=1)]
    then: Literal["nothing", "aggregate", "release"] = "nothing"
    source: str = ""
    events: tuple[str, ...] = ()


class CustomKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event kind of the operator's own: field → type, such as ``optional personal string``."""

    fields: dict[str, str]
    doc: str = ""


class PolicySource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document kept elsewhere than ``policies/<key>/``: its files, relative to the book."""

    files: tuple[str, ...]


class Operator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    operator: Identity
    contacts: dict[str, ContactPoint] = {}
    queues: dict[str, WorkQueue] = {}
    routing: tuple[Route, ...] = ()  # the first that takes a case says where it goes
    cases: Casework = Casework()
    roles: dict[str, Role] = {}
    monitoring: dict[str, Surface] = {}
    retention: dict[str, Retention] = {}
    quotas: dict[str, Annotated[int, msgspec.Meta(ge=0)]] = {}  # effect → how often in a day, for everybody
    events: dict[str, CustomKind] = {}
    policies: dict[str, PolicySource] = {}
    strikes: Strikes = Strikes()
    ladder: tuple[Rung, ...] = ()
    claims: dict[str, Claim] = {}  # clause → the damages that a policy names
    notices: Notices = Notices()
    appeals: Appeals = Appeals()
    mail: Mail | None = None
    webhooks: dict[str, Webhook] = {}
    staff: StaffPages = StaffPages()
    incoming: dict[str, Incoming] = {}
    transparency: Transparency | None = None


UNKNOWN = Operator(operator=Identity(name="an operator without operator.toml"))


def read_operator(data: bytes | None, problems: list[Problem]) -> Operator:
    """Return the operator; what is wrong goes to ``problems``, and an empty operator stands in."""
    if data is None:
        problems.append(
            Problem(
                code="operator.missing",
                message="no operator.toml",
                where=Where(FILE),
                hint="write one, with [operator] name",
            )
        )
        return UNKNOWN
    text = data.decode("utf-8-sig", errors="replace")
    try:
        operator = msgspec.convert(tomllib.loads(text), Operator)
    except tomllib.TOMLDecodeError as error:
        problems.append(_syntax(error))
        return UNKNOWN
    except msgspec.ValidationError as error:
        problems.append(_invalid(text, str(error)))
        return UNKNOWN
    problems += _loose_ends(text, operator)
    return operator


def event_kinds(operator: Operator, text: str, problems: list[Problem]) -> Mapping[str, Kind]:
    """Return the built-in event kinds and the operator's own; what others send in must become events of these."""
    kinds = dict(KINDS)
    for name, custom in operator.events.items():
        try:
            kinds[name] = declare_kind(
                name, custom.fields, doc=custom.doc, where=_place(text, ("events", name))
            )
        except Problems as error:
            problems += error.problems
    problems += check_monitoring(operator.monitoring, kinds, lambda keys: _place(text, keys))
    problems += check_incoming(operator.incoming, kinds, lambda keys: _place(text, keys))
    return kinds


def check_sanctions(operator: Operator, data: bytes | None, clauses: Collection[str]) -> Iterable[Problem]:
    """Yield a problem for each clause that strikes, ladder, claims or casework name and no document has."""
    text = (data or b"").decode("utf-8-sig", errors="replace")
    named = [
        *unknown_clauses(operator.strikes, operator.ladder, operator.claims, clauses),
        *unknown_casework(operator.cases, operator.routing, clauses),
    ]
    for keys, name in named:
        yield Problem(
            code="operator.unknown_clause",
            message=f"no document has the clause `{name}`, or one below it",
            where=_place(text, keys),
            hint=did_you_mean(name, clauses),
        )


def check_account(
    operator: Operator, data: bytes | None, clauses: Collection[str], rules: Iterable[Rule]
) -> Iterable[Problem]:
    """Yield what is wrong with what the public account needs to know, and clauses that it cannot count."""
    text = (data or b"").decode("utf-8-sig", errors="replace")
    kinds = (*KINDS, *operator.events)
    yield from check_reporting(operator.transparency, clauses, rules, kinds, lambda keys: _place(text, keys))


def _syntax(error: tomllib.TOMLDecodeError) -> Problem:
    message, _, place = str(error).rstrip(")").partition(" (at ")
    numbers = [int(word) for word in place.replace(",", " ").split() if word.isdigit()]
    line, column = (*numbers, 0, 0)[:2]
    return Problem(
        code="operator.syntax",
        message=message[:1].lower() + message[1:],
        where=Where(FILE, line, column),
        hint="operator.toml is TOML: [table] headings and `key = value` lines",
    )


def _invalid(text: str, message: str) -> Problem:
    """Turn "… - at `$.contacts[...].address`" into a place and a suggestion."""
    what, _, path = message.partition(" - at ")
    keys = (
        tuple(path.strip("`$").replace("[...]", "").replace("[*]", "").strip(".").split(".")) if path else ()
    )
    word = what.partition("`")[2].partition("`")[0]
    keys = tuple(key for key in keys if key)
    known = _fields(keys)
    return Problem(
        code="operator.invalid",
        message=what[:1].lower() + what[1:],
        where=_place(text, (*keys, word) if "unknown field" in what else keys),
        hint=did_you_mean(word, known)
        if "unknown field" in what
        else f"docs/configuration.md tells every key of {FILE}",
    )


def _fields(keys: tuple[str, ...]) -> tuple[str, ...]:
    tables = {
        "operator": Identity,
        "contacts": ContactPoint,
        "queues": WorkQueue,
        "cases": Casework,
        "cases.care": Care,
        "routing": Route,
        "roles": Role,
        "monitoring": Surface,
        "retention": Retention,
        "events": CustomKind,
        "policies": PolicySource,
        "notices": Notices,
        "appeals": Appeals,
        "appeals.attachments": Attachments,
        "appeals.abuse": Abuse,
        "mail": Mail,
        "webhooks": Webhook,
        "staff": StaffPages,
        "staff.providers": IdentityProvider,
        "incoming": Incoming,
        "incoming.events": Mapped,
        "transparency": Transparency,
    }
    paths = [".".join(keys[:depth]) for depth in (2, 1)]
    return next(
        (tables[path].__struct_fields__ for path in paths if path in tables), Operator.__struct_fields__
    )


def _place(text: str, keys: tuple[str, ...]) -> Where:
    """Find where ``keys`` are written: the last of them under the heading that names the others."""
    heading = ""
    best = alike = 0
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if bare.startswith("["):
            heading = bare.strip("[] ").replace('"', "")
        elif bare.partition("=")[0].strip(' "') == keys[-1] and heading.split(".")[0] in keys:
            if heading == ".".join(keys[:-1]):
                return Where(FILE, number)
            alike = alike or number
        if keys and heading and heading.split(".")[0] == keys[0] and not best:
            best = number
        if keys and heading == ".".join(keys):
            return Where(FILE, number)
    return Where(FILE, alike or best)


def schedules(operator: Operator) -> tuple[Schedule, ...]:
    """Return how long contents of events are kept."""
    return tuple(
        Schedule(name=name, events=frozenset(one.events), days=one.days, aggregate=one.then == "aggregate")
        for name, one in sorted(operator.retention.items())
        if one.events
    )


def roles(operator: Operator) -> dict[str, StaffRole]:
    """Return the roles of the book, as the room of staff reads them."""
    return {
        name: StaffRole(role.purpose, frozenset(role.permissions), role.second_factor)
        for name, role in operator.roles.items()
    }


def _ageing(text: str, operator: Operator) -> Iterable[Problem]:
    known, seen = KINDS.keys() | operator.events.keys(), dict[str, str]()
    for name, retention in operator.retention.items():
        for kind in retention.events:
            if kind in known and kind not in seen and retention.then != "release":
                seen[kind] = name
                continue
            other = f"`retention.{seen[kind]}` keeps too" if kind in seen else "is no kind of event"
            released = retention.then == "release"
            yield Problem(
                code="operator.retention",
                message=f"`retention.{name}` "
                + ("ends holds and names events" if released else f"keeps `{kind}`, which {other}"),
                where=_place(text, ("retention", name, "events")),
                hint="" if released else did_you_mean(kind, known - seen.keys()),
            )


def _permissions(text: str, operator: Operator) -> Iterable[Problem]:
    for name, role in operator.roles.items():
        for permission in role.permissions:
            if permission not in PERMISSIONS:
                yield Problem(
                    code="operator.unknown_permission",
                    message=f"the role `{name}` may `{permission}`, which is no permission",
                    where=_place(text, ("roles", name, "permissions")),
                    hint=did_you_mean(permission, PERMISSIONS) or "`bylaw staff permissions` lists them",
                    severity="warning",  # it grants nothing; and books that once decided must still load
                )
    if ADMIN in operator.roles:
        yield Problem(
            code="operator.built_in_role",
            message=f"the role `{ADMIN}` is built in and cannot be changed",
            where=_place(text, ("roles", ADMIN)),
            hint="give yours another name; a member may have both",
            severity="warning",
        )


def _loose_ends(text: str, operator: Operator) -> Iterable[Problem]:
    yield from _ageing(text, operator)
    for message in loose_rungs(operator.ladder):
        yield Problem(code="operator.ladder", message=message, where=_place(text, ("ladder",)))
    for message in loose_permitting(operator.strikes):
        place = _place(text, ("strikes", "permitting"))
        yield Problem(code="operator.permitting", message=message, where=place)
    yield from check_outgoing(
        operator.notices, operator.mail, operator.webhooks, TYPES, lambda keys: _place(text, keys)
    )
    yield from check_appeals(
        operator.appeals,
        operator.notices.page,
        {name: queue.staffed_by for name, queue in operator.queues.items()},
        {name for name, role in known_roles(roles(operator)).items() if DECIDES in role.permissions},
        lambda keys: _place(text, keys),
    )
    yield from check_sign_in(operator.staff, lambda keys: _place(text, keys))
    yield from _permissions(text, operator)
    names = {"effects": EFFECTS.keys(), "kinds": KINDS.keys() | operator.events.keys()}
    yield from check_casework(
        operator.cases, operator.queues, operator.routing, names, lambda keys: _place(text, keys)
    )
    for effect in operator.quotas.keys() - EFFECTS.keys():
        yield Problem(
            code="operator.unknown_effect",
            message=f"a quota for `{effect}`, which is no effect",
            where=_place(text, ("quotas", effect)),
            hint=did_you_mean(effect, EFFECTS),
        )
    for name, contact in operator.contacts.items():
        if not contact.address.strip():
            yield Problem(
                code="operator.blank_contact",
                message=f"the contact `{name}` has no address",
                where=_place(text, ("contacts", name)),
                hint="write the address people can reach",
                severity="warning",
                blocks_publishing=True,
            )
    for name, queue in operator.queues.items():
        if queue.staffed_by not in operator.roles.keys() | BUILT_IN.keys():
            yield Problem(
                code="operator.unknown_role",
                message=f"the queue `{name}` is staffed by `{queue.staffed_by}`, which is no role",
                where=_place(text, ("queues", name)),
                hint=did_you_mean(queue.staffed_by, operator.roles.keys() | BUILT_IN.keys())
                or f"add [roles.{queue.staffed_by}]",
            )
