"""Passwords, keys and tokens that let whoever reads them in."""

from collections.abc import Iterator

from bylaw.signals.personal_data.spelling import Span, spans
from bylaw.signals.scanning import pattern

# Each with a mark of its own, as the issuers publish it for secret scanners.
_MARKED = pattern(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"
    r"|\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"  # Amazon
    r"|\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bgithub_pat_[A-Za-z0-9_]{50,255}\b"
    r"|\bglpat-[A-Za-z0-9_-]{20,}|\bnpm_[A-Za-z0-9]{36}\b|\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{20,}"
    r"|\bxox[abeoprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{20,}"
    r"|\b[rsp]k_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9]{24,}"  # Stripe
    r"|\bAIza[A-Za-z0-9_-]{35}|\bya29\.[A-Za-z0-9_-]{20,}|\bGOCSPX-[A-Za-z0-9_-]{20,}"  # Google
    r"|\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|\bkey-[0-9a-f]{32}\b|\bSK[0-9a-f]{32}\b"
    r"|\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{20,}|\bhf_[A-Za-z0-9]{30,}|\bdop_v1_[0-9a-f]{64}|\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"
    r"|\b\d{8,10}:AA[A-Za-z0-9_-]{32,}|discord(?:app)?\.com/api/webhooks/\d+/[A-Za-z0-9_-]{30,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"  # JSON Web Token
    r"|(?i)\bAccountKey=[A-Za-z0-9+/]{40,}|\bage-secret-key-1[a-z0-9]{50,}"
    r"|[a-z][a-z0-9+.-]{1,20}://[^\s/:@'\"]{1,64}:[^\s/:@'\"]{3,128}@[a-z0-9-]"  # user:password@host
)
_NAMED = pattern(
    r"(?i)(?:пароль|\b(?:pass(?:word|wd|phrase|code)?|pwd|passwort|kennwort|mot de passe|contraseña|senha|wachtwoord|"
    r"(?:api|access|secret|private|auth|client|encryption|signing)[ _-]?(?:key|token|secret)|bearer|credentials?))"
    r"['\"]?\s{0,3}(?:is|are|ist|:|=|=>|->)\s{0,3}['\"\x60]?([^\s'\"\x60]{4,200})"
)
_NO_SECRETS = """
    your password passwort required optional forgotten forgot reset changed change expired incorrect wrong
    invalid valid none null true false undefined hidden secret same here there example test string must should
    will cannot protected strong weak case-sensitive hashed encrypted stored sent needed below above following
    empty missing correct
"""
_PLACEHOLDERS = frozenset(_NO_SECRETS.split())
_MASKS = frozenset("*•●x.-_#")
_OPENERS = ("<", "[", "{", "$", "%", "(", "…")


def secrets(text: str) -> Iterator[Span]:
    """Yield credentials: by the mark of whoever issued them, or named as one and then written out."""
    yield from spans(_MARKED, text)
    for found in _NAMED.finditer(text):
        if _is_written_out(found.group(1)):
            yield found.span(1)


def _is_written_out(value: str) -> bool:
    """Return whether a value is no placeholder and no word of the sentence: it has a digit or sign inside."""
    core = value.rstrip(".,;:!?)")
    if (
        len(core) < 4
        or core.lower() in _PLACEHOLDERS
        or core.startswith(_OPENERS)
        or _MASKS.issuperset(core.lower())
    ):
        return False
    mixed = any(map(str.islower, core[1:])) and any(map(str.isupper, core[1:]))
    return mixed or (any(map(str.isalnum, core)) and any(not c.isalpha() and c not in "'-/" for c in core))
