"""The versions of one document over time: which is in force, and what may follow.

A version is in force from midnight UTC of its effective date, else of its last update, until the next one
starts. A day names one text only: a document that changed must say so by its date.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time

from bylaw.base.errors import ConflictError, InputError, Where
from bylaw.policy.document import Document
from bylaw.policy.lock import text_digest


def starts_at(document: Document) -> datetime | None:
    """Return the instant from which a version is in force; nothing when it has no date."""
    return datetime.combine(document.starts, time(), UTC) if document.starts else None


def in_force(versions: Iterable[Document], at: datetime) -> Document | None:
    """Return the version in force at an instant, or nothing before the first.

    Args:
        versions: of one document, in any order; those without a date are never in force.
        at: with a time zone.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("an instant has a time zone")
    begun = [(start, v) for v in versions if (start := starts_at(v)) and start <= at]
    return max(begun, key=lambda pair: pair[0])[1] if begun else None


def admit(versions: Sequence[Document], new: Document) -> tuple[Document, ...]:
    """Return the versions with a new one among them, earliest first.

    The same text under the same date again changes nothing.

    Raises:
        InputError: the new version has no date (``policy.no_date``).
        ConflictError: it is another document (``policy.other_document``); it says something else under a
            date that another version has (``policy.unchanged_date``).
    """
    if new.starts is None:
        hint = "write the day in the front matter: `last-updated: 2017-09-26`"
        raise InputError("policy.no_date", "a version needs a date", where=Where(new.file, 1), hint=hint)
    for known in versions:
        if known.key != new.key:
            message = f"`{new.key}` is no version of `{known.key}`"
            raise ConflictError("policy.other_document", message, where=Where(new.file, 1))
        if _same_date(known, new):
            if text_digest(known) == text_digest(new):
                return tuple(versions)
            raise _unchanged_date(known, new)
    return tuple(sorted((*versions, new), key=lambda v: (v.starts is not None, v.starts or new.starts)))


def _same_date(known: Document, new: Document) -> bool:
    return known.starts == new.starts or (
        new.last_updated is not None and known.last_updated == new.last_updated
    )


def _unchanged_date(known: Document, new: Document) -> ConflictError:
    day = new.last_updated if known.last_updated == new.last_updated else new.starts
    return ConflictError(
        "policy.unchanged_date",
        f"the text differs from `{known.file}`, and both are of {day}",
        where=Where(new.file, 1),
        hint="give the new text the day of its update: `last-updated: …` in the front matter",
    )
