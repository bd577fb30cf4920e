"""Everything personal in a text, counted. Values are neither kept nor returned.

One pass over the text tells which detectors have anything to look for; most texts need none. A number that
one detector has claimed is not counted again by a later one: a card is no telephone number.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from bylaw.signals.personal_data.contact import STREETS, addresses, emails, ips, phones
from bylaw.signals.personal_data.health import health
from bylaw.signals.personal_data.identity import BORN, birth_dates, national_ids, ssns
from bylaw.signals.personal_data.money import cards, ibans, wallets
from bylaw.signals.personal_data.secrets import secrets
from bylaw.signals.personal_data.spelling import Span, readable
from bylaw.signals.scanning import PatternSet

_REMEMBERED = 8  # texts; every signal of the family asks for the same one


@dataclass(frozen=True, slots=True)
class Detector:
    """What it looks for, the least a text must have in it for that, and how it is found."""

    name: str
    gate: str  # RE2: no match, nothing to find
    find: Callable[[str], Iterator[Span]]
    claims: bool = True


DETECTORS = (  # in the order in which they claim what they find
    Detector("secrets", r"(?i)PRIVATE KEY|pass|pwd|kennwort|contraseña|senha|wachtwoord|пароль|key|token|secret|"
             r"bearer|credential|A[KS]IA|gh[pousr]_|xox|[rsp]k[-_]|eyJ|://[^\s/]+@|_pat_|pat-|AIza|hf_|:AA|webhook|"
             r"npm_|ya29|GOCSPX|SG\.|dop_v1|shp|SK[0-9a-f]{32}", secrets, claims=False),
    Detector("ibans", r"(?i)\b[a-z]{2}\d{2}[ -]?[a-z0-9]{4}", ibans),
    Detector("cards", r"\d(?:[ .-]?\d){11}", cards),
    Detector("wallets", r"\b(?:[13]|bc1|0x|T)[0-9A-Za-z]{25}", wallets),
    Detector("ssns", r"\d{3}[ .-]?\d{2}[ .-]?\d{4}", ssns),
    Detector("national_ids", r"\d(?:[ .-]?\d){5}|[A-Za-z]{6}\d{2}[A-Za-z]\d", national_ids),
    Detector("ips", r"(?i)\d\.\d{1,3}\.\d{1,3}\.\d|[0-9a-f]::?[0-9a-f]{1,4}:", ips),
    Detector("dates_of_birth", BORN, birth_dates),
    Detector("phones", r"\d(?:[ .()/-]{0,2}\d){6}", phones),
    Detector("emails", r"(?i)@|[\[({]\s?at\s?[\])}]", emails, claims=False),
    Detector("addresses", STREETS, addresses, claims=False),
    Detector("health", r"(?i)diagnos|patient|prescri|medical|positive|negative|hiv|mrn|health|medicare|undergo|suffer|"
             r"icd|blood|clinic|hospital|discharge", health, claims=False),
)  # fmt: skip
_NONE: Mapping[str, int] = MappingProxyType(dict.fromkeys((detector.name for detector in DETECTORS), 0))

_GATES = PatternSet(detector.gate for detector in DETECTORS)


@lru_cache(maxsize=_REMEMBERED)
def count(text: str) -> Mapping[str, int]:
    """Return how much of each kind a text has in it. Linear in the text; pure, and remembered for a few texts."""
    text = readable(text)
    gates = _GATES.found_in(text)
    if not gates:
        return _NONE
    found: dict[str, int] = {}
    claimed = bytearray(len(text))  # one flag a character
    for index in gates:
        detector = DETECTORS[index]
        places = [(start, end) for start, end in detector.find(text) if not any(claimed[start:end])]
        found[detector.name] = len(places)
        for start, end in places if detector.claims else ():
            claimed[start:end] = bytes([1]) * (end - start)
    return MappingProxyType({**_NONE, **found})
