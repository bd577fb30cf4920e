"""``[appeals]`` of operator.toml: who may object and with what, where objections wait, when somebody objects too often.

How long somebody may object, and where the page to object at is, stand in ``[notices]``: notices tell them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Annotated, Final, Literal

import msgspec

from bylaw.base.errors import Problem, Where
from bylaw.base.spelling import did_you_mean

MEDIA: Final = ("text/plain", "application/pdf", "image/png", "image/jpeg")  # what is told by its first bytes
DECIDES: Final = "appeal.decide"

Place = Callable[[tuple[str, ...]], Where]  # where a key is written


class Attachments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may come with a text: at most so many files, each of so many KiB, of these types."""

    most: Annotated[int, msgspec.Meta(ge=0, le=5)] = 3
    kibibytes: Annotated[int, msgspec.Meta(ge=1, le=2048)] = 1024
    types: tuple[str, ...] = MEDIA


class Abuse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When somebody objects too often: ``unfounded`` times manifestly without a ground ``within_days``.

    Who is one short of it is warned; then a person may decide that no objection of theirs is taken ``for_days``.
    """

    unfounded: Annotated[int, msgspec.Meta(ge=2, le=100)] = 3
    within_days: Annotated[int, msgspec.Meta(ge=1, le=3660)] = 180
    for_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 30
    source: str = "Regulation (EU) 2022/2065, Article 23(2) and (3)"


class Appeals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Objections to what was done.

    ``queue``: where they wait. ``who`` may object: the account that it fell on, the customer that answers for its end
    user. ``characters`` of one text; so many ``texts`` of one person about one objection. ``answer_days``: within how
    many days an answer is promised.
    """

    queue: str = "appeals"
    who: tuple[Literal["account", "customer"], ...] = ("account", "customer")
    characters: Annotated[int, msgspec.Meta(ge=200, le=20_000)] = 10_000
    texts: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20
    answer_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 14
    source: str = "Regulation (EU) 2022/2065, Article 20(4): in a timely manner"
    attachments: Attachments = Attachments()
    abuse: Abuse = Abuse()


USUAL: Final = Appeals()


def check_appeals(
    appeals: Appeals, page: str, queues: Mapping[str, str], may_decide: Collection[str], place: Place
) -> Iterable[Problem]:
    """Find what cannot work.

    Args:
        appeals: the table.
        page: where people object; without it an unwritten table binds nobody.
        queues: of the book, with the role that does the work of each.
        may_decide: roles that may decide objections.
        place: where a key is written.
    """
    if (appeals != USUAL or page) and appeals.queue not in queues:
        hint = did_you_mean(appeals.queue, queues) or f"add [queues.{appeals.queue}]"
        message = f"objections wait in `{appeals.queue}`, which is no queue"
        yield _problem(message, place(("appeals", "queue")), hint)
    role = queues.get(appeals.queue, "")
    if page and role and role not in may_decide:
        hint = f"give the role `{DECIDES}`, or name another queue"
        message = f"the queue `{appeals.queue}` is staffed by `{role}`, who may not decide objections"
        yield _problem(message, place(("roles", role, "permissions")), hint)
    for media in appeals.attachments.types:
        if media not in MEDIA:
            hint = did_you_mean(media, MEDIA) or f"take of {', '.join(MEDIA)}"
            where = place(("appeals", "attachments", "types"))
            yield _problem(f"`{media}` is no type that can be told", where, hint)


def _problem(message: str, where: Where, hint: str) -> Problem:
    return Problem(code="operator.appeals", message=message, where=where, hint=hint)
