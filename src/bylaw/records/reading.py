"""Rows as they come out of the database, believed only after they agree with their leaf."""

from typing import Final

from bylaw.base.errors import IntegrityError
from bylaw.records.fact import LEAF_BYTES, SUBJECT_BYTES, TAG_BYTES, Row, is_sound
from bylaw.records.store import Values

_DIGEST_BYTES: Final = 32


def sound(values: Values) -> Row:
    """Return the row that values make.

    Raises:
        IntegrityError: they are not what their leaf says; the message names the row, and shows nothing of it.
    """
    seq, at, kind, body, tag, subject, sealed, withered, leaf = values
    typed = (
        type(seq) is int
        and type(at) is int
        and type(kind) is bytes
        and type(body) is bytes
        and _is_bytes(tag, TAG_BYTES)
        and _is_bytes(subject, SUBJECT_BYTES)
        and (sealed is None or (type(sealed) is bytes and sealed != b"" and withered is None))
        and _is_bytes(withered, _DIGEST_BYTES)
        and type(leaf) is bytes
        and len(leaf) == LEAF_BYTES
    )
    if typed:
        try:
            row = Row(seq, at, kind.decode(), body, tag, subject, sealed, withered, leaf)  # type: ignore[arg-type, attr-defined]
            if is_sound(row):
                return row
        except (ValueError, OverflowError):
            pass
    raise altered(seq)


def altered(seq: object) -> IntegrityError:
    """Return the error of a row that is not what it was."""
    return IntegrityError(
        "records.altered", f"row {seq} of the journal is not what its leaf says", hint="run `bylaw check`"
    )


def gap(seq: int) -> IntegrityError:
    """Return the error of a row that is missing."""
    return IntegrityError("records.gap", f"row {seq} of the journal is missing", hint="run `bylaw check`")


def _is_bytes(value: object, length: int) -> bool:
    return value is None or (type(value) is bytes and len(value) == length)
