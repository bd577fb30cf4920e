"""Drafts, and the facts that tell of them. Frozen values; instants in microseconds since 1970.

Bodies hold random ids, digests, paths of files and ids of staff. A draft's title, and why somebody refused it, are sealed.
"""

from enum import StrEnum
from typing import Final

import msgspec

OPENED: Final = "draft.opened"
SAVED: Final = "draft.saved"
TRIED: Final = "draft.tried"
ASKED: Final = "draft.asked"
APPROVED: Final = "draft.approved"
REFUSED: Final = "draft.refused"
ACTIVATED: Final = "draft.activated"
WITHDRAWN: Final = "draft.withdrawn"
RESTORED: Final = "book.restored"
TAKEN: Final = "book.taken"
UNDONE: Final = "undone"  # what becomes of a draft by a book that is restored

MAX_TITLE: Final = 200  # characters
MAX_REASON: Final = 4_000
MAX_FILES: Final = 50  # that one draft changes
MAX_FILE: Final = 512 << 10  # bytes of a file that is edited here; larger ones are edited in git


class State(StrEnum):
    """Where the writing of a draft stands. Whether it is in force is another question: ``Stage``."""

    OPEN = "open"
    ASKED = "asked"  # for somebody's agreement
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Stage(StrEnum):
    """How far what a draft changes reaches."""

    NONE = ""
    SHADOW = "shadow"  # evaluated and recorded beside what is enforced
    SHARE = "share"  # enforced for a share of actors
    ENFORCE = "enforce"


class Cause(StrEnum):
    """Why a book came into force."""

    FOLDER = "folder"  # somebody changed the folder: git is its source
    DRAFT = "draft"
    RESTORED = "restored"


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """``draft.opened``: over the book in force."""

    draft: str
    base: str
    by: str


class Saved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``draft.saved``: what it changes now, over which book. ``content`` names the changed files, kept by digest."""

    draft: str
    version: int
    base: str
    by: str
    content: str = ""
    paths: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """``draft.tried``: on rows of the record; ``report`` names what came of it, kept by digest."""

    draft: str
    version: int
    by: str
    book: str
    first: int
    last: int
    report: str
    events: int
    otherwise: int


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """``draft.asked``, ``.approved``, ``.refused``, ``.withdrawn``: somebody did this to a version."""

    draft: str
    version: int
    by: str


class Activated(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``draft.activated``: ``book`` took the place of ``before``, with what a version changes at a stage."""

    draft: str
    version: int
    stage: Stage
    book: str
    before: str
    by: str
    percent: int = 100
    paths: tuple[str, ...] = ()  # files that are not as they were without it


class Reach(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a draft reaches; ``made`` is the book that it made so. No stage: it is not in force."""

    draft: str
    stage: Stage = Stage.NONE
    percent: int = 0
    made: str = ""
    paths: tuple[str, ...] = ()


class Restored(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``book.restored``: a book that had been in force is so again, and with it drafts as they stood then."""

    book: str
    before: str
    by: str
    drafts: tuple[Reach, ...] = ()


class Taken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``book.taken``: the folder was read. ``folder`` names what it held; ``carried`` are files that only the console changed."""

    folder: str
    book: str
    by: str = ""
    carried: tuple[str, ...] = ()


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft as it stands.

    ``made`` is the book that it made last, empty while it is not in force, and ``reached`` the files that are its own there;
    ``approved`` is the version that somebody agreed to.
    """

    id: str
    seq: int
    state: State
    version: int
    base: str
    content: str
    paths: tuple[str, ...]
    removed: tuple[str, ...]
    by: str
    at: int
    moved: int
    approved: int
    approved_by: str
    asked_by: str
    refused_seq: int
    stage: Stage
    percent: int
    made: str
    reached: tuple[str, ...]

    @property
    def in_force(self) -> bool:
        """Whether what it changes is in the book in force, or was until another book came."""
        return self.stage is not Stage.NONE


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """A term of a book: since which fact and instant it was in force, why, and who saw to it."""

    seq: int
    at: int
    book: str
    cause: Cause
    draft: str
    stage: Stage
    by: str


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A back-test that was run."""

    seq: int
    at: int
    said: Tried
