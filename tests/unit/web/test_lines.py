"""However a stream is cut into pieces, its lines are the same."""

from hypothesis import given
from hypothesis import strategies as st

from bylaw.web.api.lines import Line, Lines

LIMIT = 12


def read(pieces: list[bytes]) -> list[Line]:
    lines = Lines(LIMIT)
    return [line for piece in pieces for line in lines.feed(piece)] + list(lines.end())


@given(st.lists(st.binary(max_size=30).map(lambda one: one.replace(b"x", b"\n"))))
def test_pieces_give_the_lines_of_the_whole(pieces: list[bytes]) -> None:
    expected = [
        Line(number, line if len(line) <= LIMIT else None)
        for number, line in enumerate(b"".join(pieces).split(b"\n"), start=1)
        if len(line) > LIMIT or line.strip()
    ]
    assert read(pieces) == expected


def test_a_line_that_is_too_long_is_not_kept_and_the_next_one_is_read() -> None:
    assert read([b"a" * 10, b"a" * 10, b"a\nok\n"]) == [Line(1, None), Line(2, b"ok")]
