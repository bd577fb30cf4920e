"""One-time codes: those of a phone (TOTP, RFC 6238) and recovery codes on paper. Plain functions over values."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Final

import pyotp

SECRET_BYTES: Final = 20  # RFC 4226, 4 (R6)
DIGITS: Final = 6
STEP_SECONDS: Final = 30
DRIFT_STEPS: Final = 1  # a code is taken so many steps early or late (RFC 6238, 5.2)
RECOVERY_CODES: Final = 10
RECOVERY_BYTES: Final = 10  # 80 bits each: too many to be tried, so a plain digest keeps them
_GROUP: Final = 4


def new_secret(chance: Callable[[int], bytes]) -> str:
    """Return a secret for a phone, in base32."""
    return base64.b32encode(chance(SECRET_BYTES)).decode()


def phone_uri(secret: str, name: str, issuer: str) -> str:
    """Return the ``otpauth:`` URI that a phone reads from a picture."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(
        name=name, issuer_name=issuer
    )


def step_of(secret: str, code: str, now: int, last: int) -> int | None:
    """Return the time step whose code this is, if it is later than the last one used; ``now`` in seconds since 1970."""
    phone, given = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS), _bare(code).encode()
    middle = now // STEP_SECONDS
    found = None
    for step in range(max(middle - DRIFT_STEPS, 0), middle + DRIFT_STEPS + 1):
        right = hmac.compare_digest(phone.at(step * STEP_SECONDS).encode(), given)
        found = step if right and step > last else found
    return found


def new_recovery_codes(chance: Callable[[int], bytes]) -> tuple[str, ...]:
    """Return codes to be kept on paper: each lets in once, in a phone's stead."""
    return tuple(_grouped(base64.b32encode(chance(RECOVERY_BYTES)).decode()) for _ in range(RECOVERY_CODES))


def recovery_digest(code: str) -> bytes:
    """Return what is kept of a recovery code."""
    return hashlib.sha256(_bare(code).upper().encode()).digest()


def recovery_place(digests: Sequence[bytes], code: str, spent: int) -> int | None:
    """Return which code this is, if it was not spent before; bit ``n`` of ``spent`` is of code ``n``."""
    given = recovery_digest(code)
    found = None
    for place, kept in enumerate(digests):
        right = hmac.compare_digest(kept, given)
        found = place if right and not spent >> place & 1 else found
    return found


def is_recovery(code: str) -> bool:
    """Tell whether a code has the length of a recovery code, not that of a phone's."""
    return len(_bare(code)) > DIGITS


def _bare(code: str) -> str:
    return "".join(code[:64].replace("-", "").split())


def _grouped(code: str) -> str:
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
