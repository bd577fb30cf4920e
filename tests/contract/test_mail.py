"""Mail to a real server: what arrives, what is tried again, what comes back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dkim  # type: ignore[import-untyped]
import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bylaw.base.errors import InputError
from bylaw.book.outgoing import Dkim, Mail
from bylaw.book.templates import MessageClass
from bylaw.notices import model
from bylaw.notices.mail.bounces import read_report
from bylaw.notices.mail.composing import Address, Composer, Letter
from bylaw.notices.mail.smtp import PAUSE, Blocked, Outcome, Refused, Smtp, Taken
from bylaw.notices.mail.tags import Tags
from bylaw.notices.rendering import Message, render
from bylaw.notices.telling import BLOCKED_WAIT, Gathering, Mailing, Way, Wording
from bylaw.records.delivery import Delivery
from bylaw.records.outbox import MAX_ATTEMPTS
from bylaw.records.rounds import Handler, Rounds
from databases import new_place
from mail_server import MailServer, certificate, mail_server, only
from notice_world import NOON, STATEMENT, VOICE, Office, opened

MESSAGE = render(VOICE, [STATEMENT], "en", "Ada")
NAME = "msg_" + "0123456789" * 3
TAGS = Tags(b"s" * 32)
SETTINGS = Mail(
    host="127.0.0.1",
    sender="Small House <notices@house.example>",
    tls="none",
    reply_to="appeals@house.example",
    bounces="bounces@house.example",
    timeout_seconds=5,
)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def settings(server: MailServer, **changes: Any) -> Mail:
    return msgspec.structs.replace(SETTINGS, **{"port": server.port, **changes})


def letter(message: Message = MESSAGE, to: str = "ada@reader.example", **options: Any) -> Letter:
    composer = Composer(SETTINGS, TAGS, **options)
    return composer.letter(message, Address(to, "Ada"), name=NAME, entry="out_12_0", made=NOON)


def post(known: Mail, sent: Letter, **options: Any) -> Outcome:
    smtp = Smtp(known, lambda: NOON, **options)
    try:
        return smtp.send(sent)
    finally:
        smtp.rest()


class Desk:
    """Everything between a planned notice and the server."""

    def __init__(
        self, office: Office, server: MailServer, address: Address | None, **changes: object
    ) -> None:
        self.address = address
        smtp = Smtp(settings(server, **changes), office.now)
        composer = Composer(SETTINGS, TAGS)
        wording = Wording(office.notices, lambda _: VOICE, lambda _: self.address)
        mailing = Mailing(wording, composer, smtp)
        handlers: dict[str, Handler] = {
            "notices": Gathering(office.notices, lambda: Way("book", "mail")),
            "mail": mailing,
        }
        self._rounds = Rounds(office.records, handlers)

    def run(self) -> None:
        while self._rounds.go():
            pass


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(new_place(tmp_path)) as office:
        yield office


ADA = Address("ada@reader.example", "Ada", "en")


# -- what arrives


def test_mail_that_a_server_receives_has_all_six_parts(office: Office, server: MailServer) -> None:
    desk = Desk(office, server, ADA)
    office.plan("ada", "act_1")
    desk.run()
    (mail,) = server.mails
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    for part in (text, page):
        words = " ".join(part.get_content().replace("\n> ", "\n").split())
        for said in (
            "You shouted “AAA” in the library.",
            "You must not shout.",
            "Somebody reported it to us.",
            "A person made the decision, without automated means.",
            "in these places only: DE, AT, from 21 September 2026 until 28 September 2026",
            "appeals@house.example",
        ):
            assert said in words
    assert office.states("ada") == ["sent"]
    assert office.waiting() == []


def test_a_wave_arrives_as_one_mail(office: Office, server: MailServer) -> None:
    desk = Desk(office, server, ADA)
    for n in range(5):
        office.plan("ada", f"act_{n}", 60_000_000)
    office.wait(60_000_000)
    desk.run()
    (mail,) = server.mails
    text = mail.get_body(("plain",))
    assert text is not None
    assert all(f"dec_act_{n}" in text.get_content() for n in range(5))
    assert office.states("ada") == ["sent"] * 5


def test_headers_say_what_it_is_and_whose(server: MailServer) -> None:
    assert isinstance(post(settings(server), letter()), Taken)
    (mail,), (envelope,) = server.mails, server.taken
    assert mail["From"] == "Small House <notices@house.example>"
    assert mail["To"] == "Ada <ada@reader.example>"
    assert mail["Subject"] == "About your post of 3 March"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] == "appeals@house.example"
    assert mail["Message-ID"].startswith("<out_12_0.")
    assert mail["Date"] == "Mon, 21 Sep 2026 14:13:20 +0000"
    assert mail["List-Unsubscribe"] is None
    assert envelope.mail_from == f"bounces+{TAGS.tag(NAME)}@house.example"


def test_the_same_entry_is_the_same_mail_so_that_a_second_one_is_recognised() -> None:
    assert letter() == letter()


@pytest.mark.parametrize(
    "evil",
    [
        "Ada\r\nBcc: x@evil.example",
        'Ada" <x@evil.example>, "',
        "=?utf-8?q?Ada?=\n",
        "Ada\u2028Bcc: x",
        "Ä" * 500,
    ],
)
def test_no_name_and_no_subject_makes_a_header(evil: str, server: MailServer) -> None:
    message = render(VOICE, [msgspec.structs.replace(STATEMENT, thing=evil)], "en", evil)
    made = Composer(SETTINGS, TAGS).letter(
        message, Address("ada@reader.example", evil), name=NAME, entry="e", made=NOON
    )
    assert isinstance(post(settings(server), made), Taken)
    (mail,), (envelope,) = server.mails, server.taken
    assert mail["Bcc"] is None
    assert envelope.rcpt_tos == ["ada@reader.example"]
    assert [address.addr_spec for address in mail["To"].addresses] == ["ada@reader.example"]


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ada",
        "ada@reader.example\r\nRCPT TO:<x@evil.example>",
        "a@b@c.example",
        "<a@b.example>",
        "ä@reader.example",
    ],
)
def test_what_is_no_address_gets_no_mail(to: str) -> None:
    with pytest.raises(InputError) as refused:
        letter(to=to)
    assert refused.value.code == "mail.address"
    assert to not in str(refused.value) or not to


def test_a_domain_in_other_letters_is_written_as_mail_carries_it(server: MailServer) -> None:
    assert post(settings(server), letter(to="ada@bücher.example")) == Taken()
    assert server.taken[0].rcpt_tos == ["ada@xn--bcher-kva.example"]


def test_a_key_that_cannot_sign_is_told_before_anything_is_sent() -> None:
    signing = msgspec.structs.replace(
        SETTINGS, dkim=Dkim(selector="s1", domain="house.example", key="file:x")
    )
    with pytest.raises(InputError) as refused:
        Composer(signing, TAGS, b"no key")
    assert refused.value.code == "mail.dkim_key"


def test_only_an_announcement_can_be_refused_and_it_always_can() -> None:
    announcement = Message(
        subject=MESSAGE.subject,
        text=MESSAGE.text,
        html=MESSAGE.html,
        message_class=MessageClass.ANNOUNCEMENT,
        language="en",
    )
    with pytest.raises(InputError):
        letter(announcement)
    sent = letter(announcement, unsubscribe=lambda _: "https://house.example/u/token").data
    assert b"List-Unsubscribe: <https://house.example/u/token>\r\n" in sent
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in sent
    assert b"List-Unsubscribe" not in letter(unsubscribe=lambda _: "https://house.example/u/token").data


def test_a_signature_verifies_and_covers_what_matters() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    record = b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])
    signing = msgspec.structs.replace(
        SETTINGS, dkim=Dkim(selector="s1", domain="house.example", key="file:x")
    )
    signed = Composer(signing, TAGS, pem).letter(MESSAGE, ADA, name=NAME, entry="e", made=NOON).data

    def verifies(data: bytes) -> bool:
        return bool(dkim.verify(data, dnsfunc=lambda *_, **__: record))

    assert verifies(signed)
    for change in ((b"Subject: About", b"Subject: Above"), (b"shout", b"speak"), (b"To: Ada", b"To: Ida")):
        assert change[0] in signed
        assert not verifies(signed.replace(*change, 1))


# -- the way there


def test_starttls_is_demanded_where_the_book_says_so(tmp_path: Path, server: MailServer) -> None:
    here, there = certificate(tmp_path)
    with mail_server(tls_context=here) as secure:
        known = settings(secure, host="localhost", tls="starttls")
        assert isinstance(post(known, letter(), context=there), Taken)
        assert secure.taken
        assert post(known, letter()) == Blocked("mail.tls")  # a certificate nobody vouches for
    plain = settings(server, host="localhost", tls="starttls")
    assert post(plain, letter(), context=there) == Blocked("mail.no_tls")
    assert not server.taken


def test_a_password_is_given_only_over_an_encrypted_connection(tmp_path: Path) -> None:
    here, there = certificate(tmp_path)
    options = {"tls_context": here, "authenticator": only("house", "right"), "auth_required": True}
    with mail_server(**options) as server:
        known = settings(server, host="localhost", tls="starttls", user="house")
        for password, outcome in (("right", Taken()), ("wrong", Blocked("mail.password"))):
            assert post(known, letter(), password=password, context=there) == outcome


def test_letters_share_a_connection_until_the_round_is_over(server: MailServer) -> None:
    smtp = Smtp(settings(server), lambda: NOON)
    for _ in range(3):
        assert isinstance(smtp.send(letter()), Taken)
    smtp.rest()
    assert isinstance(smtp.send(letter()), Taken)
    smtp.rest()
    assert (len(server.taken), server.connections) == (4, 2)


@pytest.mark.parametrize(
    ("command", "answer", "outcome"),
    [
        ("RCPT", "550 5.1.1 ada@reader.example unknown", Refused("550 5.1.1", for_good=True)),
        ("RCPT", "450 4.2.1 greylisted", Refused("450 4.2.1", for_good=False)),
        ("DATA", "554 5.7.1 no", Refused("554 5.7.1", for_good=True)),
        ("DATA", "452 full", Refused("452", for_good=False)),
        ("RCPT", "421 4.3.2 closing", Blocked("mail.closing")),
    ],
)
def test_what_a_server_says_is_told_by_codes_without_its_words(
    command: str, answer: str, outcome: object, server: MailServer
) -> None:
    server.answers[command].append(answer)
    assert post(settings(server), letter()) == outcome


def test_a_letter_larger_than_the_server_takes_is_refused_before_it_is_sent() -> None:
    with mail_server(data_size_limit=1000) as server:
        outcome = post(settings(server), letter())
        assert outcome == Refused("mail.size", for_good=True)


# -- when it does not get there


def test_a_server_that_is_down_for_a_day_costs_no_notice(office: Office, server: MailServer) -> None:
    desk = Desk(office, server, ADA, port=1)  # where nobody listens
    office.plan("ada", "act_1")
    for _ in range(24):
        desk.run()
        office.wait(12 * BLOCKED_WAIT)
    assert office.states("ada") == ["gathered"]
    (stuck,) = Delivery(office.records).stuck()
    assert (stuck.dead, stuck.code) == (0, "mail.unreachable")
    Desk(office, server, ADA).run()
    assert (office.states("ada"), len(server.taken)) == (["sent"], 1)


def test_a_server_that_is_down_is_not_asked_again_for_each_letter(server: MailServer) -> None:
    now = [NOON]
    smtp = Smtp(settings(server, port=1), lambda: now[0])
    assert smtp.send(letter()) == smtp.send(letter()) == Blocked("mail.unreachable")
    now[0] += PAUSE
    assert smtp.send(letter()) == Blocked("mail.unreachable")


def test_one_who_is_refused_for_now_is_tried_for_days_and_does_not_hold_up_others(
    office: Office, server: MailServer
) -> None:
    desk = Desk(office, server, ADA)
    office.plan("ada", "act_1")
    server.answers["RCPT"] = ["450 4.2.1 later"]
    desk.run()
    office.plan("ben", "act_1")
    desk.run()
    assert (office.states("ada"), office.states("ben")) == (["gathered"], ["sent"])
    begun = office.now()
    server.answers["RCPT"] = ["450 4.2.1 later"] * MAX_ATTEMPTS
    while office.states("ada") == ["gathered"]:
        office.wait(3_600_000_000)
        desk.run()
    assert office.states("ada") == ["failed"]
    assert office.now() - begun > 2 * 86_400_000_000
    office.notices.repeat(office.notices.of(office.person("ada"))[0].id)
    server.answers["RCPT"] = []
    desk.run()
    assert office.states("ada") == ["sent"]


def test_one_whom_no_server_knows_is_not_tried_again(office: Office, server: MailServer) -> None:
    desk = Desk(office, server, ADA)
    office.plan("ada", "act_1")
    server.answers["RCPT"] = ["550 5.1.1 no such user"]
    desk.run()
    (notice,) = office.notices.of(office.person("ada"))
    assert (notice.state.value, notice.code) == ("failed", "550 5.1.1")


def test_one_without_an_address_is_on_record_as_not_told(office: Office, server: MailServer) -> None:
    desk = Desk(office, server, None)
    office.plan("ada", "act_1")
    desk.run()
    (notice,) = office.notices.of(office.person("ada"))
    assert (notice.state, notice.ground) == (model.State.SUPPRESSED, model.Ground.NO_CONTACT)
    office.notices.release(notice.id)  # an address is known now
    desk.address = ADA
    desk.run()
    assert office.states("ada") == ["sent"]


def test_a_crash_after_the_server_took_it_sends_the_same_mail_again(
    office: Office, server: MailServer
) -> None:
    office.plan("ada", "act_1")
    gathering = Gathering(office.notices, lambda: Way("book", "mail"))
    Rounds(office.records, {"notices": gathering}).go(1)
    wording = Wording(office.notices, lambda _: VOICE, lambda _: ADA)
    mailing = Mailing(wording, Composer(SETTINGS, TAGS), Smtp(settings(server), office.now))
    ((_, entry),) = Delivery(office.records).take(office.now())
    mailing.deliver(entry, office.now())  # and nothing is recorded
    office.wait(60_000_000)
    ((_, entry),) = Delivery(office.records).take(office.now())
    mailing.deliver(entry, office.now())
    mailing.rest()
    assert len(server.taken) == 2
    assert server.taken[0].content == server.taken[1].content


# -- what comes back


def report(action: str, status: str, *, headers: str = "", to: str = "bounces@house.example") -> bytes:
    return f"""\
From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ada@reader.example
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

Subject: About your post
{headers}
--b--
""".encode()


BACK = f"bounces+{TAGS.tag(NAME)}@house.example"


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.1", model.BOUNCED),
        ("FAILED", "5.2.2 (mailbox full)", model.BOUNCED),
        ("delivered", "2.0.0", model.DELIVERED),
        ("delayed", "4.4.1", None),
    ],
)
def test_a_report_tells_what_became_of_a_message(action: str, status: str, kind: str | None) -> None:
    found = read_report(report(action, status, to=BACK), TAGS)
    assert found is not None
    assert (found.message, found.kind, found.code) == (NAME, kind, status.split(maxsplit=1)[0])


def test_a_message_is_known_by_its_return_address_its_envelope_or_its_own_id() -> None:
    by_id = report("failed", "5.1.1", headers=f"Message-ID: <out_12_0.{TAGS.tag(NAME)}@house.example>")
    assert read_report(by_id, TAGS) is not None
    assert read_report(report("failed", "5.1.1"), TAGS, BACK.upper()) is not None
    assert read_report(report("failed", "5.1.1"), TAGS) is None


def test_a_report_about_somebody_elses_message_or_a_forged_one_says_nothing() -> None:
    forged = f"bounces+{TAGS.tag(NAME)[:-1]}x@house.example"
    assert read_report(report("failed", "5.1.1", to=forged), TAGS) is None
    assert read_report(report("failed", "5.1.1", to=BACK), Tags(b"other" * 7)) is None


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"Subject: Out of office\r\nTo: " + BACK.encode() + b"\r\n\r\nI am away.",
        b"\x00\xff" * 500,
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n--x--",
        b"Content-Type: message/delivery-status\r\n\r\nAction: failed",
    ],
)
def test_what_is_no_report_says_nothing(mail: bytes) -> None:
    assert read_report(mail, TAGS) is None


def test_a_bounce_moves_the_notice(office: Office, server: MailServer) -> None:
    desk = Desk(office, server, ADA)
    office.plan("ada", "act_1")
    desk.run()
    (envelope,) = server.taken
    found = read_report(report("failed", "5.1.1", to=str(envelope.mail_from)), TAGS)
    assert found is not None
    assert found.kind is not None
    assert office.notices.note(found.kind, found.message, found.code)
    assert office.states("ada") == ["bounced"]
