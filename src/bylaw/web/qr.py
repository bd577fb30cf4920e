"""A picture that phones read (QR code, ISO/IEC 18004), made on the server: bytes at level L, one fixed mask.

Enough for the address of a phone's secret, and no dependency for it. Any mask may be read; the standard only prefers
the one that is easiest to read.
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from markupsafe import Markup

from bylaw.base.errors import InputError

MAX_VERSION: Final = 20
QUIET: Final = 4  # modules of margin
# By version from 1 on, level L (ISO/IEC 18004, table 9): codewords of correction in a block, and blocks.
_CORRECTION: Final = (7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28)
_BLOCKS: Final = (1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8)
_FORMAT: Final = 0b111011111000100  # level L, mask 0, with its correction (table C.1)
_VERSION_POLYNOMIAL: Final = 0x1F25
_FIELD_POLYNOMIAL: Final = 0x11D

Grid = list[list[bool | None]]  # rows of modules; None: not said yet


def qr_code(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules of a code, row by row, true for dark; without the margin.

    Raises:
        InputError: ``qr.long``.
    """
    data = text.encode()
    version = next((v for v in range(1, MAX_VERSION + 1) if len(data) <= _capacity(v)), 0)
    if not version:
        raise InputError("qr.long", "the text does not fit into a picture")
    grid = _patterns(version)
    _fill(grid, _codewords(data, version))
    return tuple(tuple(bool(module) for module in row) for row in grid)


def qr_picture(text: str, label: str) -> Markup:
    """Return a code as SVG; ``label`` is what is read out.

    Raises:
        InputError: ``qr.long``.
    """
    rows = qr_code(text)
    side = len(rows) + 2 * QUIET
    dark = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, one in enumerate(row) if one
    )
    return Markup(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges">'
        '<path fill="#fff" d="M0 0h{0}v{0}H0z"/><path fill="#000" d="{2}"/></svg>'
    ).format(side, label, dark)


# -- codewords


def _capacity(version: int) -> int:
    """Return how many bytes of a text fit: four bits say that it is bytes, then comes how many."""
    return _data_words(version) - (2 if version < 10 else 3)


def _data_words(version: int) -> int:
    return _modules(version) // 8 - _CORRECTION[version - 1] * _BLOCKS[version - 1]


def _modules(version: int) -> int:
    """Return how many modules are left for data and correction."""
    count = (16 * version + 128) * version + 64
    if version > 1:
        aligned = version // 7 + 2
        count -= (25 * aligned - 10) * aligned - 55
    return count - 36 if version >= 7 else count


def _codewords(data: bytes, version: int) -> bytes:
    size = _data_words(version)
    length = 8 if version < 10 else 16
    bits = (0b0100 << length | len(data)) << 8 * len(data) | int.from_bytes(data, "big")
    spare = 8 * size - (4 + length + 8 * len(data))
    stop = min(4, spare)
    whole = (bits << stop) << (spare - stop) % 8
    words = whole.to_bytes((4 + length + 8 * len(data) + stop + 7) // 8, "big")
    words += bytes(0xEC if n % 2 == 0 else 0x11 for n in range(size - len(words)))
    return _interleaved(words, version)


def _interleaved(words: bytes, version: int) -> bytes:
    count, correction = _BLOCKS[version - 1], _CORRECTION[version - 1]
    short = len(words) // count
    longer = len(words) % count  # the last blocks have a word more
    blocks, at = [], 0
    for n in range(count):
        size = short + (n >= count - longer)
        blocks.append(words[at : at + size])
        at += size
    rests = [_remainder(block, correction) for block in blocks]
    both = [*zip_longest(*blocks), *zip(*rests, strict=True)]
    return bytes(word for column in both for word in column if word is not None)


def _remainder(block: bytes, degree: int) -> bytes:
    """Return the correction of a block (Reed-Solomon over GF(256))."""
    divisor, root = [0] * (degree - 1) + [1], 1
    for _ in range(degree):
        divisor = [
            _times(one, root) ^ (divisor[n + 1] if n + 1 < degree else 0) for n, one in enumerate(divisor)
        ]
        root = _times(root, 2)
    rest = [0] * degree
    for word in block:
        factor = word ^ rest.pop(0)
        rest.append(0)
        rest = [one ^ _times(part, factor) for one, part in zip(rest, divisor, strict=True)]
    return bytes(rest)


def _times(a: int, b: int) -> int:
    product = 0
    for bit in range(7, -1, -1):
        product = (product << 1) ^ ((product >> 7) * _FIELD_POLYNOMIAL)
        product ^= (b >> bit & 1) * a
    return product


# -- modules


def _patterns(version: int) -> Grid:
    side = 4 * version + 17
    grid: Grid = [[None] * side for _ in range(side)]
    for n in range(side):
        grid[6][n] = grid[n][6] = n % 2 == 0
    for x, y in ((3, 3), (side - 4, 3), (3, side - 4)):
        _square(grid, x, y, 4)
    places = _aligned(version, side)
    for x in places:
        for y in places:
            if (x, y) not in {(6, 6), (6, side - 7), (side - 7, 6)}:
                _square(grid, x, y, 2)
    _put_format(grid, side)
    if version >= 7:
        _put_version(grid, side, version)
    return grid


def _square(grid: Grid, x: int, y: int, reach: int) -> None:
    """Draw rings around a place: the corners' have a light one outside."""
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            ring = max(abs(down), abs(right))
            if 0 <= y + down < len(grid) and 0 <= x + right < len(grid):
                grid[y + down][x + right] = ring not in ({2, 4} if reach == 4 else {1})


def _aligned(version: int, side: int) -> list[int]:
    if version == 1:
        return []
    count = version // 7 + 2
    step = (version * 4 + count * 2 + 1) // (count * 2 - 2) * 2
    return [6, *reversed([side - 7 - n * step for n in range(count - 1)])]


def _put_format(grid: Grid, side: int) -> None:
    bits = [bool(_FORMAT >> n & 1) for n in range(15)]
    first = [*((8, y) for y in range(6)), (8, 7), (8, 8), (7, 8), *((x, 8) for x in range(5, -1, -1))]
    second = [*((side - 1 - n, 8) for n in range(8)), *((8, side - 7 + n) for n in range(7))]
    for places in (first, second):
        for (x, y), bit in zip(places, bits, strict=True):
            grid[y][x] = bit
    grid[side - 8][8] = True


def _put_version(grid: Grid, side: int, version: int) -> None:
    rest = version
    for _ in range(12):
        rest = (rest << 1) ^ ((rest >> 11) * _VERSION_POLYNOMIAL)
    bits = version << 12 | rest
    for n in range(18):
        a, b = side - 11 + n % 3, n // 3
        grid[a][b] = grid[b][a] = bool(bits >> n & 1)


def _fill(grid: Grid, words: bytes) -> None:
    bits = (bool(word >> bit & 1) for word in words for bit in range(7, -1, -1))
    for x, y in _free(grid):
        grid[y][x] = next(bits, False) ^ ((x + y) % 2 == 0)


def _free(grid: Grid) -> Iterator[tuple[int, int]]:
    """Yield the places of data: two columns at a time from the right, up and down in turn."""
    side = len(grid)
    taken = [[module is not None for module in row] for row in grid]
    columns = (*range(side - 1, 6, -2), *range(5, 0, -2))
    for turn, right in enumerate(columns):
        for n in range(side):
            y = side - 1 - n if turn % 2 == 0 else n
            for x in (right, right - 1):
                if not taken[y][x]:
                    yield x, y
