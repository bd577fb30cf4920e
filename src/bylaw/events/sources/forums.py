"""What Discourse and Mastodon send when something happens, as tables: message by message, field by field.

Field names as in their serializers: Discourse's ``WebHookPostSerializer``, ``WebHookTopicViewSerializer``,
``WebHookUserSerializer``, ``ReviewableSerializer``; Mastodon's ``REST::Admin::AccountSerializer``,
``REST::Admin::ReportSerializer``, ``REST::StatusSerializer`` within its webhook's ``event``, ``created_at``, ``object``.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from bylaw.events.sources.mapped import Mapped, Tables

HEADER: Final = "header:"  # before the name of a header, where a pointer may stand too


class Forum(NamedTuple):
    """A service as it calls: where it says what happened, where it signs, and what becomes of what it says.

    ``type`` is a pointer or ``header:NAME``; ``signature`` is ``header:NAME``, an HMAC-SHA-256 of the body in hexadecimal.
    """

    type: str
    signature: str
    tables: Tables


_POST: Final = {"id": "/post/id", "at": "/post/created_at", "actor": "/post/user_id", "text": "/post/raw"}
_STATUS: Final = {
    "id": "/object/id",
    "at": "/created_at",
    "actor": "/object/account/id",
    "text": "/object/content",
    "language": "/object/language",
    "visibility": "/object/visibility",
}
_OWN: Final[dict[str, str | bool | int | None]] = {
    "/object/reblog": None
}  # somebody's own words, not somebody else's told again

DISCOURSE: Final = Forum(
    type=f"{HEADER}X-Discourse-Event",
    signature=f"{HEADER}X-Discourse-Event-Signature",
    tables={
        "post_created": (
            Mapped(
                kind="message.sent",
                only={"/post/topic_archetype": "private_message"},
                fields={**_POST, "subject": "/post/topic_title", "conversation": "/post/topic_id"},
                constants={"channel": "private_message"},
            ),
            Mapped(
                kind="post.created",
                only={"/post/post_number": 1},
                fields={
                    **_POST,
                    "post": "/post/id",
                    "title": "/post/topic_title",
                    "topic": "/post/topic_id",
                    "place": "/post/category_slug",
                },
            ),
            Mapped(
                kind="comment.created",
                fields={
                    **_POST,
                    "comment": "/post/id",
                    "post": "/post/topic_id",
                    "recipient": "/post/reply_to_user/id",
                    "place": "/post/category_slug",
                },
            ),
        ),
        "topic_created": (
            Mapped(
                kind="post.created",
                only={"/topic/archetype": "regular"},
                fields={
                    "id": "/topic/id",
                    "at": "/topic/created_at",
                    "actor": ("/topic/created_by/id", "/topic/user_id"),
                    "title": "/topic/title",
                    "text": "/topic/title",
                    "topic": "/topic/id",
                },
            ),
        ),
        "user_created": (
            Mapped(
                kind="account.registered",
                fields={
                    "id": "/user/id",
                    "at": "/user/created_at",
                    "actor": "/user/id",
                    "username": "/user/username",
                    "display_name": "/user/name",
                    "email": "/user/email",
                    "language": "/user/locale",
                },
            ),
        ),
        "reviewable_created": (
            Mapped(
                kind="report.received",
                fields={
                    "id": "/reviewable/id",
                    "at": "/reviewable/created_at",
                    "actor": "/reviewable/created_by_id",
                    "reporter": "/reviewable/created_by_id",
                    "category": "/reviewable/type",
                    "target": "/reviewable/target_created_by_id",
                    "content": ("/reviewable/post_id", "/reviewable/topic_id"),
                },
                constants={"channel": "discourse"},
            ),
        ),
    },
)

MASTODON: Final = Forum(
    type="/event",
    signature=f"{HEADER}X-Hub-Signature",
    tables={
        "account.created": (
            Mapped(
                kind="account.registered",
                fields={
                    "id": "/object/id",
                    "at": "/created_at",
                    "actor": "/object/id",
                    "username": "/object/username",
                    "display_name": "/object/account/display_name",
                    "email": "/object/email",
                    "email_verified": "/object/confirmed",
                    "ip": ("/object/ip", "/object/ips/0/ip"),
                    "language": "/object/locale",
                    "invited_by": "/object/invited_by_account_id",
                },
            ),
        ),
        "report.created": (
            Mapped(
                kind="report.received",
                fields={
                    "id": "/object/id",
                    "at": "/created_at",
                    "actor": "/object/account/id",
                    "reporter": "/object/account/id",
                    "category": "/object/category",
                    "text": "/object/comment",
                    "target": "/object/target_account/id",
                    "content": "/object/statuses/0/id",
                },
                constants={"channel": "mastodon"},
            ),
        ),
        "status.created": (
            Mapped(
                kind="message.sent",
                only={**_OWN, "/object/visibility": "direct"},
                fields={**_STATUS, "subject": "/object/spoiler_text"},
                constants={"channel": "direct"},
                html=("text",),
            ),
            Mapped(
                kind="post.created",
                only={**_OWN, "/object/in_reply_to_id": None},
                fields={**_STATUS, "post": "/object/id", "title": "/object/spoiler_text"},
                html=("text",),
            ),
            Mapped(
                kind="comment.created",
                only=_OWN,
                fields={
                    **_STATUS,
                    "comment": "/object/id",
                    "reply_to": "/object/in_reply_to_id",
                    "recipient": "/object/in_reply_to_account_id",
                },
                html=("text",),
            ),
        ),
    },
)

FORUMS: Final[Mapping[str, Forum]] = {"discourse": DISCOURSE, "mastodon": MASTODON}
