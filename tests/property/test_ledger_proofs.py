"""The tree agrees with the recursive definitions of RFC 6962, whatever its size."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from bylaw.records.ledger.growth import TILE_WIDTH, Growth
from bylaw.records.ledger.tiles import consistency, inclusion
from bylaw.records.ledger.tree import included_root, is_consistent, root_of
from ledger_by_definition import mth, path, proof
from ledger_exports import flipped

LEAVES = [hashlib.sha256(b"%d" % i).digest() for i in range(140_000)]  # past one full tile of level 1

small = st.integers(1, 700)


class Stored:
    """A journal's leaves and a table of tiles, in memory."""

    def __init__(self) -> None:
        self.growth = Growth()
        self.tiles: dict[tuple[int, int], bytes] = {}

    def append(self, count: int) -> None:
        size = self.growth.size
        self.growth, tiles = self.growth.append(LEAVES[size : size + count])
        for level, n, hashes in tiles:
            assert hashes.startswith(self.tiles.get((level, n), b"")), "earlier hashes never change"
            self.tiles[level, n] = hashes

    def read(self, level: int, n: int) -> bytes:
        if level:
            return self.tiles.get((level, n), b"")
        size = min(self.growth.size, (n + 1) * TILE_WIDTH)
        return b"".join(LEAVES[n * TILE_WIDTH : size])


def stored(size: int) -> Stored:
    store = Stored()
    store.append(size)
    return store


@given(st.integers(0, 2_000))
def test_roots_are_as_defined(size: int) -> None:
    assert root_of(b"".join(LEAVES[:size])) == mth(LEAVES[:size]) == stored(size).growth.root


@given(st.lists(st.sampled_from([0, 1, 2, 255, 256, 257, 500, 5_000]), max_size=12), st.data())
def test_however_leaves_arrive_the_tree_is_one_and_opens_again(steps: list[int], data: st.DataObject) -> None:
    store = Stored()
    for step in steps:
        store.append(step)
    assert store.growth == stored(sum(steps)).growth == Growth.load(sum(steps), store.read)
    earlier = data.draw(st.integers(0, sum(steps)))
    assert Growth.load(earlier, store.read).root == root_of(b"".join(LEAVES[:earlier]))


@given(small, st.data())
def test_inclusion_proofs_are_as_defined_and_lead_to_the_root(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = inclusion(index, size, stored(700).read)
    assert hashes == path(index, LEAVES[:size])
    assert included_root(LEAVES[index], index, size, hashes) == mth(LEAVES[:size])


@given(small, st.data())
def test_consistency_proofs_are_as_defined_and_hold(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    hashes = consistency(old, size, stored(700).read)
    assert hashes == proof(old, LEAVES[:size])
    assert is_consistent(old, size, mth(LEAVES[:old]), mth(LEAVES[:size]), hashes)


@given(small, st.data())
def test_a_changed_proof_leads_elsewhere(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1))
    hashes = path(index, LEAVES[:size])
    root = mth(LEAVES[:size])
    assert (included_root(LEAVES[index], other, size, hashes) == root) == (other == index)
    if hashes:
        place = data.draw(st.integers(0, len(hashes) - 1))
        hashes[place] = flipped(hashes[place], data.draw(st.integers(0, 255)))
        assert included_root(LEAVES[index], index, size, hashes) != root


@given(st.integers(2, 700), st.data())
def test_a_rewritten_history_is_not_consistent(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    leaves = LEAVES[:size]
    leaves[changed] = flipped(leaves[changed], data.draw(st.integers(0, 255)))
    assert not is_consistent(old, size, mth(LEAVES[:old]), mth(leaves), proof(old, leaves))


def test_proofs_of_a_large_tree_are_read_from_few_tiles() -> None:
    store, reads = stored(len(LEAVES)), list[tuple[int, int]]()

    def read(level: int, n: int) -> bytes:
        reads.append((level, n))
        return store.read(level, n)

    root = store.growth.root
    hashes = inclusion(70_001, len(LEAVES), read)
    assert included_root(LEAVES[70_001], 70_001, len(LEAVES), hashes) == root
    assert len(reads) == len(set(reads)) <= 6
    grown = consistency(70_001, len(LEAVES), read)
    assert is_consistent(70_001, len(LEAVES), Growth.load(70_001, read).root, root, grown)
