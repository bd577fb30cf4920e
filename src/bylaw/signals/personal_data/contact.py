"""How to reach a person: mail addresses, telephone numbers, postal and network addresses."""

from collections.abc import Iterator
from ipaddress import ip_address

import phonenumbers

from bylaw.signals.personal_data.spelling import Span, in_link, spans, stands_alone, stands_near
from bylaw.signals.scanning import pattern
from bylaw.signals.urls.domains import is_top_level

_LETTERS = r"A-Za-z\x{C0}-\x{24F}\x{370}-\x{52F}"  # COST: \pL would make automata a hundred times larger
_EMAIL = pattern(
    rf"(?i)[{_LETTERS}0-9_%+-][{_LETTERS}0-9._%+-]*\s?(?:@|[\[({{]\s?(?:at|@)\s?[\])}}])\s?"
    rf"([{_LETTERS}0-9-]+(?:(?:\.|\s?[\[({{]\s?(?:dot|\.)\s?[\])}}]\s?)[{_LETTERS}0-9-]+)+)"
)
_WRITTEN_DOT = pattern(r"(?i)\s?[\[({]\s?(?:dot|\.)\s?[\])}]\s?")
_MAX_DOMAIN = 255

_PHONE = pattern(r"(?:\+|\()?\d(?:[ .()/-]{0,2}\d){6,16}(?:\s?(?:x|ext\.?)\s?\d{1,6})?")
_EXTENSION = pattern(r"\s?(?:x|ext\.?)\s?\d{1,6}$")
_DATED = pattern(
    r"(?:19|20)\d\d[-/. ][01]?\d[-/. ][0-3]?\d\D?.*|[0-3]?\d[-/. ][01]?\d[-/. ](?:19|20)\d\d\D?.*"
)
_NORTH_AMERICAN = pattern(r"(?:1[ .-]?)?\(?[2-9]\d{2}\)?(?: ?- ?|[ .])[2-9]\d{2}[ .-]\d{4}")
_PHONE_WORDS = pattern(
    r"(?i)телефон|звоните|тел\.|\b(?:phone|telephone|tel|tel no|call|calling|ring|text|sms|dial|mobile|mob|cell|fax|whats ?app|signal|"
    r"viber|telegram|reach|contact|contact number|desk|office|hotline|helpline|answering at|telefon|handy|rufen|"
    r"t[ée]l[ée]phone|appelez|tel[ée]fono|m[óo]vil|ll[áa]ma(?:me)?|telefono|chiama|telefoon|bel)\b"
)
_OTHER_NUMBERS = pattern(
    r"(?i)\b(?:order|invoice|tracking|isbn|issn|version|ref|reference|serial|ticket|case|id|sku|item|account|"
    r"acct|build|batch|part|model|patent|zip|postcode)(?: (?:no|number|nr))?\b[^\pL]*#"
)
_TRUNK_REGIONS = ("GB", "DE", "FR", "AU", "NL", "BE", "CH", "SE", "IE", "NZ", "ZA", "IN", "IT")
_MIN_PHONE, _MAX_PHONE = 7, 15  # digits; ITU-T E.164 allows fifteen

_IPV4 = pattern(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
# SOURCE: RFC 4291; addresses of the public range 2000::/3 may be shortened, others must be written out.
_IPV6 = pattern(r"(?i)\b(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}|[23][0-9a-f]{3}(?:::?[0-9a-f]{1,4}){2,6})\b")
_VERSION = pattern(r"(?i)\b(?:v|ver|version|release|build|firmware|section|chapter|rfc)\b[^\pL]*#")

_CAPITALS = r"A-Z\x{C0}-\x{DE}\x{410}-\x{42F}"
_NAME = rf"[{_CAPITALS}][{_LETTERS}.'-]*"
_STREETS = (
    (
        rf"\b\d{{1,5}}[A-Za-z]?,? (?:{_NAME} ){{1,4}}(?i:street|str|st|avenue|ave|av|road|rd|lane|ln|drive|dr|"
        r"boulevard|blvd|court|ct|close|crescent|square|sq|terrace|way|place|pl|parkway|pkwy|highway|hwy|grove|"
        r"gardens|mews|alley)\b"
    ),
    (
        rf"\b{_NAME}(?:[ -]{_NAME}){{0,2}}(?:stra(?:ß|ss)e|str\.|weg|allee|platz|gasse|laan|straat|gata|gatan|"
        r"gade|vej|veien|vegen|katu|tie|utca|u\.) \d{1,4}[a-z]?\b"
    ),
    (
        rf"\b\d{{1,4}},? (?i:rue|avenue|boulevard|impasse|chemin|quai|place) (?i:de |du |des |la |le |l')*{_NAME}"
    ),
    (
        rf"\b(?i:via|viale|piazza|calle|avenida|av\.|rua|largo|ulica|ul\.|rue) (?:[{_LETTERS}]+ ){{0,3}}{_NAME},? "
        r"\d{1,4}\b"
    ),
    (
        r"(?i)\b(?:p\.? ?o\.? box|postboks|postfach|postbus|postbox) \d{1,6}\b"
        r"|\b(?:psc \d+,?|unit \d+) box \d+"
    ),
)
_STREET_FORMS = tuple(map(pattern, _STREETS))
STREETS = "|".join(f"(?:{street})" for street in _STREETS)  # for whoever asks whether there is any


def emails(text: str) -> Iterator[Span]:
    """Yield mail addresses under a domain that can exist, ``jane [at] example [dot] com`` included."""
    for found in _EMAIL.finditer(text):
        domain = _WRITTEN_DOT.sub(".", found.group(1)).rstrip("-")
        if len(domain) <= _MAX_DOMAIN and is_top_level(domain.lower().rpartition(".")[2]):
            yield found.span()


def phones(text: str) -> Iterator[Span]:
    """Yield telephone numbers.

    International numbers count when they are valid, North American ones by their form. Any other needs
    words that say what it is, or a form that only telephone numbers of a few countries have.
    """
    for span in spans(_PHONE, text):
        number = _EXTENSION.sub("", text[span[0] : span[1]])
        count = sum(map(str.isdigit, number))
        if _MIN_PHONE <= count <= _MAX_PHONE and _is_phone(text, span, number):
            yield span


def _is_phone(text: str, span: Span, number: str) -> bool:
    if not stands_alone(text, span) or in_link(text, span) or _looks_otherwise(number):
        return False
    if number[0] == "+" or number.startswith("00"):
        return _valid("+" + number.lstrip("+0"), None) or stands_near(_PHONE_WORDS, text, span)
    if stands_near(_OTHER_NUMBERS, text, span):
        return False
    if _NORTH_AMERICAN.fullmatch(number) or stands_near(_PHONE_WORDS, text, span):
        return True
    grouped = any(char in " ()/-" for char in number)
    return (
        grouped and number.lstrip("(")[0] == "0" and any(_valid(number, region) for region in _TRUNK_REGIONS)
    )


def _looks_otherwise(number: str) -> bool:
    """Return whether a number is a date, a version or an amount by its form."""
    decimal = number.count(".") == 1 and not any(char in " ()/-" for char in number)
    return decimal or _DATED.fullmatch(number) is not None


def _valid(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def ips(text: str) -> Iterator[Span]:
    """Yield public network addresses; a household is behind many of them. Version numbers are told by words."""
    for form in (_IPV4, _IPV6):
        for span in spans(form, text):
            number = text[span[0] : span[1]]
            joint = ":" if ":" in number else "."
            if _is_whole(text, span, joint) and _is_public(number) and not stands_near(_VERSION, text, span):
                yield span


def _is_whole(text: str, span: Span, joint: str) -> bool:
    after = text[span[1] : span[1] + 2]
    return text[max(0, span[0] - 1) : span[0]] != joint and not (after[:1] == joint and after[1:].isalnum())


def _is_public(address: str) -> bool:
    try:
        return ip_address(address).is_global
    except ValueError:
        return False


def addresses(text: str) -> Iterator[Span]:
    """Yield postal addresses by the words for streets and boxes of the commoner languages."""
    for street in _STREET_FORMS:
        yield from spans(street, text)
