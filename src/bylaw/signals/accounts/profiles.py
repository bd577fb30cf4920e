"""What does not fit together in what somebody told about themselves, as far as one event shows it.

States facts, and judges nobody: people keep the phone number of a country they have left.
"""

from collections.abc import Iterator, Mapping

import re2
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from bylaw.signals.accounts.addresses import base, is_disposable
from bylaw.signals.signal import Lists
from bylaw.signals.text.characters import plain, visible
from bylaw.signals.text.disguise import read

_ADDRESS = re2.compile(r"^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$")
_LINK = re2.compile(r"(?i)(?:https?://|\bwww\.)[^\s/]")
_PLACEHOLDERS = frozenset(
    {"anonymous", "asdf", "asdf asdf", "asdfasdf", "asdfgh", "first last", "firstname lastname", "full name"}
    | {"my name", "n/a", "name", "name surname", "no name", "noname", "none", "not applicable", "qwerty"}
    | {"test", "test account", "test test", "test user", "unknown", "user", "username", "xxx", "your name"}
)
_LOOKS = frozenset({"hidden characters", "look-alikes", "loose marks", "styled letters", "turned text"})
# SOURCE: ITU-T E.164 country codes, as packaged with phonenumbers. No code starts another one.
_CALLING_CODES = {
    region: str(code) for code, regions in COUNTRY_CODE_TO_REGION_CODE.items() for region in regions
}


def looks_otherwise(name: str) -> bool:
    """Return whether a name is written to look like another one: scripts mixed, styled or hidden characters.

    A name written whole in one script is what it looks like, whatever other name it resembles;
    whether it resembles a protected one is for ``looks_like`` to say.

    Source:
        UTS #39, section 5.1.
    """
    return not name.isascii() and not _LOOKS.isdisjoint(read(name).tricks)


def inconsistencies(profile: Mapping[str, str], lists: Lists) -> list[str]:
    """Return what does not fit together, sorted; never what a person wrote.

    Args:
        profile: by field name, what is known of ``display_name``, ``name``, ``email``, ``phone`` and
            ``declared_country`` (ISO 3166-1 alpha-2). Phones are compared in international form only.
        lists: the book's, for its own disposable domains.
    """
    return sorted({*_of_names(profile, lists), *_of_places(profile)})


def _of_names(profile: Mapping[str, str], lists: Lists) -> Iterator[str]:
    names = [visible(profile[field]).strip() for field in ("display_name", "name") if field in profile]
    email = profile.get("email", "")
    if any(map(_ADDRESS.search, names)):
        yield "name is an address"
    if any(map(_LINK.search, names)):
        yield "name has a link"
    if base(email) in map(str.lower, names) and is_disposable(email, lists):
        yield "name of a disposable address"
    if "name" in profile and not any(map(str.isalpha, profile["name"])):
        yield "name without letters"
    if plain(profile.get("name", "")).strip(".-_") in _PLACEHOLDERS:
        yield "placeholder name"


def _of_places(profile: Mapping[str, str]) -> Iterator[str]:
    phone = profile.get("phone", "").strip()
    code = _CALLING_CODES.get(profile.get("declared_country", "").strip().upper())
    if code and phone.startswith("+") and not _digits(phone).startswith(code):
        yield "phone of another country"


def _digits(phone: str) -> str:
    return "".join(filter(str.isdecimal, phone))
