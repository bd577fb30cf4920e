"""Numbers by which states know people: social security, tax, health and identity numbers, dates of birth.

A number with a strong checksum of its own counts wherever it stands; any other needs words beside it that
say what it is. Nothing here asks what day it is: dates are only checked for being dates.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from stdnum import luhn
from stdnum.au import tfn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ch_ssn
from stdnum.cn import ric
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.kr import rrn
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.tr import tckimlik
from stdnum.us import ssn

from bylaw.signals.personal_data.spelling import Span, in_link, spans, stands_alone, stands_near
from bylaw.signals.scanning import Pattern, PatternSet, pattern

_SSN = pattern(r"\b\d{3}(?:-\d{2}-|[ .]?\d{2}[ .]?)\d{4}\b")
_SSN_WORDS = pattern(r"(?i)\bssn?\b|social[ -]?sec|\bsoc(?:ial)? (?:number|#)")
BORN = (
    r"(?i)рождения|родил(?:ся|ась)|\b(?:born|birth|birthday|birthdate|birth date|dob|d\.o\.b|geboren|geburtsdatum|geb|naissance|n[ée]e? le|"
    r"nacimiento|nacid[oa]|nascita|nat[oa] il|nascimento|geboortedatum|urodzenia)\b"
)
_BORN = pattern(BORN)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATE = pattern(
    r"(?i)\b(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})"
    r"|(\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?([a-z]{3,9})\.?,? (\d{4})|([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4}))\b"
)
_YEARS = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class _Identity:
    """One country's number: its form, its check, and the words it needs beside it, if any."""

    name: str
    form: str
    check: Callable[[str], bool]
    words: Pattern | None = None


def _digits(number: str) -> str:
    return "".join(filter(str.isdigit, number))


def _nino(number: str) -> bool:
    return number[:2].upper() not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}


def _personnummer(number: str) -> bool:
    return luhn.is_valid(_digits(number)[-10:])


def _rrn(number: str) -> bool:
    digits = _digits(number)
    return bool(rrn.calc_check_digit(digits[:-1]) == digits[-1])


def _fodselsnummer(number: str) -> bool:
    digits = _digits(number)
    first = fodselsnummer.calc_check_digit1(digits)
    return bool(digits[-2:] == f"{first}{fodselsnummer.calc_check_digit2(digits)}")


def _luhn(number: str) -> bool:
    return luhn.is_valid(_digits(number))


def _any(_number: str) -> bool:
    return True


def _words(words: str) -> Pattern:
    return pattern(f"(?i){words}")


_IDENTITIES = (
    _Identity("au tfn", r"\d{3} ?\d{3} ?\d{3}", tfn.is_valid, _words(r"\btfn\b|tax file")),
    _Identity("br cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}", cpf.is_valid),
    _Identity(
        "ca sin", r"\d{3}[ -]?\d{3}[ -]?\d{3}", sin.is_valid, _words(r"\bsin\b|\bnas\b|social insurance")
    ),
    _Identity("ch ahv", r"756\.\d{4}\.\d{4}\.\d{2}", ch_ssn.is_valid),
    _Identity("cn ric", r"\d{17}[\dXx]", ric.is_valid),
    _Identity("de idnr", r"\d{2} ?\d{3} ?\d{3} ?\d{3}", idnr.is_valid, _words(r"steuer|\bidnr\b")),
    _Identity("es dni", r"\d{8}-?[A-Za-z]", dni.is_valid),
    _Identity("es nie", r"[XYZxyz]-?\d{7}-?[A-Za-z]", nie.is_valid),
    _Identity("fi hetu", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", hetu.is_valid),
    _Identity("fr nir", r"[12378] ?\d{2} ?\d{2} ?\d[\dABab] ?\d{3} ?\d{3} ?\d{2}", nir.is_valid),
    _Identity("gb nhs", r"\d{3}[ -]?\d{3}[ -]?\d{4}", nhs.is_valid, _words(r"\bnhs\b")),
    _Identity("gb nino", r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]", _nino),
    _Identity(
        "in aadhaar", r"\d{4}[ -]?\d{4}[ -]?\d{4}", aadhaar.is_valid, _words(r"aadhaar|\buid(?:ai)?\b")
    ),
    _Identity("it cf", r"[A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}[A-Za-z]", codicefiscale.is_valid),
    _Identity("kr rrn", r"\d{6}-[1-8]\d{6}", _rrn),
    _Identity("mx curp", r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d", curp.is_valid),
    _Identity("nl bsn", r"\d{9}|\d{4}\.\d{2}\.\d{3}", bsn.is_valid, _words(r"\bbsn\b|burgerservice|sofi")),
    _Identity("no fnr", r"\d{6} ?\d{5}", _fodselsnummer, _words(r"f(?:ø|o)dsels|personnummer")),
    _Identity("pl pesel", r"\d{11}", pesel.is_valid, _words(r"pesel")),
    _Identity("se pnr", r"(?:\d{2})?\d{6}[-+]\d{4}", _personnummer, _words(r"personn(?:umme)?r|\bpnr\b")),
    _Identity("tr tckn", r"\d{11}", tckimlik.is_valid, _words(r"kimlik|\btckn\b")),
    _Identity("za id", r"\d{13}", _luhn, _words(r"\bid (?:number|no\b|nr\b)|identity (?:number|no\b)")),
    _Identity(
        "passport", r"[A-Z]{0,2}\d{6,9}", _any, _words(r"passport (?:number|no\b|nr\b|#|id)|reisepass")
    ),
    _Identity(
        "driver", r"[A-Z]{0,2}\d{5,14}", _any, _words(r"driv(?:er|ing)(?:['\x{2019}]?s)? licen[cs]e|\bdl ?#")
    ),
)
_FORMS = tuple(pattern(rf"\b(?:{identity.form})\b") for identity in _IDENTITIES)
_PRESENT = PatternSet(rf"\b(?:{identity.form})\b" for identity in _IDENTITIES)


def ssns(text: str) -> Iterator[Span]:
    """Yield United States social security numbers: area, group and serial number can have been issued.

    Written with hyphens they count by themselves; otherwise words must say what they are.
    """
    for start, end in spans(_SSN, text):
        number = text[start:end]
        hyphens = number[3] == "-"
        alone = text[max(0, start - 1) : start] not in {"-", "."} and text[end : end + 1] != "-"
        if not alone or not ssn.is_valid(_digits(number)) or in_link(text, (start, end)):
            continue
        if hyphens or stands_near(_SSN_WORDS, text, (start, end)):
            yield start, end


def national_ids(text: str) -> Iterator[Span]:
    """Yield identity, tax and health numbers of some twenty countries, passports and driving licences."""
    done: set[Span] = set()
    for index in _PRESENT.found_in(text):
        identity = _IDENTITIES[index]
        for span in spans(_FORMS[index], text):
            words = identity.words
            if span in done or in_link(text, span) or (words and not stands_near(words, text, span)):
                continue
            if stands_alone(text, span) and identity.check(text[span[0] : span[1]]):
                done.add(span)
                yield span


def birth_dates(text: str) -> Iterator[Span]:
    """Yield dates that words beside them call somebody's date of birth."""
    for found in _DATE.finditer(text):
        if _is_date(found.groups()) and stands_near(_BORN, text, found.span()):
            yield found.span()


def _is_date(parts: tuple[str | None, ...]) -> bool:
    iso, short, day_first, month_first = parts[:3], parts[3:6], parts[6:9], parts[9:]
    if iso[0]:
        return _exists(*iso)
    if short[0]:
        day, month, year = short
        year = f"19{year}" if year and len(year) == 2 else year
        return _exists(year, month, day) or _exists(year, day, month)
    if day_first[0]:
        return _exists(day_first[2], _month(day_first[1]), day_first[0])
    return _exists(month_first[2], _month(month_first[0]), month_first[1])


def _month(name: str | None) -> str:
    short = (name or "").lower()[:3]
    return str(_MONTHS.index(short) + 1) if short in _MONTHS else "0"


def _exists(year: str | None, month: str | None, day: str | None) -> bool:
    try:
        return date(int(year or 0), int(month or 0), int(day or 0)).year in _YEARS
    except ValueError:
        return False
