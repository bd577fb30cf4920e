"""Typed, prefixed ids (ADR 0002).

Two kinds: *derived* ids say the same thing twice when asked twice (a decision's id is the digest of
operator, event and book), *time-ordered* ids sort by when they were made. Neither reads a clock or a
source of chance: both are arguments.
"""

import hashlib

import msgspec

_ID_BYTES = 15  # 120 bits


def derived_id(prefix: str, *parts: str) -> str:
    """Return ``prefix_…``: 30 hexadecimal digits of the digest of ``parts``, kept apart from each other."""
    return f"{prefix}_{hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[: 2 * _ID_BYTES]}"


def time_ordered_id(prefix: str, unix_ms: int, chance: bytes) -> str:
    """Return ``prefix_…``: 48 bits of milliseconds, then 72 bits of chance; sorts by time.

    Raises:
        ValueError: the time does not fit into 48 bits, or fewer than 9 bytes of chance were given.
    """
    if not 0 <= unix_ms < 1 << 48:
        raise ValueError("the time must be milliseconds since 1970, below 2**48")
    if len(chance) < _ID_BYTES - 6:
        raise ValueError("at least 9 bytes of chance are needed")
    return f"{prefix}_{(unix_ms.to_bytes(6, 'big') + chance[: _ID_BYTES - 6]).hex()}"
