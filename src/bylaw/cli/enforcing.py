"""A data folder opened from the console to act in it, and who then acts."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bylaw.base.errors import BusyError, RefusedError
from bylaw.runtime.offices import Keeping, open_keeping
from bylaw.staff.model import State
from bylaw.staff.store import member

CONSOLE: Final = "console"  # who acts, where no member of staff is named


@contextmanager
def enforcing(data: Path) -> Iterator[Keeping]:
    """Open a folder to act in the decider's stead.

    Raises:
        BusyError: ``records.locked``, a service works with it.
    """
    try:
        with open_keeping(data) as kept:
            yield kept
    except BusyError as error:
        if error.code != "records.locked":
            raise
        hint = "use its API (`POST /v1/actions/…`, `POST /v1/rules/RULE/undo`), or stop it for the moment"
        raise BusyError(error.code, "a service works with this data folder", hint=hint) from error


def acting(kept: Keeping, by: str) -> str:
    """Return who acts: a member of staff, if one is named.

    Raises:
        RefusedError: ``staff.unknown``, no active member has this id.
    """
    if not by:
        return CONSOLE
    with kept.records.reading() as core:
        found = member(core, by)
    if found is None or found.state is not State.ACTIVE:
        raise RefusedError("staff.unknown", f"no active member of staff is `{by}`", hint="`bylaw staff list`")
    return by


def worded(reason: str) -> str:
    """Return a reason as given, or from standard input."""
    return sys.stdin.read().strip() if reason == "-" else reason
