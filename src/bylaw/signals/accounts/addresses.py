"""What an e-mail address tells about itself: its spelling, and what sort of provider it is at.

Knows names only: whether a mailbox exists, or where its mail really goes, is not asked of any network.
"""

from disposable_email_domains import allowlist, blocklist
from email_validator import validate_email

from bylaw.signals.signal import Lists
from bylaw.signals.urls.domains import canonical_host, in_domains

MAX_ADDRESS = 254  # RFC 5321, section 4.5.3.1.3, without the angle brackets
BOOK_LISTS = ("disposable_domains", "public_inboxes")  # what an operator adds to the packaged list

_ALLOWED = tuple(sorted(allowlist))
_BLOCKED = tuple(sorted(blocklist))
_FREE_IN_ONE_PLACE = """
    126.com 139.com 163.com aim.com aol.com aol.de bk.ru bol.com.br caramail.com daum.net disroot.org email.com
    free.fr freenet.de googlemail.com gmail.com hanmail.net icloud.com ig.com.br
    inbox.lv inbox.ru internet.ru interia.pl laposte.net libero.it list.ru mac.com mail.com mail.ru mailfence.com
    me.com msn.com naver.com o2.pl onet.pl op.pl pm.me proton.me protonmail.ch protonmail.com qq.com
    rambler.ru rediffmail.com rocketmail.com seznam.cz sina.cn sina.com sohu.com t-online.de
    tuta.com tuta.io tutamail.com tutanota.com tutanota.de ukr.net uol.com.br vip.qq.com virgilio.it web.de
    wp.pl ya.ru yeah.net ymail.com zoho.com zohomail.com
"""
_FREE_IN_MANY_PLACES = {
    "gmx": "at ch co.uk com de es fr net org us",
    "hotmail": "be ca ch cl co.il co.jp co.th co.uk com com.ar com.au com.br com.tr de dk es fi fr gr it nl no se",
    "live": "at be ca ch cl cn co.uk co.za com com.ar com.au com.mx com.pt de dk fr ie in it jp nl no ru se",
    "outlook": "at be cl co.id co.il co.th com com.ar com.au com.br com.gr com.tr cz de dk es fr hu ie in it jp "
    "kr lv my ph pt sa sg sk",
    "yahoo": "at be ca cn co.id co.in co.jp co.kr co.nz co.th co.uk co.za com com.ar com.au com.br com.cn com.co "
    "com.hk com.mx com.my com.ph com.sg com.tr com.tw com.vn de dk es fi fr gr ie in it nl no pl pt ro ru se",
    "yandex": "by com com.tr kz ru ua",
}
_FREE = frozenset(_FREE_IN_ONE_PLACE.split()) | {
    f"{name}.{place}" for name, places in _FREE_IN_MANY_PLACES.items() for place in places.split()
}
# SOURCE: RFC 2142, sections 3 to 6; the second part is custom.
_ROLES_OF_OFFICES = """
    abuse ftp hostmaster info marketing news noc postmaster sales security support usenet uucp webmaster www
    admin administrator billing contact do-not-reply donotreply help helpdesk legal mailer-daemon no-reply nobody
    noreply office privacy root sysadmin
"""
_ROLES = frozenset(_ROLES_OF_OFFICES.split())
_REQUEST = "-request"  # RFC 2142, section 6: who keeps a mailing list


def split(address: str) -> tuple[str, str]:
    """Return the part before the last ``@``, as written, and the domain in lower case and ASCII.

    Both are empty where there is no ``@``; the domain is where it is no host name.
    """
    local, _, domain = address.strip().rpartition("@")
    return (local, canonical_host(domain)) if local else ("", "")


def base(address: str) -> str:
    """Return the part before ``@`` in lower case, without a tag: ``ann`` of ``Ann+shop@example.com``."""
    local = split(address)[0].lower()
    return local.partition("+")[0] or local


def is_valid(address: str) -> bool:
    """Return whether an address is well spelt and its domain could get mail from anywhere.

    Source:
        RFC 5321, 6531 and 6761, as email-validator reads them: no quoted or bracketed forms.
    """
    if len(address) > MAX_ADDRESS or "@" not in address:
        return False
    try:
        validate_email(address, check_deliverability=False)
    except ValueError:  # EmailNotValidError is one, and so is what a lone surrogate leads to
        return False
    return True


def is_disposable(address: str, lists: Lists) -> bool:
    """Return whether the domain, or one above it, hands out addresses to throw away or read by anybody.

    The book's ``BOOK_LISTS`` come first, then what the packaged list allows, then what it blocks.
    """
    domain = split(address)[1]
    if any(in_domains(domain, lists.get(name, ())) for name in BOOK_LISTS):
        return True
    return not in_domains(domain, _ALLOWED) and in_domains(domain, _BLOCKED)


def is_free(address: str) -> bool:
    """Return whether the domain is a well-known provider where anybody gets an address for nothing."""
    return split(address)[1] in _FREE


def is_tagged(address: str) -> bool:
    """Return whether something follows a ``+`` in the part before ``@``.

    Source:
        RFC 5233.
    """
    local, _, tag = split(address)[0].partition("+")
    return bool(local and tag)


def is_role(address: str) -> bool:
    """Return whether the address is of an office rather than of a person."""
    name = base(address)
    return name in _ROLES or name.endswith(_REQUEST)
