"""Pictures that phones read: what is drawn is read back here, module by module, and its correction is right."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bylaw.base.errors import InputError
from bylaw.web.qr import qr_code, qr_picture

SMALLEST = 21  # modules


def finder(rows: tuple[tuple[bool, ...], ...], x: int, y: int) -> bool:
    square = [row[x : x + 7] for row in rows[y : y + 7]]
    edge = all(square[0]) and all(square[6]) and all(row[0] and row[6] for row in square)
    core = all(square[v][u] for v in (2, 3, 4) for u in (2, 3, 4))
    return edge and core and not any(square[1][1:6]) and not any(square[5][1:6])


@settings(max_examples=25)
@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_every_code_has_its_corners_its_rulers_and_its_format(text: str) -> None:
    rows = qr_code(text)
    side = len(rows)
    assert (side - 17) % 4 == 0
    assert all(len(row) == side for row in rows)
    assert all(finder(rows, x, y) for x, y in ((0, 0), (side - 7, 0), (0, side - 7)))
    assert [rows[6][n] for n in range(8, side - 8)] == [n % 2 == 0 for n in range(8, side - 8)]
    assert [rows[n][6] for n in range(8, side - 8)] == [n % 2 == 0 for n in range(8, side - 8)]
    upper = [rows[8][n] for n in (0, 1, 2, 3, 4, 5, 7, 8)] + [rows[n][8] for n in (7, 5, 4, 3, 2, 1, 0)]
    assert "".join("01"[bit] for bit in upper) == "111011111000100"  # level L, mask 0


def test_a_small_code_reads_back_to_its_text() -> None:
    text = "otpauth:"
    rows = qr_code(text)
    assert len(rows) == SMALLEST
    bits = "".join("01"[rows[y][x] ^ ((x + y) % 2 == 0)] for x, y in zigzag())
    words = [int(bits[n : n + 8], 2) for n in range(0, 26 * 8, 8)]
    assert words[0] >> 4 == 0b0100
    length = (words[0] & 15) << 4 | words[1] >> 4
    body = bytes((words[n] & 15) << 4 | words[n + 1] >> 4 for n in range(1, 1 + length))
    assert body.decode() == text
    assert is_codeword(words)


def zigzag() -> list[tuple[int, int]]:
    """Places of data in the smallest code, which has no square of alignment."""
    kept = []
    for turn, right in enumerate((20, 18, 16, 14, 12, 10, 8, 5, 3, 1)):
        for n in range(21):
            y = 20 - n if turn % 2 == 0 else n
            for x in (right, right - 1):
                corner = (x < 9 and y < 9) or (x > 12 and y < 9) or (x < 9 and y > 12)
                if not corner and x != 6 and y != 6:
                    kept.append((x, y))
    return kept


def is_codeword(words: list[int]) -> bool:
    """Tell whether the powers of two up to the seventh less one are roots: what Reed-Solomon's correction is for."""
    return all(not evaluated(words, power) for power in range(7))


def evaluated(words: list[int], power: int) -> int:
    point = 1
    for _ in range(power):
        point = times(point, 2)
    value = 0
    for word in words:
        value = times(value, point) ^ word
    return value


def times(a: int, b: int) -> int:
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = (a << 1) ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(InputError, match="picture"):
        qr_code("x" * 1_000)


def test_the_picture_says_what_it_is_and_escapes_it() -> None:
    picture = str(qr_picture("x", 'a "secret" <b>'))
    assert 'aria-label="a &#34;secret&#34; &lt;b&gt;"' in picture
    assert "style" not in picture
