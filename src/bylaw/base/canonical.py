"""The one spelling of a value, and its digest.

Two equal values have the same bytes on any machine, so a digest names a value (ADR 0003). The form
is JSON: UTF-8, keys sorted by code point, no spaces, 64-bit integers in full, floats as their
shortest decimal that reads back the same. On values without floats whose keys are plain it is RFC 8785.
"""

import hashlib
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(order="sorted")
_PACKER = msgspec.msgpack.Encoder()


def canonical_bytes(value: Any) -> bytes:  # noqa: ANN401 - any JSON-like value
    """Return the canonical spelling of a JSON-like value, msgspec structs and datetimes included.

    Raises:
        ValueError: the value holds NaN or an infinity, which JSON cannot say.
        TypeError: it holds something that is not JSON-like.
    """
    spelled = _ENCODER.encode(value)
    if b"null" in spelled and _may_hold_non_finite(value):
        _refuse_non_finite(value)
    return spelled


def digest(value: bytes | str) -> str:
    """Return ``sha256:`` and 64 hexadecimal digits: the digest of bytes, or of a text's UTF-8."""
    data = value.encode() if isinstance(value, str) else value
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_of(value: Any) -> str:  # noqa: ANN401
    """Return the digest of the canonical bytes of a JSON-like value."""
    return digest(canonical_bytes(value))


def _may_hold_non_finite(value: Any) -> bool:  # noqa: ANN401
    # COST: a walk over a decision takes twenty times as long as packing it. MessagePack, unlike JSON, writes
    # such a float as it is: the sign for a float, then an exponent of ones.
    try:
        packed = _PACKER.encode(value)
    except OverflowError:  # an integer beyond 64 bits
        return True
    return b"\xcb\x7f" in packed or b"\xcb\xff" in packed


def _refuse_non_finite(value: Any) -> None:  # noqa: ANN401
    # msgspec writes NaN as null: two different values would then share one spelling.
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN is what differs from itself
            raise ValueError("canonical bytes hold finite numbers only")
    elif isinstance(value, dict):
        for item in value.values():
            _refuse_non_finite(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_non_finite(item)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            _refuse_non_finite(getattr(value, name))
