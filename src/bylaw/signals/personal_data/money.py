"""Payment cards, bank accounts, wallets: told by issuer, length and checksum, not by looks alone."""

from collections.abc import Iterator

from stdnum import bitcoin, iban, luhn, numdb

from bylaw.signals.personal_data.spelling import (
    Span,
    groups_of_digits,
    in_link,
    spans,
    stands_alone,
    stands_near,
)
from bylaw.signals.scanning import pattern

# SOURCE: ISO/IEC 7812-1; issuer ranges as the card schemes publish them.
_ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = tuple(
    (first, last, frozenset(lengths))
    for first, last, lengths in (
        (4, 4, (13, 16, 19)),  # Visa
        (51, 55, (16,)),  # Mastercard
        (2221, 2720, (16,)),
        (34, 34, (15,)),  # American Express
        (37, 37, (15,)),
        (300, 305, (14,)),  # Diners Club
        (309, 309, (14,)),
        (36, 36, (14,)),
        (38, 39, (14,)),
        (6011, 6011, (16, 19)),  # Discover
        (622126, 622925, (16, 19)),
        (644, 649, (16, 19)),
        (65, 65, (16, 19)),
        (3528, 3589, (16, 17, 18, 19)),  # JCB
        (1800, 1800, (15,)),
        (2131, 2131, (15,)),
        (62, 62, (16, 17, 18, 19)),  # UnionPay
        (81, 81, (16, 17, 18, 19)),
        (5018, 5018, (12, 13, 14, 15, 16, 17, 18, 19)),  # Maestro
        (5020, 5020, (12, 13, 14, 15, 16, 17, 18, 19)),
        (5038, 5038, (12, 13, 14, 15, 16, 17, 18, 19)),
        (5893, 5893, (12, 13, 14, 15, 16, 17, 18, 19)),
        (6304, 6304, (12, 13, 14, 15, 16, 17, 18, 19)),
        (6759, 6759, (12, 13, 14, 15, 16, 17, 18, 19)),
        (6761, 6763, (12, 13, 14, 15, 16, 17, 18, 19)),
        (2200, 2204, (16, 17, 18, 19)),  # Mir
        (9792, 9792, (16,)),  # Troy
    )
)
_SHAPES = {  # by the length of the first group: the groups of one number
    4: ((4, 4, 4, 4, 3), (4, 4, 4, 4, 2), (4, 4, 4, 4, 1), (4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 1)),
    6: ((6, 13),),
    **{length: ((length,),) for length in range(12, 20)},
}
_DIGITS = pattern(r"\d+(?:[ .-]\d+)*")
_MIN_DIGITS = 12
_OTHER_NUMBERS = pattern(
    r"(?i)\b(?:order|tracking|parcel|shipment|invoice|isbn|imei|iccid|barcode|ean|upc|serial|ticket|timestamp|"
    r"transaction id|reference|ref|case|sku)\b"
)
_CARDS = pattern(
    r"(?i)\b(?:card|cards|visa|mastercard|amex|maestro|cvv|cvc|cc|debit|credit|karte|carte|tarjeta)\b"
)

_IBAN = pattern(r"(?i)\b[a-z]{2}\d{2}[ -]?[a-z0-9]{4}")
_MAX_IBAN = 34
_LENGTHS = numdb.get("iban")
_BITCOIN = pattern(r"\b(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1q[02-9ac-hj-np-z]{38,58})\b")
_OTHER_WALLETS = pattern(r"\b(?:0x[0-9a-fA-F]{40}|bc1p[02-9ac-hj-np-z]{58}|T[1-9A-HJ-NP-Za-km-z]{33})\b")


def cards(text: str) -> Iterator[Span]:
    """Yield payment card numbers: issuer range, length, grouping and Luhn check agree."""
    for run in spans(_DIGITS, text):
        if run[1] - run[0] >= _MIN_DIGITS:
            yield from _cards_in(text, groups_of_digits(text, run))


def _cards_in(text: str, groups: list[Span]) -> Iterator[Span]:
    lengths = tuple(end - start for start, end in groups)
    at = 0
    while at < len(groups):
        count = next((n for n in _fitting(lengths, at) if _is_card(text, groups[at : at + n])), 0)
        if count:
            yield groups[at][0], groups[at + count - 1][1]
        at += count or 1


def _fitting(lengths: tuple[int, ...], at: int) -> Iterator[int]:
    return (len(shape) for shape in _SHAPES.get(lengths[at], ()) if lengths[at : at + len(shape)] == shape)


def _is_card(text: str, groups: list[Span]) -> bool:
    span = groups[0][0], groups[-1][1]
    number = "".join(text[start:end] for start, end in groups)
    separators = {text[end] for _, end in groups[:-1]}
    return (
        len(separators) <= 1
        and _has_issuer(number)
        and luhn.is_valid(number)
        and stands_alone(text, span)
        and not _is_fraction(text, span)
        and not in_link(text, span)
        and (stands_near(_CARDS, text, span) or not stands_near(_OTHER_NUMBERS, text, span))
    )


def _has_issuer(number: str) -> bool:
    return any(
        len(number) in lengths and first <= int(number[: len(str(first))]) <= last
        for first, last, lengths in _ISSUERS
    )


def _is_fraction(text: str, span: Span) -> bool:
    before, after = text[max(0, span[0] - 2) : span[0]], text[span[1] : span[1] + 2]
    return (before[-1:] == "." and before[:1].isdigit()) or (after[:1] == "." and after[1:].isdigit())


def ibans(text: str) -> Iterator[Span]:
    """Yield international bank account numbers: the country's length, and the check digits agree.

    Source:
        ISO 13616, with the registry packaged with python-stdnum.
    """
    done = 0
    for start, _ in spans(_IBAN, text):
        end = _end_of_iban(text, start) if start >= done else None
        if end and stands_alone(text, (start, end)) and iban.is_valid(text[start:end], check_country=False):
            done = end
            yield start, end


def _end_of_iban(text: str, start: int) -> int | None:
    """Return where an account number of its country's length would end, over single spaces and hyphens."""
    info = _LENGTHS.info(text[start : start + 4].upper())[0][1]
    if not info:
        return None
    left = 4 + sum(int(part.partition("!")[0]) for part in _parts(info["bban"]))
    for at in range(start, min(len(text), start + 2 * _MAX_IBAN)):
        if text[at].isalnum():
            left -= 1
            if not left:
                return at + 1
        elif text[at] not in " -" or not text[at - 1].isalnum():
            return None
    return None


def _parts(structure: str) -> Iterator[str]:
    """Split ``4!a6!n8!n`` into its parts."""
    part = ""
    for char in structure:
        part += char
        if char.isalpha():
            yield part
            part = ""


def wallets(text: str) -> Iterator[Span]:
    """Yield addresses of Bitcoin (checksum agrees), Ethereum and Tron wallets (by their form)."""
    for start, end in spans(_BITCOIN, text):
        if bitcoin.is_valid(text[start:end]):
            yield start, end
    yield from spans(_OTHER_WALLETS, text)
