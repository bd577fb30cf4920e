"""What counts as a link in a text, and its parts."""

import pytest

from bylaw.signals.urls.links import MAX_URLS, read_links


def hosts(text: str) -> list[str]:
    return [link.host for link in read_links(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://www.harbour.example/a(b), or (http://x.org/y).", ["www.harbour.example", "x.org"]),
        ("look: http://one.com,http://two.com,https://three.com", ["one.com", "two.com", "three.com"]),
        ("<a href='http://one.com/x'>two.com</a>", ["one.com", "two.com"]),
        ("[one.com](http://two.com) [http://three.com](http://four.com)", [f"{n}.com" for n in ("one", "two", "three", "four")]),
        ("HTTP://EXAMPLE.COM.", ["example.com"]),
        ("http://localhost:3000/x", ["localhost"]),
        ("ftp://files.example.org", ["files.example.org"]),
        ("hxxps://evil[.]com/z and bad (dot) net", ["evil.com", "bad.net"]),
        ("hxxp[:]//evil{.}com", ["evil.com"]),
        ("www.harbour.example is ours", ["www.harbour.example"]),
        ("write at example.com, or shop.example.co.uk!", ["example.com", "shop.example.co.uk"]),
        ("t.me/channel youtu.be/x", ["t.me", "youtu.be"]),
        ("https://example.comを見て", ["example.com"]),
        ("https://例え.jp/あ", ["xn--r8jz45g.jp"]),
        ("пример.рф", ["xn--e1afmkfd.xn--p1ai"]),
        ("exam\u200bple.com", ["example.com"]),
        ("\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\uff0e\uff43\uff4f\uff4d", ["example.com"]),
        ("http://[2001:db8::1]:81/", ["[2001:db8::1]"]),
        ("http://0x7f.1 http://2130706433/x", ["127.0.0.1"] * 2),
        ("192.0.2.7/login", ["192.0.2.7"]),
        ("http:\\\\evil.com\\x", ["evil.com"]),
    ],
)  # fmt: skip
def test_links_are_found(text: str, found: list[str]) -> None:
    assert hosts(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no link here",
        "ann@example.com, first.last@mail.example.co.uk and @example.com",
        "main.py run.sh notes.md lib.rs old.zip index.html",
        "version 3.5, 1.2.3.4 and 10.0.0.0/8",
        "U.S.A. e.g. i.e. a.m. No.5 ...and so on... http://... www. ://",
        "ok.so now.it is.in check in.My home.To",
        "asp.net and VB.NET, System.Net, os.name() and this.name = x.id",
        "src/site.com/x.com ./run.com C:\\old.com $site.com",
    ],
)
def test_what_is_no_link_is_not_found(text: str) -> None:
    assert hosts(text) == []


def test_parts_of_a_link() -> None:
    (link,) = read_links("go to https://ann:secret@evil.com:8080/x?y=1!")
    assert (link.host, link.port, link.credentials, link.is_address) == ("evil.com", "8080", True, False)
    assert link.length == len("https://ann:secret@evil.com:8080/x?y=1")


def test_what_is_in_the_path_is_not_in_front_of_the_host() -> None:
    (link,) = read_links("https://example.com/@ann:80")
    assert (link.host, link.port, link.credentials) == ("example.com", "", False)


def test_the_same_link_counts_once_and_links_are_bounded() -> None:
    assert len(read_links("http://a.com http://A.com/ a.com")) == 1
    assert len(read_links(" ".join(f"http://a{n}.com" for n in range(2 * MAX_URLS)))) == MAX_URLS
