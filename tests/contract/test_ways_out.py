"""The ways out are those of the book in force, and change with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bylaw.base.errors import BusyError, InputError
from bylaw.book.book import Book
from bylaw.notices.mail.composing import Address
from bylaw.notices.mail.returning import Returns
from bylaw.notices.mail.tags import Tags
from bylaw.notices.ways import Ways, secret_at
from bylaw.notices.webhooks.announcing import WebhooksProjector
from bylaw.notices.webhooks.signing import shown
from bylaw.notices.workflow import KEY
from bylaw.records.delivery import Delivery
from bylaw.records.outbox import MAX_ATTEMPTS
from bylaw.records.rounds import Rounds
from databases import new_place
from mail_server import MailServer, mail_server
from notice_world import GERMAN, Office, opened
from small_book import FILES, with_files
from web_server import web_server

SECRET = shown(b"s" * 32)


def a_book(settings: str) -> Book:
    first, second = FILES["operator.toml"].split("[roles", 1)
    return with_files({"operator.toml": f"{first}{settings}\n[roles{second}", "notices/words.de.md": GERMAN})


def mailing(server: MailServer) -> str:
    return (
        f'[notices]\ndigest_minutes = 0\n[mail]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\n'
        'from = "notices@house.example"\nbounces = "bounces@house.example"\n'
    )


def hook(url: str, *, by: str = "mail") -> str:
    return (
        f'[notices]\nby = "{by}"\n[webhooks.service]\nurl = "{url}"\nevents = ["notice.sent"]\n'
        'secrets = ["vault:1", "env:HOOK"]\nallow = ["127.0.0.1/32"]\n'
    )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(new_place(tmp_path), WebhooksProjector()) as office:
        yield office


class World:
    """The worker, and the book in force."""

    def __init__(self, office: Office, book: Book) -> None:
        self.office, self.books = office, {book.digest: book}
        self.book = book
        self.ways = Ways(
            office.records,
            office.vault,
            lambda: self.book,
            lambda digest: self.books[digest],
            lambda _: Address("ada@reader.example", "Ada", "de"),
            environment={"HOOK": SECRET},
        )
        self.rounds = Rounds(office.records, self.ways.handlers)

    def put_into_force(self, book: Book) -> None:
        self.book = self.books[book.digest] = book
        if facts := self.ways.settling():
            self.office.records.commit(facts)

    def run(self) -> None:
        while self.rounds.go():
            pass


def test_without_a_mail_server_in_the_book_what_is_told_waits_for_one(office: Office) -> None:
    world = World(office, a_book(""))
    office.plan("ada", "act_1")
    world.run()
    assert Delivery(office.records).stuck()[0].code == "mail.not_set_up"
    with mail_server() as server:
        world.put_into_force(a_book(mailing(server)))
        office.wait(3_600_000_000)
        world.run()
        (mail,) = server.mails
    assert mail["Content-Language"] == "de"
    assert office.states("ada") == ["sent"]


def test_a_secret_that_is_missing_holds_up_mail_and_kills_none(office: Office) -> None:
    with mail_server() as server:
        world = World(office, a_book(mailing(server) + 'password = "env:NONE"\nuser = ""\n'))
        office.plan("ada", "act_1")
        for _ in range(2 * MAX_ATTEMPTS):
            world.run()
            office.wait(3_600_000_000)
    (stuck,) = Delivery(office.records).stuck()
    assert (stuck.code, stuck.dead) == ("secret.missing", 0)


def test_what_comes_back_is_noted_once(office: Office) -> None:
    with mail_server() as server:
        world = World(office, a_book(mailing(server)))
        office.plan("ada", "act_1")
        world.run()
        back = str(server.taken[0].mail_from)
    tags = Tags(office.vault.secret(KEY))
    assert tags.message(back) == office.notices.of(office.person("ada"))[0].message
    report = (
        f"To: {back}\nContent-Type: multipart/report; boundary=b\n\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed\nStatus: 5.1.1\n\n--b--\n"
    ).encode()
    returns = Returns(office.records, office.vault)
    assert returns.note(report)
    assert not returns.note(report)
    assert not returns.note(b"Subject: hello\n\n")
    assert office.states("ada") == ["bounced"]


def test_a_report_that_is_faster_than_our_own_note_is_to_come_again(office: Office) -> None:
    with mail_server() as server:
        world = World(office, a_book(mailing(server)))
        office.plan("ada", "act_1")
        server.answers["DATA"] = ["451 4.3.0 later"]
        world.run()
    (notice,) = office.notices.of(office.person("ada"))
    back = Tags(office.vault.secret(KEY)).return_address("bounces@house.example", notice.message)
    report = (
        f"To: {back}\nContent-Type: multipart/report; boundary=b\n\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed\nStatus: 5.1.1\n\n--b--\n"
    ).encode()
    with pytest.raises(BusyError, match="still on its way"):
        Returns(office.records, office.vault).note(report)


def test_a_service_may_tell_people_itself_and_hears_that_it_did(office: Office) -> None:
    with web_server() as server:
        book = a_book(hook(server.url, by="webhook:service"))
        world = World(office, book)
        world.put_into_force(book)
        office.plan("ada", "act_1")
        world.run()
        types = [b"notice.message" in one.body for one in server.taken]
        assert types == [True, False]
        assert len(server.taken[0].headers["webhook-signature"].split()) == 2


def test_a_secret_that_is_not_there_is_told_without_guessing(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n")
    assert secret_at(f"file:{tmp_path / 'key'}", {}) == SECRET
    assert secret_at("env:HOOK", {"HOOK": SECRET}) == SECRET
    for where in ("env:NONE", f"file:{tmp_path / 'none'}"):
        with pytest.raises(InputError) as missing:
            secret_at(where, {})
        assert missing.value.code == "secret.missing"
