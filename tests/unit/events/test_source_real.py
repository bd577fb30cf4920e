"""Real data, turned into the files it once was, read back to the last record."""

import gzip
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bylaw.events.kinds import text_of
from bylaw.events.sources.columns import ColumnMap
from bylaw.events.sources.source import Reject
from unit.events.source_reading import read_path


def rows(path: Path) -> list[tuple[Any, ...]]:
    duckdb: Any = pytest.importorskip("duckdb", reason="the extra `tables` is not installed")
    found: list[tuple[Any, ...]] = (
        duckdb.connect().execute("SELECT text, label FROM read_parquet(?)", [str(path)]).fetchall()
    )
    return found


def codes(rejects: list[Reject]) -> Counter[str]:
    return Counter(reject.problem.code for reject in rejects)


def test_a_real_access_log(shared: Path, tmp_path: Path) -> None:
    lines = [text for text, _ in rows(shared / "data" / "access_log_apache.parquet")]
    path = tmp_path / "access.log.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode(), compresslevel=1))
    events, rejects = read_path(path, "access-log")
    assert len(events) + len(rejects) == len(lines) == 9981
    assert codes(rejects) == {"access_log.quotes": 1}  # one line is cut off in the original
    assert all(event.method and event.path and event.status and event.ip for event in events)
    assert len({event.id for event in events}) == len(events)


HEADERS = "From: sender@example.org\nDate: Wed, 21 Aug 2002 10:54:46 -0500\nContent-Transfer-Encoding: 8bit\n"


def real_mails(shared: Path) -> Iterator[tuple[bytes, list[str]]]:
    """Yield texts with the headers they lost, and the words of their bodies."""
    for text, _ in rows(shared / "data" / "spamassassin.parquet"):
        subject, _, body = text.partition("\n") if text.startswith("Subject:") else ("Subject: ", "", text)
        yield f"{HEADERS}{subject}\n\n{body}\n".encode("utf-8", "replace"), body.split()


def quoted(mail: bytes) -> bytes:
    lines = mail.split(b"\n")
    return b"\n".join(b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines)


def test_real_mail_in_a_mailbox(shared: Path, tmp_path: Path) -> None:
    mails = [*real_mails(shared)]
    begins = b"From sender@example.org Wed Aug 21 10:54:46 2002\n"
    path = tmp_path / "mail.mbox"
    path.write_bytes(b"".join(begins + quoted(mail) + b"\n" for mail, _ in mails))
    events, rejects = read_path(path, "mbox")
    assert (len(events), rejects) == (len(mails), []) == (5892, [])
    assert [event.text.split() for event in events] == [words for _, words in mails]


def test_real_mail_in_a_folder(shared: Path, tmp_path: Path) -> None:
    mails = [*real_mails(shared)][:300]
    for number, (mail, _) in enumerate(mails):
        (tmp_path / f"{number:04}.eml").write_bytes(mail)
    events, rejects = read_path(tmp_path, "eml")
    assert rejects == []
    assert [event.text.split() for event in events] == [words for _, words in mails]


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [("sms_spam_collection", "message.sent", 5132), ("presidio_synth_pii", "post.created", 3232)],
)
def test_real_texts_in_a_table(shared: Path, name: str, kind: str, count: int) -> None:
    path = shared / "data" / f"{name}.parquet"
    columns = ColumnMap(columns={"text": "text"}, constants={"kind": kind, "at": "2026-03-01T12:00:00Z"})
    events, rejects = read_path(path, "parquet", columns=columns)
    assert (len(events), rejects) == (count, [])
    assert [text_of(event) for event in events] == [text for text, _ in rows(path)]
