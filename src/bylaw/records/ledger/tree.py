"""Merkle trees over leaf hashes (RFC 6962, 2.1; RFC 9162, 2.1): roots, proofs, and their verification.

Pure arithmetic over hashes. A run of hashes is one ``bytes`` of 32 each: joining is cheap, and so is slicing.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

from bylaw.base.errors import InputError

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

Range = tuple[int, int]  # leaves from the first number up to, and without, the second


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: bytes) -> bytes:
    """Return the root over a run of hashes, of any number."""
    if not hashes:
        return EMPTY_ROOT
    sha256 = hashlib.sha256
    while (length := len(hashes)) > HASH_BYTES:
        pairs = [sha256(b"\x01" + hashes[i : i + 64]).digest() for i in range(0, length - 63, 64)]
        if length % 64:  # an odd one out rises as it is: that is what splitting at a power of two comes to
            pairs.append(hashes[-HASH_BYTES:])
        hashes = b"".join(pairs)
    return hashes


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the ranges of leaves whose roots prove the leaf at ``index``, nearest first (RFC 6962, 2.1.1).

    Raises:
        InputError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise InputError("ledger.no_leaf", f"there is no leaf {index} in a tree of {size}")
    return _path(index, 0, size)


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Return the ranges of leaves whose roots prove that a tree grew from another (RFC 6962, 2.1.2).

    Raises:
        InputError: the older tree is empty or larger than the newer.
    """
    if not 0 < old <= new:
        raise InputError("ledger.no_growth", f"a tree of {new} leaves did not grow from one of {old}")
    return _growth(old, 0, new, whole=True)


def perfect_ranges(start: int, end: int) -> list[tuple[int, int]]:
    """Return the perfect subtrees a range is made of, left to right: (height, index at that height).

    ``start`` must be where a subtree as high as the range begins, which holds for the ranges of proofs.
    """
    found = []
    while start < end:
        height = (end - start).bit_length() - 1
        found.append((height, start >> height))
        start += 1 << height
    return found


def prove(ranges: Sequence[Range], subtree: Callable[[int, int], bytes]) -> list[bytes]:
    """Return the hashes of a proof; ``subtree(height, index)`` is the root of a perfect subtree."""
    return [_fold([subtree(*one) for one in perfect_ranges(*item)]) for item in ranges]


def included_root(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that an inclusion proof leads to; None if its shape is wrong (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for step in proof:
        if last == 0 or len(step) != HASH_BYTES:
            return None
        if place & 1 or place == last:
            root = node_hash(step, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, step)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that the newer tree begins with the older (RFC 9162, 2.1.4.2).

    The empty tree is the beginning of every tree, and a tree of itself; both need an empty proof.
    """
    if not 0 <= old <= new or any(len(step) != HASH_BYTES for step in proof):
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    if old == new:
        return not proof and old_root == new_root
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    return _roots_along(steps, old - 1, new - 1) == (old_root, new_root)


def _roots_along(steps: Sequence[bytes], place: int, last: int) -> tuple[bytes, bytes] | None:
    if not steps:
        return None
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            older, newer = node_hash(step, older), node_hash(step, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, step)
        place, last = place >> 1, last >> 1
    return (older, newer) if last == 0 else None


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _path(index: int, start: int, end: int) -> list[Range]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle), (middle, end)]
    return [*_path(index, middle, end), (start, middle)]


def _growth(old: int, start: int, end: int, *, whole: bool) -> list[Range]:
    if old == end:
        return [] if whole else [(start, end)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_growth(old, start, middle, whole=whole), (middle, end)]
    return [*_growth(old, middle, end, whole=False), (start, middle)]


def _fold(roots: Sequence[bytes]) -> bytes:
    folded = roots[-1]
    for root in reversed(roots[:-1]):
        folded = node_hash(root, folded)
    return folded
