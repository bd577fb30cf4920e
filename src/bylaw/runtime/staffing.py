"""A data folder open for its staff, beside its decider or in its stead."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bylaw.base.errors import BusyError
from bylaw.book.operator import roles
from bylaw.records.refolding import outdated
from bylaw.runtime.offices import Reading, open_keeping, open_record
from bylaw.staff.fold import StaffProjector
from bylaw.staff.roles import Role, known_roles
from bylaw.staff.workflow import Staff, open_staff


@dataclass(frozen=True, slots=True)
class Staffing:
    """The room of staff, and the roles of the book in force."""

    staff: Staff
    roles: Mapping[str, Role]


def roles_in_force(kept: Reading) -> dict[str, Role]:
    """Return the roles there are: those built in, and those of the book in force."""
    book = kept.archive.book_at(kept.records.head)
    return known_roles(roles(kept.shelf.book(book).operator) if book else {})


@contextmanager
def open_staffing(data: Path, *, writing: bool) -> Iterator[Staffing]:
    """Open a data folder to look at its staff, or to change it in the decider's stead.

    A folder that no program of this version has written to is folded first, even to look.

    Raises:
        BusyError: ``records.locked``, a service works with it.
        RefusedError: ``records.restored``.
    """
    try:
        with (
            open_keeping(data) if writing or _is_older(data) else open_record(data, writing=False) as kept,
            open_staff(kept.records, kept.vault, data) as staff,
        ):
            yield Staffing(staff, roles_in_force(kept))
    except BusyError as error:
        if error.code != "records.locked":
            raise
        raise BusyError(
            error.code,
            "a service works with this data folder",
            hint="use its staff pages, or stop it for the moment that this takes",
        ) from error


def _is_older(data: Path) -> bool:
    with open_record(data, writing=False) as kept, kept.records.reading() as core:
        return bool(outdated(core, (StaffProjector(),)))
