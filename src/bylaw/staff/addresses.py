"""E-mail addresses and pseudonyms of members: how they are spelled."""

import unicodedata
from typing import Final

from bylaw.base.errors import InputError

MAX_ADDRESS: Final = 254  # characters (RFC 5321, 4.5.3.1.3, less the brackets)
MAX_NAME: Final = 200
PSEUDONYM_CHARACTERS: Final = 4
PSEUDONYM_CHANCE: Final = 8  # bytes
_LETTERS: Final = "23456789BCDFGHJKMNPQRSTVWXZ"  # no vowels, so no words; none that look alike


def address_of(given: str) -> str:
    """Return the one spelling of an address: as it is compared, not as it is shown.

    Raises:
        InputError: ``staff.address``; what was given is not repeated.
    """
    address = unicodedata.normalize("NFKC", given).strip().casefold()
    name, at, host = address.rpartition("@")
    if not (name and at and "." in host and len(address) <= MAX_ADDRESS and address.isprintable()) or any(
        letter.isspace() or letter in ",;<>\"'" for letter in address
    ):
        raise InputError("staff.address", "this is no e-mail address", hint="name@host")
    return address


def name_of(given: str) -> str:
    """Return a person's name.

    Raises:
        InputError: ``staff.name``.
    """
    name = unicodedata.normalize("NFC", given).strip()
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise InputError("staff.name", f"a name has 1 to {MAX_NAME} characters")
    return name


def pseudonym_of(chance: bytes) -> str:
    """Return what people outside will know somebody by."""
    number = int.from_bytes(chance, "big")
    letters = []
    for _ in range(PSEUDONYM_CHARACTERS):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)
