import io
import mailbox
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from bylaw.base.canonical import digest
from bylaw.base.errors import InputError
from bylaw.events.decode import Codec
from bylaw.events.sources.formats import read_events
from bylaw.events.sources.mail import MAX_MESSAGE
from bylaw.events.sources.source import Progress, Source
from unit.events.source_reading import read, read_path

FROM = "From ann@example.org Sun Mar  1 12:00:00 2026\n"


def written(subject: str, body: str = "hello\n") -> str:
    return f"From: ann@example.org\nSubject: {subject}\nDate: Sun, 01 Mar 2026 12:00:00 +0000\n\n{body}"


def email_message(subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "ann@example.org", "bob@example.net"
    message["Subject"], message["Date"] = subject, "Sun, 01 Mar 2026 12:00:00 +0000"
    message.set_content(text)
    return message


def test_every_message_of_a_mailbox_is_an_event(tmp_path: Path) -> None:
    events, rejects = read(tmp_path, f"{FROM}{written('one')}\n{FROM}{written('two')}\n", "mbox")
    assert ([event.subject for event in events], rejects) == (["one", "two"], [])
    assert [event.text for event in events] == ["hello", "hello"]


def test_a_mailbox_may_have_windows_line_ends(tmp_path: Path) -> None:
    content = f"{FROM}{written('one')}\n{FROM}{written('two')}\n".replace("\n", "\r\n")
    events, rejects = read(tmp_path, content, "mbox")
    assert ([event.subject for event in events], rejects) == (["one", "two"], [])


def test_from_inside_a_message_does_not_end_it(tmp_path: Path) -> None:
    body = "\nFrom here on it gets better.\nFrom ann@example.org Sun Mar  1 12:00:00 2026\n"
    [event], rejects = read(tmp_path, f"{FROM}{written('one', body)}", "mbox")
    assert event.text.endswith("12:00:00 2026")
    assert rejects == []


def test_quoted_from_lines_are_unquoted(tmp_path: Path) -> None:
    [event], _ = read(
        tmp_path, f"{FROM}{written('one', 'x' + chr(10) + '>From me' + chr(10) + '>>From you')}", "mbox"
    )
    assert event.text == "x\nFrom me\n>From you"


def test_the_line_a_message_begins_at_may_hold_any_bytes(tmp_path: Path) -> None:
    content = f"{FROM}{written('one')}".replace("From ann", "From zo\xeb").encode("latin-1")
    events, rejects = read(tmp_path, content, "mbox")
    assert (len(events), rejects) == (1, [])


def test_a_bad_message_is_rejected_and_the_next_is_read(tmp_path: Path) -> None:
    bad = f"{FROM}Subject: no date\n\nhi\n\n"
    [event], [reject] = read(tmp_path, f"{bad}{FROM}{written('two')}", "mbox")
    assert event.subject == "two"
    assert (reject.problem.code, reject.problem.where.line, reject.offset) == ("mail.no_date", 1, 0)
    assert (reject.length, reject.digest) == (len(bad), digest(bad))


def test_what_stands_before_the_first_message_is_rejected(tmp_path: Path) -> None:
    [event], [reject] = read(tmp_path, f"no mail\nat all\n\n{FROM}{written('one')}", "mbox")
    assert event.subject == "one"
    assert (reject.problem.code, reject.length) == ("mbox.no_from_line", 16)


def test_a_file_that_is_no_mailbox_is_one_reject(tmp_path: Path) -> None:
    events, rejects = read(tmp_path, bytes(range(256)) * 1000, "mbox")
    assert (events, len(rejects)) == ([], 1)


def test_an_empty_mailbox_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path, "", "mbox") == ([], [])


def test_a_message_that_is_too_big_is_measured_and_rejected(tmp_path: Path) -> None:
    big = f"{FROM}{written('big', 'word ' * (MAX_MESSAGE // 5))}\n\n"
    [event], [reject] = read(tmp_path, f"{big}{FROM}{written('two')}", "mbox")
    assert event.subject == "two"
    assert (reject.problem.code, reject.length, reject.digest) == ("mail.too_big", len(big), digest(big))
    (tmp_path / "big.eml").write_text(big)
    _, [reject] = read_path(tmp_path / "big.eml", "eml")
    assert (reject.problem.code, reject.length, reject.digest) == ("mail.too_big", len(big), digest(big))


def test_a_message_may_have_one_endless_line(tmp_path: Path) -> None:
    content = f"{FROM}{written('long', 'x' * 300_000)}\n\n{FROM}{written('two')}"
    events, rejects = read(tmp_path, content, "mbox")
    assert ([event.subject for event in events], rejects) == (["long", "two"], [])


def test_a_mailbox_comes_from_standard_input_too() -> None:
    stdin = io.BytesIO(f"{FROM}{written('one')}".encode())
    events, _ = read_path("-", "mbox", stdin=stdin)
    assert [event.subject for event in events] == ["one"]


def test_what_the_standard_library_writes_is_read(tmp_path: Path) -> None:
    texts = {f"m{n}": f"From the {n}th of March\n\nFrom now on\n" for n in range(20)}
    box = mailbox.mbox(tmp_path / "box")
    folder = mailbox.Maildir(tmp_path / "maildir")
    for subject, text in texts.items():
        box.add(email_message(subject, text))
        folder.add(email_message(subject, text))
    box.close()
    for path, format_name in ((tmp_path / "box", "mbox"), (tmp_path / "maildir", "maildir")):
        events, rejects = read_path(path, format_name)
        assert {event.subject: event.text for event in events} == {s: t.strip() for s, t in texts.items()}
        assert rejects == []


def test_a_maildir_is_read_in_order_with_its_folders(tmp_path: Path) -> None:
    for box in ("new", "cur", "tmp", ".Sent/cur"):
        (tmp_path / box).mkdir(parents=True)
    (tmp_path / "new" / "2.host").write_text(written("new"))
    (tmp_path / "cur" / "1.host:2,S").write_text(written("seen"))
    (tmp_path / "cur" / "3.host:2,S").write_text("Subject: undated\n\n")
    (tmp_path / "tmp" / "4.host").write_text(written("half"))
    (tmp_path / ".Sent/cur" / "5.host:2,").write_text(written("sent"))
    progress = Progress()
    events, [reject] = read_path(tmp_path, "maildir", progress=progress)
    assert [event.subject for event in events] == ["seen", "new", "sent"]
    assert reject.problem.where.file.endswith("3.host:2,S")
    assert progress.total == progress.consumed > 0


def test_a_folder_that_is_no_maildir_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_path(tmp_path, "maildir")
    assert caught.value.code == "maildir.no_maildir"


def test_one_mail_or_a_folder_of_them(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.eml").write_text(written("a"))
    (tmp_path / "deep" / "b.eml").write_text(written("b"))
    (tmp_path / "c.txt").write_text(written("c"))
    (tmp_path / "link.eml").symlink_to(tmp_path / "nowhere")
    assert [event.subject for event in read_path(tmp_path, "eml")[0]] == ["a", "b"]
    assert [event.subject for event in read_path(tmp_path / "a.eml", "eml")[0]] == ["a"]


def test_a_mail_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        list(read_events(Source(path=str(tmp_path / "none.eml")), "eml", Codec()))
    assert caught.value.code == "source.unreadable"


def test_the_same_mail_is_the_same_event_in_any_box(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text(written("a"))
    [alone], _ = read_path(tmp_path / "a.eml", "eml")
    [boxed], _ = read(tmp_path, f"{FROM}{written('a')}\n", "mbox")
    assert alone == boxed
    assert alone.at == datetime(2026, 3, 1, 12, tzinfo=UTC)
