"""``[staff]`` and ``[incoming]`` of operator.toml: what cannot work is told before anything runs."""

import pytest

from bylaw.base.errors import Problem, Problems
from bylaw.book.book import book_of
from bylaw.book.folder import folder_of
from bylaw.book.operator import read_operator
from small_book import FILES

SITE = 'site = "https://staff.house.example"\n'
PROVIDER = """
[staff.providers.work]
issuer = "https://id.house.example"
client_id = "bylaw"
authorize = "https://id.house.example/authorize"
token = "https://id.house.example/token"
keys = "https://id.house.example/keys"
secret = "env:OIDC"
"""
SHOP = """
[incoming.shop]
format = "mapped"
secrets = ["env:SHOP"]
type = "/type"
signature = "header:X-Signature"

[incoming.shop.events."review.posted"]
kind = "post.created"
fields = { id = "/id", at = "/at", actor = "/author", text = ["/body", "/title"] }
"""
FORUM = '\n[incoming.forum]\nformat = "discourse"\nsecrets = ["env:FORUM"]\n'


def problems(text: str) -> list[Problem]:
    """What is wrong with a book whose operator.toml has this too."""
    files = {name: one.encode() for name, one in FILES.items()}
    files["operator.toml"] += text.encode()
    try:
        found = book_of(folder_of("house", files)).warnings
    except Problems as error:
        found = error.problems
    return [one for one in found if one.code.startswith("operator.")]


def line(text: str, found: Problem) -> str:
    return (FILES["operator.toml"] + text).splitlines()[found.where.line - 1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"[staff]\n{SITE}",
        '[staff]\nsite = "http://localhost:8080"\n',
        f"[staff]\n{SITE}{PROVIDER}",
        SHOP,
        FORUM,
        SHOP.replace('"header:X-Signature"', '"standard"').replace('id = "/id", ', ""),
        FORUM + '\n[incoming.forum.events.plugin_says]\nkind = "post.created"\n'
        'fields = { id = "/a~1b/0", at = "/at", text = "/text" }\n',
    ],
)
def test_what_can_work_is_taken(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "told", "at"),
    [
        (f"[staff]\n{SITE}".replace("example", "example/staff"), "`site` is no origin", "site"),
        ('[staff]\nsite = "http://staff.house.example"\n', "`site` is no origin", "site"),
        ('[staff]\nsite = "https://192.0.2.1"\n', "`site` is no origin", "site"),
        (f"[staff]\n{PROVIDER}", "providers are named, and no `site`", "[staff"),
        (
            f"[staff]\n{SITE}{PROVIDER}".replace("[staff.providers.work]", "[staff.providers.W]"),
            "no name",
            "[",
        ),
        (
            f"[staff]\n{SITE}{PROVIDER}".replace('token = "https', 'token = "http'),
            "`token` is no https",
            "token",
        ),
        (f"[staff]\n{SITE}{PROVIDER}".replace("env:OIDC", "hunter2"), "`secret` is no place", "secret"),
        (f'[staff]\n{SITE}{PROVIDER}scopes = ["email"]\n', "`work` cannot be asked", "scopes"),
        (f'[staff]\n{SITE}{PROVIDER}algorithms = ["HS256"]\n', "`HS256` is no signature", "algorithms"),
        (f'[staff]\n{SITE}{PROVIDER}allow = ["intranet"]\n', "`intranet` is no network", "allow"),
        (
            f"[staff]\n{SITE}{PROVIDER}".replace("client_id", "clientid"),
            "unknown field `clientid`",
            "clientid",
        ),
        (FORUM.replace("incoming.forum", "incoming.Forum"), "no name of a source", "[incoming"),
        (FORUM.replace("env:FORUM", "hunter2"), "a secret stands in the book", "secrets"),
        (FORUM.replace('["env:FORUM"]', "[]"), "a secret stands in the book", "secrets"),
        (FORUM + 'type = "/type"\n', "`discourse` has a `type` of its own", "type"),
        (FORUM + 'prefix = "a very long prefix that no id can bear"\n', "`prefix` cannot stand", "prefix"),
        (FORUM.replace("discourse", "phpbb"), "invalid enum value", "format"),
        (SHOP.replace('type = "/type"', 'type = "type"'), "nothing says where the type", "type"),
        (SHOP.replace("header:X-Signature", "standart"), "no way to prove who calls", "signature"),
        (
            SHOP.partition("[incoming.shop.events")[0],
            "nothing becomes of what `shop` says",
            "[incoming.shop]",
        ),
        (SHOP.replace("post.created", "post.creatd"), "`post.creatd` is no kind", "kind"),
        (SHOP.replace("actor =", "author ="), "has no field `author`", "fields"),
        (SHOP.replace('at = "/at", ', ""), "`post.created` must have `at`", "fields"),
        (SHOP.replace('id = "/id", ', ""), "nothing tells one event from another", "fields"),
        (SHOP.replace('"/author"', '"author"'), "`author` is no JSON pointer", "fields"),
        (SHOP.replace('"/author"', '"/a~2"'), "`/a~2` is no JSON pointer", "fields"),
        (SHOP.replace("kind =", "sort ="), "unknown field `sort`", "sort"),
    ],
)
def test_what_cannot_work_is_told_with_its_line(text: str, told: str, at: str) -> None:
    found = problems(text)
    assert found, "nothing is wrong"
    assert any(told.lower() in problem.message.lower() for problem in found), [one.message for one in found]
    (problem,) = [one for one in found if told.lower() in one.message.lower()][:1]
    assert at in line(text, problem)
    assert problem.hint


def test_what_was_probably_meant_is_said() -> None:
    (found,) = problems(SHOP.replace("post.created", "post.creatd"))
    assert "post.created" in found.hint
    (found,) = problems(SHOP.replace("actor =", "actr ="))
    assert "actor" in found.hint


def test_an_operator_without_staff_pages_has_none() -> None:
    operator = read_operator(FILES["operator.toml"].encode(), [])
    assert (operator.staff.site, operator.incoming) == ("", {})
