"""Roots and proofs, against published numbers."""

import pytest

from bylaw.base.errors import InputError, IntegrityError
from bylaw.records.ledger.growth import Growth
from bylaw.records.ledger.tiles import consistency, inclusion
from bylaw.records.ledger.tree import (
    EMPTY_ROOT,
    included_root,
    is_consistent,
    perfect_ranges,
    root_of,
)
from ledger_by_definition import leaf

# The entries and numbers that implementations of Certificate Transparency test themselves with.
ENTRIES = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(one)
    for one in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
LEAVES = [leaf(entry) for entry in ENTRIES]

SIX_TO_EIGHT = [
    bytes.fromhex(one)
    for one in (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    )
]
TWO_TO_FIVE = [
    bytes.fromhex(one)
    for one in (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    )
]


def read(level: int, n: int) -> bytes:
    return b"" if level or n else b"".join(LEAVES)


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root_of(b"".join(LEAVES[:size])) == ROOTS[size - 1]
    assert Growth().append(LEAVES[:size])[0].root == ROOTS[size - 1]


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    assert root_of(b"") == Growth().root == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_consistency_proofs_are_those_of_certificate_transparency() -> None:
    assert consistency(6, 8, read) == SIX_TO_EIGHT
    assert consistency(2, 5, read) == TWO_TO_FIVE
    assert is_consistent(6, 8, ROOTS[5], ROOTS[7], SIX_TO_EIGHT)
    assert is_consistent(2, 5, ROOTS[1], ROOTS[4], TWO_TO_FIVE)
    assert not is_consistent(6, 8, ROOTS[4], ROOTS[7], SIX_TO_EIGHT)


def test_every_tree_grew_from_the_empty_one_and_from_itself() -> None:
    assert is_consistent(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert is_consistent(0, 8, EMPTY_ROOT, ROOTS[7], [])
    assert is_consistent(8, 8, ROOTS[7], ROOTS[7], [])
    assert not is_consistent(0, 8, ROOTS[7], ROOTS[7], [])
    assert not is_consistent(0, 0, EMPTY_ROOT, ROOTS[0], [])
    assert not is_consistent(8, 8, ROOTS[7], ROOTS[6], [])
    assert not is_consistent(8, 8, ROOTS[7], ROOTS[7], [ROOTS[7]])
    assert not is_consistent(8, 6, ROOTS[7], ROOTS[5], SIX_TO_EIGHT)
    assert not is_consistent(6, 8, ROOTS[5], ROOTS[7], [])


def test_a_proof_is_refused_when_its_shape_is_wrong() -> None:
    proof = inclusion(5, 8, read)
    assert included_root(LEAVES[5], 5, 8, proof) == ROOTS[7]
    assert included_root(LEAVES[5], 5, 8, proof[:-1]) is None
    assert included_root(LEAVES[5], 5, 8, [*proof, ROOTS[0]]) is None
    assert included_root(LEAVES[5], 5, 8, [proof[0][:31], *proof[1:]]) is None
    assert included_root(LEAVES[5], 8, 8, proof) is None
    assert included_root(LEAVES[5], -1, 8, proof) is None
    assert not is_consistent(6, 8, ROOTS[5], ROOTS[7], [*SIX_TO_EIGHT, ROOTS[0]])
    assert not is_consistent(6, 8, ROOTS[5], ROOTS[7], SIX_TO_EIGHT[:-1])


def test_what_is_not_in_the_tree_has_no_proof() -> None:
    with pytest.raises(InputError, match="no leaf 8"):
        inclusion(8, 8, read)
    with pytest.raises(InputError, match="did not grow"):
        consistency(0, 8, read)
    with pytest.raises(InputError, match="did not grow"):
        consistency(8, 7, read)


def test_a_tile_that_lacks_hashes_is_told() -> None:
    with pytest.raises(IntegrityError, match="tile 0/0 lacks hashes"):
        inclusion(2, 9, read)
    with pytest.raises(IntegrityError, match="tile 0/0 lacks hashes"):
        Growth.load(9, read)


def test_a_range_is_made_of_perfect_subtrees() -> None:
    assert perfect_ranges(0, 7) == [(2, 0), (1, 2), (0, 6)]
    assert perfect_ranges(8, 12) == [(2, 2)]
