import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import UNSET

from bylaw.base.errors import InputError, Where
from bylaw.events.sources.access_log import request_served
from unit.events.source_reading import read

TIME = "[01/Mar/2026:14:05:09 +0200]"
COMBINED = (
    f'192.0.2.7 - ann {TIME} "GET /a/b.html?x=1&y=%20 HTTP/1.1" 200 512 "https://example.org/" "Agent/1.0"'
)


def test_the_combined_format() -> None:
    event = request_served(COMBINED.encode(), Where("access.log", 1))
    assert event.at == datetime(2026, 3, 1, 12, 5, 9, tzinfo=UTC)
    assert (event.ip, event.username, event.method, event.path) == ("192.0.2.7", "ann", "GET", "/a/b.html")
    assert (event.query, event.protocol, event.status, event.bytes) == ("x=1&y=%20", "HTTP/1.1", 200, 512)
    assert (event.referrer, event.user_agent) == ("https://example.org/", "Agent/1.0")
    assert event.actor is event.host is event.request is UNSET


def test_the_common_format_and_dashes() -> None:
    event = request_served(f'2001:db8::1 - - {TIME} "HEAD / HTTP/1.0" 304 -'.encode(), Where())
    assert (event.ip, event.status, event.path) == ("2001:db8::1", 304, "/")
    assert event.username is event.bytes is event.query is event.referrer is event.user_agent is UNSET
    dashes = request_served(f'192.0.2.7 - - {TIME} "GET / HTTP/1.0" 200 0 "-" "-"'.encode(), Where())
    assert dashes.referrer is dashes.user_agent is UNSET


def test_the_host_may_stand_in_front() -> None:
    event = request_served(f"Shop.example.org:443 {COMBINED}".encode(), Where())
    assert (event.host, event.ip, event.username) == ("shop.example.org", "192.0.2.7", "ann")


def test_a_user_may_have_spaces_and_brackets() -> None:
    event = request_served(COMBINED.replace("ann", "ann b. [x]").encode(), Where())
    assert (event.username, event.status) == ("ann b. [x]", 200)


def test_a_forged_line_in_a_user_name_stays_a_user_name() -> None:
    forged = r"ann [01/Jan/2020:00:00:00 +0000] \"GET /forged HTTP/1.1\" 200 1"
    event = request_served(COMBINED.replace("ann", forged).encode(), Where())
    assert (event.path, event.at.year) == ("/a/b.html", 2026)


def test_escapes_of_both_servers_are_undone() -> None:
    apache = COMBINED.replace("Agent/1.0", r"say \"hi\" \\ \t caf\xc3\xa9")
    nginx = COMBINED.replace("Agent/1.0", r"say \x22hi\x22 \x5C \x09 caf\xC3\xA9")
    for line in (apache, nginx):
        assert request_served(line.encode(), Where()).user_agent == 'say "hi" \\ \t café'


def test_a_backslash_before_anything_else_stays() -> None:
    event = request_served(COMBINED.replace("Agent/1.0", r"\q \€ \xg1 \x2").encode(), Where())
    assert event.user_agent == r"\q \€ \xg1 \x2"


def test_a_backslash_before_the_last_quote() -> None:
    event = request_served(COMBINED.replace("Agent/1.0", "Agent\\\\").encode(), Where())
    assert event.user_agent == "Agent\\"


@pytest.mark.parametrize(
    ("request_line", "method", "path", "protocol", "raw"),
    [
        ("GET /old", "GET", "/old", UNSET, UNSET),
        ("GET /a b c HTTP/1.1", "GET", "/a b c", "HTTP/1.1", UNSET),
        ("CONNECT mail.example.org:25 HTTP/1.1", "CONNECT", "mail.example.org:25", "HTTP/1.1", UNSET),
        ("GET http://other.example/ HTTP/1.1", "GET", "http://other.example/", "HTTP/1.1", UNSET),
        (r"\x16\x03\x01", UNSET, UNSET, UNSET, "\x16\x03\x01"),
        (r"\x00\xff HTTP/1.1", UNSET, UNSET, UNSET, "\x00\ufffd HTTP/1.1"),
        ("HELP", UNSET, UNSET, UNSET, "HELP"),
        ("-", UNSET, UNSET, UNSET, UNSET),
        ("", UNSET, UNSET, UNSET, UNSET),
    ],
)
def test_requests_that_are_not_as_usual(
    request_line: str, method: object, path: object, protocol: object, raw: object
) -> None:
    event = request_served(f'192.0.2.7 - - {TIME} "{request_line}" 400 0'.encode(), Where())
    assert (event.method, event.path, event.protocol, event.request) == (method, path, protocol, raw)


def test_an_empty_query_is_not_an_absent_one() -> None:
    assert request_served(COMBINED.replace("x=1&y=%20", "").encode(), Where()).query == ""


def test_what_a_server_writes_beyond_the_format_is_ignored() -> None:
    event = request_served((COMBINED + ' 0.012 "10.0.0.1"').encode(), Where())
    assert event.user_agent == "Agent/1.0"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("nothing of the kind", "access_log.quotes"),
        (COMBINED[:-1], "access_log.quotes"),
        (COMBINED.replace("[01/Mar", "[41/Mar"), "access_log.time"),
        (COMBINED.replace("/Mar/", "/Mär/"), "access_log.time"),
        (COMBINED.replace("+0200", "+9999"), "access_log.time"),
        (COMBINED.replace(TIME, ""), "access_log.fields"),
        (COMBINED.replace(" - ann", ""), "access_log.fields"),
        (COMBINED.replace(" 200 512", ""), "access_log.fields"),
        (COMBINED.replace(" 200 512", " 200 many"), "access_log.fields"),
        (COMBINED.replace(" 512", " " + "9" * 30), "access_log.fields"),
        (COMBINED.replace(" 512", " ²"), "access_log.fields"),
    ],
)
def test_a_line_of_another_shape_is_refused(line: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        request_served(line.encode(), Where("access.log", 3))
    assert (caught.value.code, caught.value.problem.where.line) == (code, 3)


def test_a_file_of_requests(tmp_path: Path) -> None:
    content = f"{COMBINED}\n\n{COMBINED}\r\nbroken\n{COMBINED}".encode()
    for packed in (content, gzip.compress(content)):
        events, [reject] = read(tmp_path, packed, "access-log")
        assert len({event.id for event in events}) == len(events) == 3
        assert reject.problem.where.line == 4


def test_requests_of_the_future_are_rejected(tmp_path: Path) -> None:
    _, [reject] = read(tmp_path, COMBINED, "access-log", latest=datetime(2026, 1, 1, tzinfo=UTC))
    assert reject.problem.code == "event.future_time"
