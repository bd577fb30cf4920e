from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from bylaw.base.errors import InputError, Where
from bylaw.events.decode import Codec
from bylaw.events.sources.mail import MAX_MULTIPARTS, message_sent
from bylaw.events.sources.mail_body import MAX_TEXT, html_to_text
from bylaw.events.vocabulary import MessageSent

HEADERS = """\
From: =?utf-8?q?J=C3=BCrgen?= <Juergen@Example.org>
To: "Doe, Ann" <ann@example.net>, bob@example.net
Cc: BOB@example.net
Subject: =?iso-8859-1?Q?caf=E9?= =?utf-8?b?IOKCrA==?= today
Date: Sun, 01 Mar 2026 14:00:00 +0200
Message-ID: <m1@example.org>
In-Reply-To: <m0@example.net>
Reply-To: deals@example.com
List-Unsubscribe: <https://example.org/leave>
"""
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def mail(body: str | bytes = "", headers: str = HEADERS, **options: datetime) -> MessageSent:
    content = body.encode() if isinstance(body, str) else body
    data = headers.encode() + content
    event = message_sent(data, where=Where("m.eml"), **options)
    codec = Codec()
    assert codec.decode(codec.encode(event), where=Where()) == event
    assert message_sent(data, where=Where("elsewhere"), **options).id == event.id
    return event


def multipart(subtype: str, *parts: str) -> str:
    inner = "".join(f"--=b\n{part}\n" for part in parts)
    return f'MIME-Version: 1.0\nContent-Type: multipart/{subtype}; boundary="=b"\n\n{inner}--=b--\n'


def test_a_mail_becomes_a_message() -> None:
    event = mail("\nHello\r\nAnn\n")
    assert (event.channel, event.actor, event.sender) == (
        "mail",
        "juergen@example.org",
        "juergen@example.org",
    )
    assert (event.sender_name, event.subject, event.text) == ("Jürgen", "café € today", "Hello\nAnn")
    assert (event.recipient, event.recipients) == ("ann@example.net", ["ann@example.net", "bob@example.net"])
    assert (event.recipient_count, event.at) == (2, NOON)
    assert (event.message_id, event.reply_to) == ("<m1@example.org>", "<m0@example.net>")
    assert (event.reply_address, event.bulk) == ("deals@example.com", True)


def test_what_a_mail_does_not_say_is_absent() -> None:
    event = mail("\n", "Subject: x\nDate: Sun, 01 Mar 2026 14:00:00 +0200\n")
    absent = (event.actor, event.sender, event.recipient, event.recipients, event.bulk, event.truncated)
    assert all(field is UNSET for field in (*absent, event.links, event.attachments, event.attachment_bytes))
    assert (event.recipient_count, event.text) == (0, "")


def test_two_mails_of_one_message_id_are_two_events() -> None:
    assert mail("\nfirst").id != mail("\nsecond").id


@pytest.mark.parametrize(
    ("headers", "at"),
    [
        ("Date: Sun, 01 Mar 2026 12:00:00 -0000", NOON),
        ("Date: 1 Mar 2026 13:00 +0100", NOON),
        ("Date: soon\nReceived: from a; Sun, 01 Mar 2026 12:00:00 +0000", NOON),
        ("Received: from b; Sun, 01 Mar 2026 12:00:00 +0000\nReceived: from a; bad", NOON),
        ("Date: Fri, 01 Mar 2126 12:00:00 +0000\nReceived: x; Sun, 01 Mar 2026 12:00:00 +0000", NOON),
        ("Date: Sun, 01 Mar 0000 12:00:00 -9999", datetime(2026, 4, 1, tzinfo=UTC)),
        ("Date: " + "9" * 5000, datetime(2026, 4, 1, tzinfo=UTC)),
    ],
)
def test_the_time_is_the_first_that_can_be(headers: str, at: datetime) -> None:
    default = datetime(2026, 4, 1, tzinfo=UTC)
    event = mail("\n", f"From: a@example.org\n{headers}\n", latest=default, default_time=default)
    assert event.at == at


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("From: a@example.org\n\nhi", "mail.no_date"),
        ("From: a@example.org\nDate: never\n\nhi", "mail.no_date"),
        ("", "mail.no_header"),
        ("just some text\nthat is no mail\n", "mail.no_header"),
        ("X-Other: 1\n\nhi", "mail.no_header"),
    ],
)
def test_what_is_no_mail_is_refused(content: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        message_sent(content.encode(), where=Where("m.eml"))
    assert (caught.value.code, caught.value.problem.where.file) == (code, "m.eml")


def test_html_becomes_text_and_its_links_are_kept() -> None:
    body = """Content-Type: text/html; charset=utf-8

    <html><head><style>p { color: red }</style></head><body><!-- not <p>this</p> -->
    <p>Fr<b></b>ee &amp; caf&eacute;</p><table><tr><td>one</td><td>two</td></tr></table>
    <a href="https://example.com/?a=1&amp;b=2">click</a> <a href='mailto:x@example.org'>x</a>
    <form action=//example.com/form></form><script>var no = "<p>"</script></body></html>"""
    event = mail(body)
    assert event.text == "Free & café\none two\nclick x"
    assert event.links == ["https://example.com/?a=1&b=2", "//example.com/form"]


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("a < b and c > d", "a < b and c > d"),
        ("one<br>two<BR/>three", "one\ntwo\nthree"),
        ("never <!-- closed", "never"),
        ("cut <a href=", "cut"),
        ("<script>no end", ""),
        ("&#xD800;&#0;&nosuch;", "\ufffd\ufffd&nosuch;"),
    ],
)
def test_crooked_html(page: str, text: str) -> None:
    assert html_to_text(page.encode()) == text


def test_of_alternatives_the_last_with_text_counts() -> None:
    plain, page, blank = (
        "\nplain",
        "Content-Type: text/html\n\n<p>shown</p>",
        "Content-Type: text/html\n\n<img>",
    )
    assert mail(multipart("alternative", plain, page)).text == "shown"
    assert mail(multipart("alternative", plain, blank)).text == "plain"


def test_attachments_are_told_by_name_and_size_only() -> None:
    file = 'Content-Type: application/pdf; name="bill.pdf"\nContent-Transfer-Encoding: base64\n\naGVsbG8='
    text = 'Content-Disposition: attachment; filename="notes.txt"\n\nsecret'
    unnamed = "Content-Type: image/png\n\nx"
    event = mail(multipart("mixed", "\nsee below", file, text, unnamed))
    assert event.text == "see below"
    assert event.attachments == ["bill.pdf", "notes.txt", "image/png"]
    assert event.attachment_bytes == 5 + 6 + 1


def test_a_forwarded_mail_is_part_of_the_text() -> None:
    forwarded = "Content-Type: message/rfc822\n\nSubject: inner\n\nwhat was forwarded"
    assert mail(multipart("mixed", "\nlook", forwarded)).text == "look\nwhat was forwarded"


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("iso-8859-1", b"caf\xe9", "café"),
        ("windows-1251", b"\xcf\xf0\xe8", "При"),
        ("us-ascii", "café".encode(), "café"),
        ("us-ascii", b"caf\xe9", "café"),
        ("utf-8", b"caf\xe9", "café"),
        ("no-such-charset", "café".encode(), "café"),
        ("hex", b"abc", "abc"),
        ("punycode", b"caf-dma", "caf-dma"),
        ("idna", b"xn--caf-dma", "xn--caf-dma"),
        ("unicode_escape", rb"\d", r"\d"),
        ("utf-7", b"+2AA-x", "?x"),
        ("a\x00b", b"abc", "abc"),
    ],
)
def test_charsets_as_they_come(charset: str, data: bytes, text: str) -> None:
    assert mail(f"Content-Type: text/plain; charset={charset}\n\n".encode() + data).text == text


def test_headers_in_raw_utf8_are_read() -> None:
    event = mail("\n", "From: Zoë <zoe@example.org>\nSubject: café\nDate: Sun, 01 Mar 2026 12:00:00 +0000\n")
    assert (event.sender_name, event.subject) == ("Zoë", "café")


def test_a_long_text_is_cut_and_says_so() -> None:
    event = mail("\n" + "word " * MAX_TEXT)
    assert (len(event.text), event.truncated) == (MAX_TEXT, True)


@pytest.mark.parametrize(
    "body",
    [
        "".join(
            f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(MAX_MULTIPARTS + 9)
        ),
        "Content-Type: message/rfc822\n\n" * 3000,
        "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\nx\n" * 20_000,
        "\n" + "\n" * 3_000_000,
    ],
)
def test_a_mail_too_laborious_to_take_apart_is_still_an_event(body: str) -> None:
    event = mail(body + "\nbuy now\n")
    assert event.actor == "juergen@example.org"


@pytest.mark.parametrize(
    "header",
    [
        "To: " + "(" * 3000,
        "To: " + "a@example.org, " * 50_000,
        "To: " + '"a' * 20_000,
        "Subject: " + "=?a?q?" * 20_000,
        "Subject: =?utf-8?b?!?=",
        "Subject: =?punycode?q?a-b?=",
        "Content-Type: text/plain" + ';"a' * 20_000,
        "Content-Type: ;;;=",
        "Content-Transfer-Encoding: x-uuencode",
        "Content-Transfer-Encoding: base64",
    ],
)
def test_broken_headers_break_nothing(header: str) -> None:
    event = mail(f"{header}\n\nhello", "From: a@example.org\nDate: Sun, 01 Mar 2026 12:00:00 +0000\n")
    assert event.actor == "a@example.org"
