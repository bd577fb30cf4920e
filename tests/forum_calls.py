"""What Discourse and Mastodon send, by their serializers; everybody in it is made up."""

import hmac
import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

SECRET: Final = "a secret that both sides know"  # noqa: S105 - of a test

POST: Final[dict[str, Any]] = {
    "post": {
        "id": 401,
        "name": "Ada Sample",
        "username": "ada",
        "avatar_template": "/letter_avatar_proxy/v4/letter/a/a9a28c/{size}.png",
        "created_at": "2026-09-21T13:20:00.111Z",
        "cooked": "<p>Buy now!</p>",
        "post_number": 1,
        "post_type": 1,
        "updated_at": "2026-09-21T13:20:00.111Z",
        "reply_count": 0,
        "reply_to_post_number": None,
        "quote_count": 0,
        "incoming_link_count": 0,
        "reads": 0,
        "score": 0,
        "topic_id": 77,
        "topic_slug": "hello-to-everybody",
        "topic_title": "Hello to everybody",
        "topic_html_title": "Hello to everybody",
        "category_id": 5,
        "display_username": "Ada Sample",
        "primary_group_name": None,
        "version": 1,
        "user_title": None,
        "bookmarked": False,
        "raw": "Buy now!",
        "moderator": False,
        "admin": False,
        "staff": False,
        "user_id": 12,
        "hidden": False,
        "trust_level": 1,
        "deleted_at": None,
        "user_deleted": False,
        "edit_reason": None,
        "wiki": False,
        "reviewable_id": None,
        "reviewable_score_count": 0,
        "topic_posts_count": 1,
        "topic_filtered_posts_count": 1,
        "topic_archetype": "regular",
        "category_slug": "lounge",
    }
}
TOPIC: Final[dict[str, Any]] = {
    "topic": {
        "tags": ["welcome"],
        "id": 77,
        "title": "Hello to everybody",
        "fancy_title": "Hello to everybody",
        "posts_count": 1,
        "created_at": "2026-09-21T13:20:00.050Z",
        "views": 0,
        "reply_count": 0,
        "last_posted_at": None,
        "visible": True,
        "closed": False,
        "archived": False,
        "archetype": "regular",
        "slug": "hello-to-everybody",
        "category_id": 5,
        "word_count": None,
        "deleted_at": None,
        "user_id": 12,
        "featured_link": None,
        "pinned_globally": False,
        "created_by": {"id": 12, "username": "ada", "name": "Ada Sample", "avatar_template": ""},
        "last_poster": {"id": 12, "username": "ada", "name": "Ada Sample", "avatar_template": ""},
    }
}
USER: Final[dict[str, Any]] = {
    "user": {
        "id": 12,
        "username": "ada",
        "name": "Ada Sample",
        "avatar_template": "",
        "email": "ada@mail.example",
        "secondary_emails": [],
        "last_posted_at": None,
        "last_seen_at": None,
        "created_at": "2026-09-21T13:10:00.000Z",
        "trust_level": 0,
        "moderator": False,
        "admin": False,
        "title": None,
        "badge_count": 0,
        "locale": None,
        "groups": [{"id": 10, "name": "trust_level_0"}],
    }
}
REVIEWABLE: Final[dict[str, Any]] = {
    "reviewable": {
        "id": 9,
        "type": "ReviewableFlaggedPost",
        "topic_id": 77,
        "topic_url": "https://forum.example/t/hello-to-everybody/77",
        "target_url": "https://forum.example/t/hello-to-everybody/77/1",
        "category_id": 5,
        "created_at": "2026-09-21T13:30:00.000Z",
        "can_edit": False,
        "score": 3.5,
        "version": 0,
        "target_created_by_trust_level": 1,
        "status": 0,
        "created_by_id": 15,
        "target_created_by_id": 12,
        "editable_fields": [],
        "reviewable_score_ids": [4],
        "bundled_action_ids": [],
        "post_id": 401,
        "cooked": "<p>Buy now!</p>",
        "raw": "Buy now!",
        "reply_count": 0,
        "reply_to_post_number": None,
    }
}
PING: Final[dict[str, Any]] = {"ping": "OK"}

ACCOUNT: Final[dict[str, Any]] = {
    "id": "108965278956942133",
    "username": "ada",
    "domain": None,
    "created_at": "2026-09-21T13:11:00.000Z",
    "email": "ada@mail.example",
    "ip": "192.0.2.44",
    "role": {
        "id": "-99",
        "name": "",
        "color": "",
        "position": -1,
        "permissions": "65536",
        "highlighted": False,
    },
    "confirmed": False,
    "suspended": False,
    "silenced": False,
    "sensitized": False,
    "disabled": False,
    "approved": True,
    "locale": "de",
    "invite_request": None,
    "ips": [{"ip": "192.0.2.44", "used_at": "2026-09-21T13:11:00.000Z"}],
    "account": {
        "id": "108965278956942133",
        "username": "ada",
        "acct": "ada",
        "display_name": "Ada S.",
        "locked": False,
        "bot": False,
        "created_at": "2026-09-21T00:00:00.000Z",
        "note": "",
        "url": "https://social.example/@ada",
        "statuses_count": 0,
        "emojis": [],
        "fields": [],
    },
}
STATUS: Final[dict[str, Any]] = {
    "id": "108965430868193066",
    "created_at": "2026-09-21T13:25:00.000Z",
    "in_reply_to_id": None,
    "in_reply_to_account_id": None,
    "sensitive": False,
    "spoiler_text": "",
    "visibility": "public",
    "language": "en",
    "uri": "https://social.example/users/ada/statuses/108965430868193066",
    "url": "https://social.example/@ada/108965430868193066",
    "replies_count": 0,
    "reblogs_count": 0,
    "favourites_count": 0,
    "edited_at": None,
    "content": '<p>Buy &amp; sell,<br>now! <a href="https://shop.example">shop</a></p>',
    "reblog": None,
    "account": ACCOUNT["account"],
    "media_attachments": [],
    "mentions": [],
    "tags": [],
    "emojis": [],
    "card": None,
    "poll": None,
}
REPORT: Final[dict[str, Any]] = {
    "id": "8437",
    "action_taken": False,
    "action_taken_at": None,
    "category": "spam",
    "comment": "sends this to everybody",
    "forwarded": False,
    "created_at": "2026-09-21T13:31:00.348Z",
    "updated_at": "2026-09-21T13:31:00.348Z",
    "account": {**ACCOUNT, "id": "123456789", "username": "bo"},
    "target_account": ACCOUNT,
    "assigned_account": None,
    "action_taken_by_account": None,
    "statuses": [STATUS],
    "rules": [],
}


def mastodon(event: str, thing: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """A call of Mastodon's."""
    at = "2026-09-21T13:31:30.000Z"
    return {"event": event, "created_at": at, "object": {**deepcopy(dict(thing)), **changed}}


def changed(call: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    """A call of Discourse's, with other values in what it is about."""
    ((name, thing),) = call.items()
    return {name: {**deepcopy(thing), **values}}


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def discourse_call(
    event: str, thing: Mapping[str, Any], secret: str = SECRET
) -> tuple[bytes, dict[str, str]]:
    """Body and headers as Discourse sends them."""
    body = json.dumps(thing).encode()
    kind = event.partition("_")[0]
    headers = {
        "content-type": "application/json",
        "user-agent": "Discourse/3.4.0",
        "x-discourse-instance": "https://forum.example",
        "x-discourse-event-id": "41",
        "x-discourse-event-type": kind,
        "x-discourse-event-signature": signature(body, secret),
    }
    return body, headers | ({} if event == "ping" else {"x-discourse-event": event})


def mastodon_call(call: Mapping[str, Any], secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    """Body and headers as Mastodon sends them."""
    body = json.dumps(call).encode()
    return body, {"content-type": "application/json", "x-hub-signature": signature(body, secret)}
