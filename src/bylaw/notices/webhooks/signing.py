"""Signatures of webhooks, ours and those of others: Standard Webhooks, v1 (HMAC-SHA-256). Pure.

SOURCE: https://www.standardwebhooks.com, specification 1.0.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from bylaw.base.errors import InputError, RefusedError

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
PREFIX: Final = "whsec_"
TOLERANCE: Final = 300  # seconds that a clock may be off, either way
LEAST_KEY: Final = 24  # bytes
MOST_KEY: Final = 64
MAX_SIGNATURES: Final = 10
MAX_ID: Final = 256  # characters
_MAX_DIGITS: Final = 12  # of a timestamp


class Verified(NamedTuple):
    """A call that is what it says: its id, and when it was made, in seconds since 1970."""

    id: str
    at: int


def key_of(secret: str) -> bytes:
    """Return the key that a secret (``whsec_…``) stands for.

    Raises:
        InputError: ``webhook.secret``, it is none; it is not repeated.
    """
    try:
        key = b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not LEAST_KEY <= len(key) <= MOST_KEY:
        raise InputError(
            "webhook.secret",
            "a secret of a webhook is not as it must be",
            hint=f"it is {PREFIX} and {LEAST_KEY} to {MOST_KEY} random bytes in base64",
        )
    return key


def shown(key: bytes) -> str:
    """Return a key as whoever verifies needs it."""
    return PREFIX + b64encode(key).decode()


def signed(keys: Sequence[bytes], name: str, at: int, body: bytes) -> dict[str, str]:
    """Return the headers of a call made at an instant (seconds since 1970): a signature for each key."""
    signatures = " ".join(_signature(key, name, str(at), body) for key in keys)
    return {ID: name, TIMESTAMP: str(at), SIGNATURE: signatures}


def verify(
    keys: Sequence[bytes],
    headers: Mapping[str, str],
    body: bytes,
    now: int,
    is_known: Callable[[str], bool] = lambda _: False,
) -> Verified:
    """Return who called, if they have one of the keys. What has no key is told nothing else about itself.

    Args:
        keys: any of which may have signed.
        headers: of the call; names in any case.
        body: as it came, byte for byte.
        now: in seconds since 1970.
        is_known: tells whether a call with this id was taken before; asked only about calls that are genuine.

    Raises:
        RefusedError: ``webhook.signature``; ``webhook.timestamp``, too old or from the future; ``webhook.replayed``.
    """
    found = {name.lower(): value for name, value in headers.items()}
    name, at = found.get(ID, ""), found.get(TIMESTAMP, "")
    given = found.get(SIGNATURE, "").split(" ", MAX_SIGNATURES)[:MAX_SIGNATURES]
    plausible = 0 < len(name) <= MAX_ID and at.isascii() and at.isdecimal() and len(at) <= _MAX_DIGITS
    genuine = False
    for key in keys:  # each with each, so that nothing is learned from the time it takes
        for signature in given:
            wanted = _signature(key, name, at, body)
            genuine |= hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace"))
    if not plausible or not genuine:
        raise RefusedError("webhook.signature", "no known key has signed this")
    if abs(now - int(at)) > TOLERANCE:
        hint = "set the clock, or call again"
        raise RefusedError("webhook.timestamp", "this was signed at another time", hint=hint)
    if is_known(name):
        raise RefusedError("webhook.replayed", "this was taken before")
    return Verified(name, int(at))


def _signature(key: bytes, name: str, at: str, body: bytes) -> str:
    signed_text = f"{name}.{at}.".encode("utf-8", "replace") + body
    return "v1," + b64encode(hmac.digest(key, signed_text, "sha256")).decode()
