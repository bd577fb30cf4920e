import mailbox
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from bylaw.base.errors import InputError, Where
from bylaw.events.decode import Codec
from bylaw.events.event import Event
from bylaw.events.sources.access_log import request_served
from bylaw.events.sources.columns import ColumnMap
from bylaw.events.sources.formats import read_events
from bylaw.events.sources.mail import message_sent
from bylaw.events.sources.source import Reject, Source

CODEC = Codec()
COLUMNS = ColumnMap(constants={"kind": "post.created", "at": "2026-03-01T12:00:00Z"})
DEFAULT = datetime(2026, 3, 1, tzinfo=UTC)

STARTS = {
    "jsonl": b'{"kind":"post.created","at":"2026-03-01T12:00:00Z","text":"',
    "access-log": b'192.0.2.1 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5 "',
    "csv": b'id,text\n1,a\n2,"',
    "mbox": b"From a Sun Mar  1 12:00:00 2026\nFrom: a@example.org\nContent-Type: multipart/mixed; boundary=b\n",
}
tokens = st.sampled_from(
    [
        b"\n",
        b"\r",
        b"\n\n",
        b'"',
        b"\\",
        b"{",
        b"[",
        b",",
        b"--b",
        b"From x 1:00 2000",
        b"\x00",
        b"\xff",
        b"=",
    ]
)
some = settings(max_examples=80)
crooked = st.lists(tokens | st.binary(max_size=12), max_size=30).map(b"".join)


def records(content: bytes, format_name: str) -> list[Event | Reject] | InputError:
    source = Source(path="-", stdin=BytesIO(content), columns=COLUMNS, default_time=DEFAULT)
    try:
        return list(read_events(source, format_name, CODEC))
    except InputError as error:
        return error


@pytest.mark.parametrize("format_name", STARTS)
@some
@given(kept=st.integers(0, 99), rest=crooked)
def test_any_bytes_are_events_and_rejects(format_name: str, kept: int, rest: bytes) -> None:
    content = STARTS[format_name][:kept] + rest
    found = records(content, format_name)
    if isinstance(found, InputError):
        assert found.code.partition(".")[0] in {"source", "columns", "csv"}
        return
    for record in found:
        if isinstance(record, Event):
            assert CODEC.decode(CODEC.encode(record), where=Where()) == record
        else:
            assert record.length <= len(content)
    assert records(content, format_name) == found


@some
@given(st.lists(st.sampled_from([b"", b"  ", b"{}", b"no", b"\xff", STARTS["jsonl"] + b'x"}'])))
def test_every_line_that_is_not_blank_is_an_event_or_a_reject(lines: list[bytes]) -> None:
    found = records(b"\n".join(lines), "jsonl")
    assert isinstance(found, list)
    assert len(found) == sum(bool(line.strip()) for line in lines)


@some
@given(
    st.lists(
        st.sampled_from([b"\n", b"From: a@example.org\n", b"Date: x\n", b"--b\n"]) | st.binary(max_size=40)
    )
)
def test_any_mail_with_a_header_is_an_event(lines: list[bytes]) -> None:
    data = b"Content-Type: multipart/alternative; boundary=b\n" + b"".join(lines)
    event = message_sent(b"To: ann@example.org\n" + data, where=Where("m"), default_time=DEFAULT)
    assert CODEC.decode(CODEC.encode(event), where=Where()) == event


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Zs"]), min_size=1)
bodies = st.lists(
    words | st.sampled_from(["From me", ">From you", "", "From a@b.c Sun Mar  1 12:00:00 2026"])
)


@some
@given(st.lists(bodies, max_size=4))
def test_a_mailbox_the_standard_library_wrote_is_read_back(texts: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "box")
        box = mailbox.mbox(path)
        for text in texts:
            message = EmailMessage()
            message["From"], message["Date"] = "ann@example.org", "Sun, 01 Mar 2026 12:00:00 +0000"
            message.set_content("\n".join(text), cte="base64")
            box.add(message)
        box.close()
        found = list(read_events(Source(path=path), "mbox", CODEC))
    assert [getattr(event, "text", None) for event in found] == ["\n".join(text).strip() for text in texts]


def escaped(field: str) -> str:
    """Spell a field as Apache does."""
    plain = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
    spelled = (plain.get(c) or (c if c.isascii() and c.isprintable() else hexadecimal(c)) for c in field)
    return "".join(spelled)


def hexadecimal(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode())


fields = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda field: field != "-")
paths = fields.map(lambda path: "/" + path.replace("?", ""))
zones = st.integers(-14 * 60, 14 * 60)


@some
@given(
    path=paths,
    query=st.none() | fields,
    agent=fields,
    referrer=fields,
    status=st.integers(100, 599),
    zone=zones,
)
def test_a_line_that_apache_wrote_is_read_back(
    path: str, query: str | None, agent: str, referrer: str, status: int, zone: int
) -> None:
    sign, minutes = "-" if zone < 0 else "+", abs(zone)
    time = f"01/Mar/2026:12:00:00 {sign}{minutes // 60:02}{minutes % 60:02}"
    target = escaped(path if query is None else f"{path}?{query}")
    line = f'::1 - - [{time}] "GET {target} HTTP/1.1" {status} 7 "{escaped(referrer)}" "{escaped(agent)}"'
    event = request_served(line.encode(), Where("log", 1))
    assert (event.path, event.query) == (path, UNSET if query is None else query)
    assert (event.user_agent, event.referrer, event.status) == (agent, referrer, status)
    assert event.at == datetime(2026, 3, 1, 12, tzinfo=UTC) - timedelta(minutes=zone)
