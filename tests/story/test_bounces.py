"""What mail servers report about our mail, over HTTP and from files: messages as a mail server makes them."""

import io
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import NamedTuple

import pytest

from bylaw.base.errors import Problems
from bylaw.engine.decider import Arrival
from bylaw.events.vocabulary import AccountRegistered, PostCreated
from bylaw.records.rounds import Rounds
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_office
from bylaw.runtime.working import ways_of
from bylaw.web.limits import MAX_BODY
from commandline import Bylaw
from mail_server import mail_server
from service import Service, served
from small_book import FILES, files, with_files

NOW = datetime.now(UTC)  # noqa: TID251 - the service looks at its own clock
MAIL = (
    '\n[notices]\ndigest_minutes = 0\nappeal = "appeals@house.example"\n'
    '\n[mail]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\nfrom = "notices@house.example"\n'
    'bounces = "bounces@house.example"\n'
)


class Sent(NamedTuple):
    """A mail that left: its return address, and its bytes."""

    back: str
    mail: bytes


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder in whose ``data`` a notice to Ada was sent."""
    return tmp_path


@pytest.fixture
def sent(house: Path) -> Sent:
    init_data(house / "data", "house")
    with mail_server() as server, open_office(house / "data") as office:
        toml = FILES["operator.toml"] + MAIL.format(port=server.port)
        office.appoint(files(operator_toml=toml))
        ada = AccountRegistered(id="e0", at=NOW, actor="ada", email="ada@reader.example", display_name="Ada")
        post = PostCreated(id="e1", at=NOW, actor="ada", text="AAA")
        for event in (ada, post):
            office.decider.decide([Arrival(event, event.at)])
        rounds = Rounds(office.records, ways_of(office).handlers, alone=False)
        while rounds.go():
            pass
        (taken,) = server.taken
    content = taken.content
    assert isinstance(content, bytes)
    return Sent(str(taken.mail_from), content)


def report(sent: Sent, action: str = "failed", status: str = "5.1.1", *, to: str | None = None) -> bytes:
    """A delivery status notification about a mail that came back (RFC 3464)."""
    made = MIMEMultipart("report", report_type="delivery-status")
    made["From"], made["To"] = "MAILER-DAEMON@mx.reader.example", sent.back if to is None else to
    made["Subject"] = "Undelivered Mail Returned to Sender"
    made.attach(MIMEText("I am sorry to have to tell you that your message could not be delivered."))
    of_message, of_recipient = Message(), Message()
    of_message["Reporting-MTA"] = "dns; mx.reader.example"
    of_recipient["Final-Recipient"] = "rfc822; ada@reader.example"
    of_recipient["Action"], of_recipient["Status"] = action, status
    of_recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 no such user"
    told = MIMEBase("message", "delivery-status")
    told.set_payload([of_message, of_recipient])
    made.attach(told)
    made.attach(MIMEMessage(message_from_bytes(sent.mail)))
    return made.as_bytes()


def states(bylaw: Bylaw, house: Path) -> dict[str, int]:
    found = bylaw("notices", "status", "--data", house / "data", "--json").json["notices"]
    return {state: count for state, count in found.items() if count}


# -- over HTTP


@pytest.fixture
def post(house: Path, sent: Sent) -> Iterator[Callable[..., str]]:
    with served(house, FILES) as service:
        yield lambda mail, media="message/rfc822": answered(service, mail, media)


def answered(service: Service, mail: bytes, media: str) -> str:
    with service.client("notice.report") as client:
        answer = client.post("/v1/incoming/bounces", content=mail, headers={"content-type": media})
    said = answer.json()
    return f"{answer.status_code} {said.get('code') or said.get('noted')}"


def test_a_report_is_noted_once(post: Callable[..., str], sent: Sent, bylaw: Bylaw, house: Path) -> None:
    assert post(report(sent, "delayed", "4.4.1")) == "202 False"
    assert post(report(sent)) == "200 True"
    assert post(report(sent)) == "202 False"
    assert states(bylaw, house) == {"bounced": 1}


def test_what_came_back_is_known_by_the_mail_that_was_returned(post: Callable[..., str], sent: Sent) -> None:
    assert post(report(sent, "delivered", "2.0.0", to="postmaster@house.example")) == "200 True"


def test_what_is_no_report_about_our_mail_changes_nothing(
    post: Callable[..., str], sent: Sent, bylaw: Bylaw, house: Path
) -> None:
    away = EmailMessage()
    away["To"], away["Subject"] = sent.back, "Out of office"
    away.set_content("I am away.")
    local, _, domain = sent.back.rpartition("@")
    forged = f"{local[:-1]}{'0' if local[-1] != '0' else '1'}@{domain}"
    other = Sent(forged, b"Message-ID: <other@house.example>\n\nHello\n")
    for mail in (b"", b"\x00\xff", away.as_bytes(), sent.mail, report(other), report(sent)[:200]):
        assert post(mail) == "202 False"
    assert post(report(sent), "text/plain") == "415 web.media"
    assert post(b"x" * (MAX_BODY + 1)) == "413 web.too_large"
    assert states(bylaw, house) == {"sent": 1}


def test_a_source_cannot_take_the_name_of_the_place_where_mail_servers_report() -> None:
    toml = FILES["operator.toml"] + '\n[incoming.bounces]\nformat = "discourse"\nsecrets = ["env:NAME"]\n'
    with pytest.raises(Problems, match="where mail servers report"):
        with_files({"operator.toml": toml})


# -- from files


def test_reports_in_files_are_noted_where_no_service_runs(bylaw: Bylaw, house: Path, sent: Sent) -> None:
    (house / "bounce.eml").write_bytes(report(sent))
    (house / "away.eml").write_bytes(b"Subject: Out of office\n\nI am away.\n")
    mails = (house / "bounce.eml", house / "away.eml")
    said = bylaw("notices", "bounced", *mails, "--data", house / "data")
    assert [line.rpartition(": ")[2] for line in said.out.splitlines()] == [
        "noted",
        "nothing new of our mail",
    ]
    again = bylaw("notices", "bounced", *mails, "--data", house / "data", "--json")
    assert again.json == {"mails": 2, "noted": 0}
    assert "notice.no_file" in bylaw("notices", "bounced", house / "none.eml", "--data", house / "data").err
    assert states(bylaw, house) == {"bounced": 1}


def test_a_report_comes_on_standard_input(
    bylaw: Bylaw, house: Path, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(report(sent))))
    assert "noted" in bylaw("notices", "bounced", "-", "--data", house / "data").out


def test_beside_a_service_the_command_says_where_reports_go(bylaw: Bylaw, house: Path, sent: Sent) -> None:
    (house / "bounce.eml").write_bytes(report(sent))
    with open_office(house / "data"):
        said = bylaw("notices", "bounced", house / "bounce.eml", "--data", house / "data")
    assert "/v1/incoming/bounces" in said.err
