import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET

from bylaw.base.errors import InputError, Problems
from bylaw.events.sources.columns import ColumnMap, read_column_map
from bylaw.events.sources.source import Progress
from unit.events.source_reading import read, read_path

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
POSTS = ColumnMap(
    columns={"actor": "user", "text": "body", "at": "created"}, constants={"kind": "post.created"}
)


def codes(caught: pytest.ExceptionInfo[Problems]) -> list[str]:
    return [problem.code for problem in caught.value.problems]


def test_columns_are_mapped_to_fields(tmp_path: Path) -> None:
    content = 'user,likes,body,created\nann,3,"hello, ""you""\nthere",2026-03-01T12:00:00Z\nbob,,hi,2026-03-01 12:00Z\n'
    events, rejects = read(tmp_path, content, "csv", columns=POSTS)
    assert [(event.actor, event.text, event.at) for event in events] == [
        ("ann", 'hello, "you"\nthere', NOON),
        ("bob", "hi", NOON),
    ]
    assert rejects == []


def test_without_a_map_columns_are_fields(tmp_path: Path) -> None:
    content = (
        "kind,id,at,resource,quantity,unit\n"
        "usage.metered,u1,2026-03-01T12:00:00Z,disk,2.5,\n"
        "usage.metered,u2,1772366400,disk,1e3,GB\n"
    )
    [first, second], _ = read(tmp_path, content, "csv")
    assert (first.id, first.at, first.quantity, first.unit) == ("u1", NOON, 2.5, UNSET)
    assert (second.at, second.quantity, second.unit) == (NOON, 1000.0, "GB")


def test_cells_take_the_type_of_their_field(tmp_path: Path) -> None:
    content = (
        "kind,id,at,text,recipients,recipient_count,bulk\n"
        "message.sent,m1,2026-03-01T12:00:00Z,007,a@example.org; b@example.org,2,true\n"
        'message.sent,m2,2026-03-01T12:00:00Z,1e5,"[""a;b""]",0,0\n'
    )
    [first, second], rejects = read(tmp_path, content, "csv")
    assert (first.text, first.recipients, first.recipient_count, first.bulk) == (
        "007",
        ["a@example.org", "b@example.org"],
        2,
        True,
    )
    assert (second.text, second.recipients, second.bulk) == ("1e5", ["a;b"], False)
    assert rejects == []


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("p2,2026-03-01T12:00:00,hi", "event.naive_time"),
        ("p2,soon,hi", "event.bad_time"),
        ("p2,2026-03-01T12:00:00Z,", "event.wrong_type"),
        ("p2,2026-03-01T12:00:00Z", "csv.row_length"),
        ("p2,2026-03-01T12:00:00Z,hi,there", "csv.row_length"),
        ('p2,2026-03-01T12:00:00Z,"a"b', "csv.malformed"),
        ("p2,2026-03-01T12:00:00Z," + "x" * 140_000, "csv.malformed"),
        ("p2,2026-03-01T12:00:00Z," + "x" * 1_100_000, "event.too_long"),
    ],
)
def test_a_bad_row_is_rejected_and_the_next_is_read(tmp_path: Path, row: str, code: str) -> None:
    good = "p3,2026-03-01T12:00:00Z,hi\n"
    constants = ColumnMap(constants={"kind": "post.created"})
    [event], [reject] = read(tmp_path, f"id,at,text\n{row}\n\n{good}", "csv", columns=constants)
    assert event.id == "p3"
    assert (reject.problem.code, reject.problem.where.line) == (code, 2)
    assert (reject.offset, reject.length) == (len("id,at,text\n"), len(row) + 1)


def test_a_row_that_is_not_utf8_is_rejected(tmp_path: Path) -> None:
    content = b"user,body,created\nann,caf\xe9,2026-03-01T12:00:00Z\n"
    _, [reject] = read(tmp_path, content, "csv", columns=POSTS)
    assert reject.problem.code == "event.not_utf8"


def test_a_quote_never_closed_does_not_swallow_the_file(tmp_path: Path) -> None:
    rows = "".join(f"u{n},{'x' * 80},2026-03-01T12:00:00Z\n" for n in range(5000))
    events, rejects = read(tmp_path, f'user,body,created\nann,"open,\n{rows}', "csv", columns=POSTS)
    assert len(events) > 3000
    assert [reject.problem.code for reject in rejects] == ["csv.malformed"]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_found_from_the_header(tmp_path: Path, delimiter: str) -> None:
    content = "user,body,created\nann,hi,2026-03-01T12:00:00Z\n".replace(",", delimiter)
    [event], _ = read(tmp_path, content, "csv", columns=POSTS)
    assert event.text == "hi"


def test_rows_without_ids_have_stable_ones(tmp_path: Path) -> None:
    content = "user,body,created\n" + "ann,hi,2026-03-01T12:00:00Z\n" * 2
    first, again = (read(tmp_path, content, "csv", columns=POSTS)[0] for _ in range(2))
    assert first == again
    assert first[0].id != first[1].id


def test_times_without_offset_take_the_zone_of_the_map(tmp_path: Path) -> None:
    map_file = tmp_path / "map.toml"
    map_file.write_text(
        'timezone = "Europe/Berlin"\ndelimiter = ","\n[columns]\ntext = "body"\nat = "created"\n'
        '[constants]\nkind = "post.created"\n'
    )
    content = "body,created\nhi,2026-03-01 13:00:00\nhi,2026-03-01T12:00:00Z\n"
    events, _ = read(tmp_path, content, "csv", columns=read_column_map(str(map_file)))
    assert [event.at for event in events] == [NOON, NOON]


@pytest.mark.parametrize(
    ("header", "columns", "expected"),
    [
        ("user,body", POSTS, ["columns.no_column"]),
        ("user,body,created", ColumnMap(columns={"txt": "body"}), ["columns.no_field", "columns.no_kind"]),
        ("kind,id,at,txt", ColumnMap(), ["columns.no_field"]),
        ("id,at,text", ColumnMap(), ["columns.no_kind"]),
        ("id,at,text", ColumnMap(constants={"knd": "post.created"}), ["columns.no_field", "columns.no_kind"]),
    ],
)
def test_a_header_that_does_not_fit_is_told_once(
    tmp_path: Path, header: str, columns: ColumnMap, expected: list[str]
) -> None:
    with pytest.raises(Problems) as caught:
        read(tmp_path, f"{header}\n", "csv", columns=columns)
    assert sorted(codes(caught)) == expected


def test_a_table_without_a_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, "", "csv", columns=POSTS)
    assert caught.value.code == "csv.no_header"


def test_pairs_on_a_command_line_add_to_the_map() -> None:
    given = POSTS.with_pairs(["title=subject"], ["topic=a=b"])
    assert given.columns == {**POSTS.columns, "title": "subject"}
    assert given.constants == {"kind": "post.created", "topic": "a=b"}
    with pytest.raises(InputError) as caught:
        POSTS.with_pairs(["title"])
    assert caught.value.code == "columns.bad_pair"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("colums = 1", "columns.bad_key"),
        ("columns = 1", "columns.bad_key"),
        ("[columns]\ntext = 1", "columns.bad_key"),
        ("[columns", "columns.not_toml"),
        ('timezone = "Mars/Base"', "columns.timezone"),
        ('timezone = "../../etc/passwd"', "columns.timezone"),
        ('delimiter = "ab"', "columns.delimiter"),
    ],
)
def test_a_column_map_that_says_something_else_is_refused(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        read_column_map(str(path))
    assert caught.value.code == code
    with pytest.raises(InputError) as caught:
        read_column_map(str(tmp_path / "none.toml"))
    assert caught.value.code == "columns.unreadable"


def parquet(folder: Path, query: str) -> Path:
    duckdb: Any = pytest.importorskip("duckdb", reason="the extra `tables` is not installed")
    path = folder / "table's.parquet"
    quoted = str(path).replace("'", "''")
    duckdb.connect().execute(f"COPY ({query}) TO '{quoted}' (FORMAT parquet)")
    return path


def test_parquet_is_read_with_its_types(tmp_path: Path) -> None:
    path = parquet(
        tmp_path,
        """SELECT 42 AS user, ['a', 'b'] AS "the ""to"" list", 'hi' AS body, CAST(7 AS UTINYINT) AS n, NULL AS subject,
           TIMESTAMPTZ '2026-03-01 13:00:00+01' AS created""",
    )
    fields = {
        "actor": "user",
        "recipients": 'the "to" list',
        "text": "body",
        "recipient_count": "n",
        "subject": "subject",
    }
    columns = ColumnMap(columns={**fields, "at": "created"}, constants={"kind": "message.sent"})
    [event], rejects = read_path(path, "parquet", columns=columns)
    assert (event.actor, event.recipients, event.text, event.recipient_count) == ("42", ["a", "b"], "hi", 7)
    assert (event.subject, event.at) == (UNSET, NOON)
    assert rejects == []


@pytest.mark.parametrize("created", ["TIMESTAMP '2026-03-01 12:00:00'", "'2026-03-01 12:00:00'"])
def test_parquet_times_without_offset_need_a_zone(tmp_path: Path, created: str) -> None:
    path = parquet(tmp_path, f"SELECT 'ann' AS user, 'hi' AS body, {created} AS created")
    _, [reject] = read_path(path, "parquet", columns=POSTS)
    assert (reject.problem.code, reject.offset) == ("event.naive_time", None)
    with_zone = ColumnMap(columns=POSTS.columns, constants=POSTS.constants, timezone=UTC)
    [event], _ = read_path(path, "parquet", columns=with_zone)
    assert event.at == NOON


def test_parquet_numbers_find_their_way(tmp_path: Path) -> None:
    path = parquet(
        tmp_path,
        """SELECT 'usage.metered' AS kind, DATE '2026-03-01' AS at, 'disk' AS resource, q AS quantity
           FROM (VALUES (CAST(1.5 AS DOUBLE)), ('nan'), ('inf')) AS t(q)""",
    )
    [event], rejects = read_path(path, "parquet", columns=ColumnMap(timezone=UTC))
    assert (event.quantity, event.at) == (1.5, datetime(2026, 3, 1, tzinfo=UTC))
    assert [(reject.problem.code, reject.problem.where.line) for reject in rejects] == [
        ("event.wrong_type", 2),
        ("event.wrong_type", 3),
    ]


@pytest.mark.parametrize(
    "value",
    [
        "'infinity'::TIMESTAMPTZ",
        "'0044-03-15 (BC) 00:00:00+00'::TIMESTAMPTZ",
        "BLOB 'x'",
        "INTERVAL 1 DAY",
        "{'a': 1}",
    ],
)
def test_parquet_values_that_are_no_time_are_rejected(tmp_path: Path, value: str) -> None:
    path = parquet(tmp_path, f"SELECT 'ann' AS user, 'hi' AS body, {value} AS created")
    events, [_] = read_path(path, "parquet", columns=POSTS)
    assert events == []


def test_parquet_in_many_rows_tells_its_progress(tmp_path: Path) -> None:
    path = parquet(
        tmp_path,
        "SELECT 'ann' AS user, 'n' || i AS body, TIMESTAMPTZ '2026-03-01 12:00:00Z' AS created FROM range(3000) t(i)",
    )
    progress = Progress()
    events, _ = read_path(path, "parquet", columns=POSTS, progress=progress)
    assert [event.text for event in events] == [f"n{n}" for n in range(3000)]
    assert progress.total == progress.consumed == path.stat().st_size


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("duckdb", reason="the extra `tables` is not installed")
    for content in (b"", b"hello" * 100, b"PAR1" + b"\x00" * 100 + b"PAR1"):
        with pytest.raises(InputError) as caught:
            read(tmp_path, content, "parquet", columns=POSTS)
        assert caught.value.code == "source.wrong_format"
    with pytest.raises(InputError) as caught:
        read_path(tmp_path / "none.parquet", "parquet", columns=POSTS)
    assert caught.value.code == "source.unreadable"


def test_without_the_extra_parquet_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(InputError) as caught:
        read(tmp_path, b"PAR1", "parquet", columns=POSTS)
    assert caught.value.code == "parquet.no_duckdb"
    assert "bylaw[tables]" in caught.value.problem.hint
