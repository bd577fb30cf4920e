"""Any text gets an answer, and a link is found whatever stands around it."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bylaw.events.vocabulary import LinkShared
from bylaw.signals.urls.find import MAX_URL
from bylaw.signals.urls.links import MAX_URLS, read_links
from bylaw.signals.urls.table import SIGNALS

AT = datetime(2026, 3, 1, tzinfo=UTC)
LISTS = {"protected_names": ("Harbour",), "protected_domains": ("harbour.example",), "blocked_domains": ("",)}
PIECES = (
    "http://", "hxxps[:]//", "www.", "a.com", "xn--", "xn--80ak6aa92e", ".", "[.]", " (dot) ", "@", ":", "/", "\\", "[", "](",
    ")", "<a href=", ">", "</a>", "%00", "%", "1.2.3.4", "::1", "\u0440\u0443", "\u3002", "\u200b", "\ud800", "\u202e", " ", ",", "é",
)  # fmt: skip

anything = st.text(max_size=60) | st.text(st.characters(), max_size=30)
crafted = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
labels = st.from_regex(r"[a-z][a-z0-9]{0,20}", fullmatch=True)
hosts = st.builds(
    "{}.{}".format,
    st.lists(labels, min_size=1, max_size=3).map(".".join),
    st.sampled_from(("com", "co.uk", "de")),
)


@given(anything | crafted, anything | crafted)
def test_any_text_gets_an_answer(text: str, url: str) -> None:
    event = LinkShared(id="e1", at=AT, url=url, text=text)
    for signal in SIGNALS:
        signal.compute(event, LISTS)


@given(anything | crafted)
def test_links_are_bounded_and_have_plain_hosts(text: str) -> None:
    links = read_links(text)
    assert len(links) <= MAX_URLS
    for link in links:
        assert link.host.isascii()
        assert link.host == link.host.lower()
        assert 0 < link.length <= MAX_URL


@given(
    st.text(max_size=30),
    st.sampled_from(("http://", "https://", "hxxp://", "www.", "")),
    hosts,
    st.text(max_size=30),
)
def test_a_link_between_spaces_is_found(before: str, start: str, host: str, after: str) -> None:
    prefix = "www." if start == "www." else ""
    assert f"{prefix}{host}" in [link.host for link in read_links(f"{before} {start}{host} {after}")]


@given(hosts, st.sampled_from(("[.]", "(.)", " [dot] ", "(DOT)", "{.}")))
def test_defused_links_are_found(host: str, dot: str) -> None:
    assert [link.host for link in read_links("see " + host.replace(".", dot))] == [host]


@given(st.lists(hosts, min_size=1, max_size=5, unique=True))
def test_reading_what_was_read_finds_the_same(names: list[str]) -> None:
    links = read_links(" ".join(f"http://{name}/x" for name in names))
    assert read_links("\n".join(link.href for link in links)) == links
