import gzip
import io
import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bylaw.base.canonical import digest
from bylaw.base.errors import InputError
from bylaw.events.decode import MAX_LINE, Codec
from bylaw.events.sources.formats import FORMATS, format_of, read_events
from bylaw.events.sources.source import Progress, Source
from unit.events.source_reading import read, read_path


def line(name: str, **changes: object) -> bytes:
    event = {"kind": "post.created", "id": name, "at": "2026-03-01T12:00:00Z", "text": "hello", **changes}
    return json.dumps(event).encode() + b"\n"


def test_every_line_is_an_event_and_blank_ones_are_none(tmp_path: Path) -> None:
    events, rejects = read(tmp_path, line("p1") + b"\n  \r\n" + line("p2").rstrip(), "jsonl")
    assert [event.id for event in events] == ["p1", "p2"]
    assert rejects == []


def test_a_bad_line_is_rejected_with_its_place_and_reading_goes_on(tmp_path: Path) -> None:
    bad = b'{"kind":"post.created","id":"p2","at":"2026-03-01T12:00:00Z","txt":"secret"}\n'
    events, [reject] = read(tmp_path, line("p1") + bad + line("p3"), "jsonl")
    assert [event.id for event in events] == ["p1", "p3"]
    assert (reject.problem.code, reject.problem.where.line) == ("event.unknown_field", 2)
    assert (reject.offset, reject.length, reject.digest) == (len(line("p1")), len(bad), digest(bad))
    row = reject.row()
    assert json.loads(json.dumps(row)) == row
    assert "secret" not in str(row)


def test_a_huge_line_is_skipped_without_being_kept(tmp_path: Path) -> None:
    huge = b'{"text":"' + b"x" * (3 * MAX_LINE) + b'"}\n'
    events, [reject] = read(tmp_path, line("p1") + huge + line("p2"), "jsonl")
    assert [event.id for event in events] == ["p1", "p2"]
    assert reject.problem.code == "event.too_long"
    assert (reject.problem.where.line, reject.length, reject.digest) == (2, len(huge), digest(huge))


def test_a_huge_last_line_without_an_end_is_rejected_too(tmp_path: Path) -> None:
    events, [reject] = read(tmp_path, line("p1") + b"x" * (2 * MAX_LINE + 5), "jsonl")
    assert len(events) == 1
    assert reject.length == 2 * MAX_LINE + 5


def test_gzip_is_read_whatever_the_name(tmp_path: Path) -> None:
    events, rejects = read(tmp_path, gzip.compress(line("p1") + line("p2")), "jsonl")
    assert ([event.id for event in events], rejects) == (["p1", "p2"], [])


@pytest.mark.parametrize("keep", [-12, -1])
def test_a_cut_off_gzip_ends_with_a_reject(tmp_path: Path, keep: int) -> None:
    content = gzip.compress(b"".join(line(f"p{n}") for n in range(2000)), compresslevel=0)
    events, [reject] = read(tmp_path, content[:keep], "jsonl")
    assert len(events) > 1900
    assert reject.problem.code == "source.damaged"


def test_damage_inside_gzip_ends_with_a_reject(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(b"".join(line(f"p{n}") for n in range(2000))))
    content[len(content) // 2] ^= 0xFF
    _, rejects = read(tmp_path, bytes(content), "jsonl")
    assert rejects[-1].problem.code == "source.damaged"


def test_a_mark_of_utf8_is_dropped(tmp_path: Path) -> None:
    events, rejects = read(tmp_path, b"\xef\xbb\xbf" + line("p1"), "jsonl")
    assert (len(events), rejects) == (1, [])


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (line("p1").decode().encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04....", "a ZIP archive"),
        (b"\x28\xb5\x2f\xfd....", "compressed with zstd"),
        (b"PAR1....", "a Parquet file"),
    ],
)
def test_a_file_of_another_kind_is_refused_as_a_whole(tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        read(tmp_path, content, "jsonl")
    assert caught.value.code == "source.wrong_format"


def test_a_binary_file_has_only_rejects(tmp_path: Path) -> None:
    events, rejects = read(tmp_path, bytes(range(256)) * 40, "jsonl")
    assert events == []
    assert len(rejects) == 41


def test_what_does_not_exist_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(InputError) as caught:
            read_path(path, "jsonl")
        assert caught.value.code == "source.unreadable"


def test_standard_input_is_read_and_left_open() -> None:
    stdin = io.BufferedReader(io.BytesIO(line("p1") + b"nothing\n"))
    events, [reject] = read_path("-", "jsonl", stdin=stdin)
    assert [event.id for event in events] == ["p1"]
    assert reject.problem.where.file == "standard input"
    assert not stdin.closed


def test_standard_input_may_be_gzipped() -> None:
    events, _ = read_path("-", "jsonl", stdin=io.BytesIO(gzip.compress(line("p1"))))
    assert [event.id for event in events] == ["p1"]


def test_a_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(line("p1") * 600,))
    writer.start()
    progress = Progress()
    events, rejects = read_path(pipe, "jsonl", progress=progress)
    writer.join()
    assert (len(events), rejects, progress.total) == (600, [], None)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_progress_is_told_in_bytes_on_the_disk(tmp_path: Path, pack: type[bytes]) -> None:
    path = tmp_path / "events"
    content = pack(b"".join(line(f"p{n}") for n in range(3000)))
    path.write_bytes(content)
    source = Source(path=str(path))
    seen = {source.progress.consumed for _ in read_events(source, "jsonl", Codec())}
    assert source.progress == Progress(total=len(content), consumed=len(content))
    assert max(seen) <= len(content)


def test_events_of_the_future_are_rejected(tmp_path: Path) -> None:
    _, [reject] = read(tmp_path, line("p1"), "jsonl", latest=datetime(2026, 2, 1, tzinfo=UTC))
    assert reject.problem.code == "event.future_time"


def test_the_same_file_read_again_gives_the_same_ids(tmp_path: Path) -> None:
    content = line("?").replace(b'"id": "?", ', b"") * 3
    for name in ("day", "copy"):
        (tmp_path / name).write_bytes(content)
    first, second = (read_path(tmp_path / name, "jsonl")[0] for name in ("day", "copy"))
    assert first == second
    assert len({event.id for event in first}) == 3


def test_an_unknown_format_is_refused_with_a_suggestion() -> None:
    with pytest.raises(InputError) as caught:
        read_events(Source(path="x"), "jsonlines", Codec())
    assert caught.value.code == "source.unknown_format"
    assert "`jsonl`" in caught.value.problem.hint


@pytest.mark.parametrize("name", [name for name, each in FORMATS.items() if not each.stdin])
def test_folders_do_not_come_from_standard_input(name: str) -> None:
    with pytest.raises(InputError) as caught:
        read_events(Source(path="-"), name, Codec())
    assert caught.value.code == "source.no_stdin"


def test_a_name_suggests_a_format(tmp_path: Path) -> None:
    (tmp_path / "cur").mkdir()
    assert format_of(str(tmp_path)) == "maildir"
    assert format_of("logs/access.log.gz") == "access-log"
    assert format_of("DAY.JSONL") == "jsonl"
    assert format_of("day") is None
