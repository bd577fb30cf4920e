"""``[notices]``, ``[mail]``, ``[webhooks]`` of operator.toml: how what is told leaves the house.

No secret stands in a book. A setting says where one is: ``env:NAME``, ``file:PATH``, or ``vault:NAME`` for one that the
vault makes and keeps.
"""

import ipaddress
from collections.abc import Callable, Collection, Iterable
from email.utils import parseaddr
from typing import Annotated, Final, Literal

import msgspec
from ada_url import URL
from email_validator import EmailNotValidError, validate_email

from bylaw.base.errors import Problem, Where
from bylaw.base.spelling import did_you_mean

TYPES: Final = (
    "action.planned",
    "decision.made",
    "notice.planned",
    "notice.sent",
    "notice.delivered",
    "notice.bounced",
    "notice.failed",
)
SCHEMES: Final = ("env", "file", "vault")
MAX_LOCAL: Final = 16  # characters of a return address before its tag, so that the whole fits into 64
_PORTS: Final = {"none": 25, "starttls": 587, "tls": 465}

Place = Callable[[tuple[str, ...]], Where]  # where a key is written


class Dkim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The signature on mail (RFC 6376). ``key`` says where the RSA key is, in PEM."""

    selector: str
    domain: str
    key: str


class Mail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server that takes our mail. ``bounces`` is the address that reports of failure come back to, tagged.

    ``receipts``: ask for reports of delivery too.
    """

    host: str
    sender: str = msgspec.field(name="from")
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0  # 0: as is usual for `tls`
    tls: Literal["none", "starttls", "tls"] = "starttls"
    user: str = ""
    password: str = ""
    reply_to: str = ""
    bounces: str = ""
    receipts: bool = False
    timeout_seconds: Annotated[int, msgspec.Meta(ge=1, le=300)] = 30
    dkim: Dkim | None = None

    @property
    def usual_port(self) -> int:
        """The port to connect to."""
        return self.port or _PORTS[self.tls]


class Webhook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address that hears what happens. ``events`` are types, or types ending in ``.*``, or ``*``.

    ``secrets``: the first signs first; a second one, while receivers change over. ``allow``: private networks that may be
    connected to.
    """

    url: str
    events: tuple[str, ...]
    secrets: tuple[str, ...] = ("vault:1",)
    allow: tuple[str, ...] = ()
    timeout_seconds: Annotated[int, msgspec.Meta(ge=1, le=60)] = 15


class Notices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How people are told. What happens to one person within ``digest_minutes`` is told in one message.

    ``by``: ``mail``, or ``webhook:NAME`` where the service tells people itself. ``appeal`` is an address or a link to object at, ``appeal_days`` how long that is possible; ``bodies`` are those that
    settle disputes out of court. ``page`` is where the pages of those concerned are: each notice then has a link to its own,
    which takes the place of ``appeal``.
    """

    digest_minutes: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 10
    by: str = "mail"
    appeal: str = ""
    page: str = ""
    appeal_days: Annotated[int, msgspec.Meta(ge=1)] = 183
    source: str = "Regulation (EU) 2022/2065, Article 20(1): at least six months"
    bodies: tuple[str, ...] = ()


def check_outgoing(
    notices: Notices, mail: Mail | None, webhooks: dict[str, Webhook], types: Collection[str], place: Place
) -> Iterable[Problem]:
    """Find what cannot work. ``types`` are those of events that webhooks may hear."""
    if notices.appeal and not is_link(notices.appeal) and not _is_address(notices.appeal):
        hint = "write https://… or name@domain"
        yield _problem("appeal is neither a link nor an address", place(("notices", "appeal")), hint)
    if notices.page and not is_page(notices.page):
        hint = "write https://notices.example.com, without a path, and have it lead to this service"
        yield _problem("page is no origin of pages", place(("notices", "page")), hint)
    if notices.by != "mail" and notices.by not in {f"webhook:{name}" for name in webhooks}:
        hint = did_you_mean(notices.by, ["mail", *(f"webhook:{name}" for name in webhooks)])
        yield _problem(f"`{notices.by}` is no way to tell people", place(("notices", "by")), hint)
    if mail is not None:
        yield from _check_mail(mail, place)
    for name, webhook in webhooks.items():
        yield from _check_webhook(name, webhook, types, place)


def _check_mail(mail: Mail, place: Place) -> Iterable[Problem]:
    for key, address in (("from", mail.sender), ("reply_to", mail.reply_to), ("bounces", mail.bounces)):
        if (address or key == "from") and not _is_address(parseaddr(address)[1]):
            yield _problem(f"`{key}` is no address", place(("mail", key)), "write name@domain")
    if len(parseaddr(mail.bounces)[1].partition("@")[0]) > MAX_LOCAL:
        message = f"the name in `bounces` is longer than {MAX_LOCAL} characters"
        yield _problem(message, place(("mail", "bounces")), "a tag is added to it, as in bounces+…@domain")
    secrets = {"password": mail.password} | ({"key": mail.dkim.key} if mail.dkim else {})
    for key, secret in secrets.items():
        if secret and not says_where(secret, ("env", "file")):
            yield _problem(
                f"`{key}` is no place of a secret", place(("mail", key)), "write env:NAME or file:PATH"
            )
    if mail.user and mail.tls == "none":
        yield _problem(
            "a password would be sent in the clear", place(("mail", "tls")), 'write tls = "starttls"'
        )


def _check_webhook(name: str, webhook: Webhook, types: Collection[str], place: Place) -> Iterable[Problem]:
    def at(key: str) -> Where:
        return place(("webhooks", name, key))

    if not name.replace("-", "").isalnum() or not name.islower():
        where = place(("webhooks", name))
        yield _problem(f"`{name}` is no name of a webhook", where, "use small letters, digits and dashes")
    if not is_link(webhook.url, http=bool(webhook.allow)):
        yield _problem("url is no https address", at("url"), "http is for networks under `allow` only")
    if not webhook.secrets or not webhook.events:
        yield _problem(f"`{name}` has no secret, or hears nothing", at("events"), 'write events = ["*"]')
    if not all(says_where(secret, SCHEMES) for secret in webhook.secrets):
        hint = "write vault:1, env:NAME or file:PATH"
        yield _problem("a secret of a webhook stands in the book", at("secrets"), hint)
    for event in webhook.events:
        if not any(hears(event, known) for known in types):
            yield _problem(f"`{event}` is no type of event", at("events"), did_you_mean(event, types))
    for network in webhook.allow:
        if not is_network(network):
            yield _problem(f"`{network}` is no network", at("allow"), "write 10.1.2.0/24")


def hears(pattern: str, event: str) -> bool:
    """Tell whether a type of event is one, or one of those, that a webhook hears."""
    prefix = pattern.removesuffix("*")
    return event == pattern or (prefix != pattern and event.startswith(prefix))


def is_network(text: str) -> bool:
    """Tell whether a text is a network, such as ``10.1.2.0/24``."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def says_where(secret: str, schemes: Collection[str]) -> bool:
    """Tell whether a text says where a secret is, as ``env:NAME`` does."""
    scheme, found, name = secret.partition(":")
    return bool(found) and scheme in schemes and bool(name)


def _is_address(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return False
    return True


def is_link(text: str, *, http: bool = False) -> bool:
    """Tell whether a text is an address of the web, by TLS unless ``http``."""
    try:
        url = URL(text)
    except ValueError:
        return False
    return (
        url.protocol in ({"https:", "http:"} if http else {"https:"})
        and not url.username
        and bool(url.hostname)
    )


def is_page(text: str) -> bool:
    """Tell whether an address is an origin of pages: https (http on this machine), and no path behind it."""
    if not is_link(text, http=True):
        return False
    url = URL(text)
    here = url.hostname in ("localhost", "127.0.0.1")
    return text.rstrip("/") == url.origin and (url.protocol == "https:" or here)


def _problem(message: str, where: Where, hint: str) -> Problem:
    return Problem(code="operator.outgoing", message=message, where=where, hint=hint)
