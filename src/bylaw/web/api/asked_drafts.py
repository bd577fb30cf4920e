"""What people and programs ask of drafts, and what they are told of the asking."""

from typing import Annotated, Final, Literal

import msgspec

from bylaw.drafts import model
from bylaw.drafts.completion import MOST
from bylaw.drafts.workflow import WHOLE
from bylaw.web.api.told_drafts import Mistake, Standing

MAX_PATH: Final = 200
MAX_DIGEST: Final = 80

Version = Annotated[int, msgspec.Meta(ge=0)]
Where = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_PATH)]
Text = str  # bounded by the body of a request, and by what a file may have


class NewDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it is to be called."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=model.MAX_TITLE)]


class SaveDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Texts of files by path; none: the file goes. ``version`` is the one that was looked at.

    ``onto`` is the book in force, to write over it from now on.
    """

    version: Version
    files: dict[Where, Text | None]
    onto: Annotated[str, msgspec.Meta(max_length=MAX_DIGEST)] = ""


class CheckDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Texts that are not saved yet; none: the file goes."""

    files: dict[Where, Text | None] = {}


class Typing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The text of a file as it is just now, and where in it somebody types, in characters."""

    path: Where
    text: Text
    position: Version = 0


class TheVersion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The version that was looked at."""

    version: Version


class RefuseDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The version that was looked at, and what is wrong with it."""

    version: Version
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=model.MAX_REASON)]


class ActivateDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far it reaches: in shadow, enforced for a share of actors, or enforced."""

    version: Version
    stage: Literal["shadow", "share", "enforce"]
    percent: Annotated[int, msgspec.Meta(ge=1, le=WHOLE)] = WHOLE


class DraftList(msgspec.Struct, frozen=True, kw_only=True):
    """Drafts; what was moved last first."""

    drafts: tuple[Standing, ...]


class CheckAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it is a book, and all that is wrong."""

    ok: bool
    problems: tuple[Mistake, ...]


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """What may stand there in the place of the characters since ``from``. ``kind``: field, signal, clause, effect …."""

    text: str
    doc: str
    kind: str
    begins: int = msgspec.field(name="from")


class TypingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What may stand at the place, and what is wrong in this file and, without a line, in others."""

    suggestions: Annotated[tuple[Offered, ...], msgspec.Meta(max_length=MOST)]
    problems: tuple[Mistake, ...]


class FileText(msgspec.Struct, frozen=True, kw_only=True):
    """A file: as the draft wants it, and as it was in the book that it was written over. Nothing: there is none."""

    path: str
    text: str | None
    before: str | None


class FileNames(msgspec.Struct, frozen=True, kw_only=True):
    """The files of the book that a draft makes."""

    files: tuple[str, ...]
