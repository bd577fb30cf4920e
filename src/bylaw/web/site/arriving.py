"""Who comes by a private link: the token lets in, and nothing else; how often, from where, in which language.

The token stands in the address and is the whole capability: there is no cookie that a page of somebody else could use,
and whoever does not know the address cannot post to it. Still a browser that says that another page sent a form is
not believed.
"""

import ipaddress
from contextlib import suppress
from typing import Final

from ada_url import URL

from bylaw.base.errors import BylawError, NotFoundError, RefusedError
from bylaw.notices.links import PATH
from bylaw.notices.model import State
from bylaw.runtime.profiles import Profiles
from bylaw.web.callers import Caller
from bylaw.web.exchange import Exchange
from bylaw.web.languages import LANGUAGES, SOURCE, Tongue, tongue
from bylaw.web.service import Service

RATE: Final = 1_200  # requests a minute from one network address
FORM_COST: Final = 5  # requests that a form counts for
NETWORK: Final = 64  # bits of an IPv6 address that one household has
PRIVATE: Final = [
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow, noarchive"),
    (b"cache-control", b"no-store"),
]


def let_in(exchange: Exchange, service: Service, token: str, cost: int = 1) -> str:
    """Return the id of the notice to whose page somebody comes.

    Raises:
        RateError: too often, from there.
        NotFoundError: ``notice.no_page``, whatever it is that is wrong.
    """
    service.rates.spend(Caller(f"page {network(service.browsers.source(exchange))}", (), RATE), cost)
    notices = service.desk.office.appeals.notices
    name = notices.links.notice(token)
    with suppress(NotFoundError):
        if notices.notice(name).state is not State.SUPPRESSED:
            return name
    raise gone()


def gone() -> NotFoundError:
    """Return the error that stands for whatever keeps a page from being shown."""
    return NotFoundError("notice.no_page", "there is no such page", hint="take the link of the notice")


def refuse_elsewhere(exchange: Exchange, service: Service) -> None:
    """See to it that no page of somebody else sent a form, as far as the browser says.

    A page that sends no referrer has a browser say ``null`` for where its forms come from.

    Raises:
        RefusedError: ``web.forged``.
    """
    origin = exchange.header(b"origin").decode("ascii", "replace")
    site = exchange.header(b"sec-fetch-site")
    page = service.desk.book.operator.notices.page
    ours = {"", "null", *service.browsers.origins, *([URL(page).origin] if page else [])}
    if site not in {b"", b"same-origin"} or origin not in ours:
        raise RefusedError(
            "web.forged", "a page of somebody else may have sent this", hint="open the page again"
        )


def tongue_for(exchange: Exchange, service: Service, person: bytes, asked: str) -> Tongue:
    """Return in which language somebody is spoken to: asked for, theirs, their browser's, the operator's."""
    spoken = languages(service)
    accepted = exchange.header(b"accept-language").decode("ascii", "replace")[:200].split(",")
    wanted = (asked, _theirs(service, person), *(one.partition(";")[0].strip() for one in accepted))
    return tongue(next((one[:2].lower() for one in wanted if one[:2].lower() in spoken), spoken[0]))


def languages(service: Service) -> tuple[str, ...]:
    """Return the languages that pages of this operator speak, the usual one first."""
    own = service.desk.book.operator.operator.languages
    return tuple(one for one in own if one in LANGUAGES) or (SOURCE,)


def address(token: str) -> str:
    """Return the path of a page."""
    return f"{PATH}{token}"


def _theirs(service: Service, person: bytes) -> str:
    try:
        return Profiles(service.reading.records, service.archive).of(person).language
    except BylawError:
        return ""


def network(source: str) -> str:
    """Return the network that somebody comes from, as far as it counts as one."""
    try:
        found = ipaddress.ip_address(source)
    except ValueError:
        return source[:64]
    return str(ipaddress.ip_network(f"{found}/{NETWORK}", strict=False)) if found.version == 6 else str(found)
