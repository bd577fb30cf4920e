"""Taking up a book's folder, without losing what only the console changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from bylaw.base.errors import ConflictError, Problem
from bylaw.engine.charter import Charter
from bylaw.runtime.offices import Office


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What is in force now. ``carried`` are files of the console that the folder lacks; ``problem``: why it was not taken."""

    charter: Charter
    carried: tuple[str, ...] = ()
    problem: Problem | None = None


def take_up(office: Office, folder: Mapping[str, bytes]) -> TakenUp:
    """Put into force what a folder and the console say together, when a service starts.

    Where both changed a file the book in force stays: a service starts with what was agreed to, and says so.

    Raises:
        Problems: the folder, or what both say together, is no book.
        ConflictError: ``decider.operator``, the folder is another operator's.
    """
    drafts = office.drafts
    try:
        taking = drafts.take(folder)
    except ConflictError as error:
        return TakenUp(office.appoint(drafts.now()), problem=error.problem)
    return TakenUp(office.appoint(taking.files, also=taking.facts), taking.carried)
