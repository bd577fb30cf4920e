"""Verify an exported ledger, or the proof of one record, with nothing but Python 3.11 and this file.

    python verifier.py EXPORT --key KEY [--witness KEY] [--older CHECKPOINT]
    python verifier.py RECORD.tlog-proof --record RECORD.json --key KEY [--witness KEY]

Everything is computed again from the records up: record, entry, leaf, tiles, root, signed checkpoint. A file that is
missing, too many or changed by one bit is told with its place. The log's key must come from elsewhere than the
export: whoever can write both can sign what they like. Keep each checkpoint you verified; given as ``--older``
the next time, it shows that nothing before it was rewritten. Exit status: 0 sound, 1 not, 2 wrongly called.

Formats: C2SP signed-note, tlog-checkpoint, tlog-cosignature v1, tlog-tiles, tlog-proof; RFC 6962; RFC 8032. This file
imports nothing of Bylaw on purpose: it is short enough to be read, or written anew, by whoever has to trust it.
"""

import argparse
import binascii
import hashlib
import os
import re
import struct
import sys
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

WIDTH, HASH, ENTRY = 256, 32, 65  # hashes in a tile; bytes of a hash, of an entry
FINDINGS_MAX = 1_000  # then the rest is not told
LOG, WITNESS = 1, 4  # types of keys

Read = Callable[[str], bytes]
_RECORD = re.compile(  # noqa: TID251 - our own format
    rb'\{"seq":([1-9][0-9]{0,18}),"at":(0|-?[1-9][0-9]{0,18}),"kind":"([ !#-\[\]-~]{1,255})",'
    rb'"tag":(?:null|"([0-9a-f]{32})"),"subject":(?:null|"([0-9a-f]{32})"),'
    rb'"sealed":(?:null|"([^"]+)"|\{"sha256":"([0-9a-f]{64})"\}),"body":(.+)\}'
)
_SIGNATURE = re.compile("\u2014 ([^\\s+]+) ([A-Za-z0-9+/=]+)\n")  # noqa: TID251 - our own format
_CHECKPOINT = re.compile(  # noqa: TID251 - our own format
    "([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n"
)
_sha256 = hashlib.sha256
_head = struct.Struct(">Qq").pack
_EMPTY = _sha256(b"").digest()
_LED = ENTRY.to_bytes(2, "big")  # leads every entry in a bundle


class Finding(NamedTuple):
    """What is wrong, and where: a path in the export, with the number of a record or hash."""

    where: str
    what: str


class Checkpoint(NamedTuple):
    """What a log signed."""

    origin: str
    size: int
    root: bytes


class Report(NamedTuple):
    """The checkpoint of an export (None if it is not to be trusted), and all that is wrong; nothing: sound."""

    checkpoint: Checkpoint | None
    findings: tuple[Finding, ...]


class Untrusted(Exception):  # noqa: N818 - it is what the checkpoint is
    """A signed text is not what it must be."""


def verify(
    names: Collection[str],
    read: Read,
    key: str,
    *,
    witnesses: Sequence[str] = (),
    older: bytes | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> Report:
    """Verify an export. ``names`` are the paths of all its files, ``read`` gives the bytes of one.

    ``progress`` is told how many records are verified.
    """
    if "checkpoint" not in names:
        return Report(None, (Finding("checkpoint", "is missing"),))
    try:
        checkpoint = open_checkpoint(read("checkpoint"), key, witnesses)
    except Untrusted as error:
        return Report(None, (Finding("checkpoint", str(error)),))
    try:
        before = open_checkpoint(older, key, None) if older is not None else None
    except Untrusted as error:
        return Report(checkpoint, (Finding("older checkpoint", str(error)),))
    audit = _Audit(checkpoint, before, names, read)
    found: list[Finding] = []
    for finding in audit.run(progress):
        found.append(finding)
        if len(found) == FINDINGS_MAX:
            found.append(Finding("", "and more"))
            break
    return Report(checkpoint, tuple(found))


def verify_proof(proof: bytes, record: bytes, key: str, witnesses: Sequence[str] = ()) -> Checkpoint:
    """Return the checkpoint under which a record is proved to be in the log.

    Raises:
        Untrusted: it is not.
    """
    above, _, note = proof.partition(b"\n\n")
    lines = above.split(b"\n")
    checkpoint = open_checkpoint(note, key, witnesses)
    index = lines[1].removeprefix(b"index ") if len(lines) > 1 else b""
    hashes = [_base64(line) for line in lines[2:]]
    if not index.isdigit() or len(index) > 19 or b"index %d" % int(index) != lines[1]:
        raise Untrusted("the proof names no record")
    if lines[0] != b"c2sp.org/tlog-proof@v1" or any(len(one) != HASH for one in hashes):
        raise Untrusted("this is not a proof from a log")
    entry = entry_of(int(index) + 1, record.removesuffix(b"\n"))
    if entry is None:
        raise Untrusted(f"this is not record {int(index) + 1}")
    if _climb(_sha256(b"\x00" + entry).digest(), int(index), checkpoint.size, hashes) != checkpoint.root:
        raise Untrusted(f"record {int(index) + 1} is not what the log holds")
    return checkpoint


class _Audit:
    """One pass over an export, from the records up. Where two of three agree, the third is named."""

    def __init__(self, new: Checkpoint, old: Checkpoint | None, names: Collection[str], read: Read) -> None:
        self._new, self._old, self._names, self._read = new, old, names, read
        self._edge = [b""]  # of each level, the hashes that fill no tile yet
        self._old_root = _EMPTY

    def run(self, progress: Callable[[int], object]) -> Iterator[Finding]:
        expected = set(expected_names(self._new.size))
        for name in sorted(expected.symmetric_difference(self._names)):
            yield Finding(name, "is missing" if name in expected else "does not belong to this export")
        for n, width in _parts(self._new.size):
            leaves = yield from self._leaves(n, width)
            if self._old and n * WIDTH < self._old.size <= n * WIDTH + width:
                self._old_root = _root([leaves[: (self._old.size - n * WIDTH) * HASH], *self._edge[1:]])
            yield from self._grow(n, leaves)
            progress(n * WIDTH + width)
        for level, hashes in enumerate(self._edge[1:], start=1):
            yield from self._tile(level, self._new.size // WIDTH ** (level + 1), hashes)
        if _root(self._edge) != self._new.root:
            yield Finding("checkpoint", "the records do not lead to the root that was signed")
        yield from self._history()

    def _leaves(self, n: int, width: int) -> Generator[Finding, None, bytes]:
        names = [_path(folder, n, width) for folder in ("records", "tile/entries", "tile/0")]
        records, bundle, tile = (self._read(name) if name in self._names else b"" for name in names)
        lines = records.split(b"\n")
        unended = lines.pop()
        entries = [entry_of(seq, line) for seq, line in enumerate(lines, start=n * WIDTH + 1)]
        known = [entry for entry in entries if entry]
        leaves = b"".join([_sha256(b"\x00" + entry).digest() for entry in known])
        if (
            unended == b""
            and len(known) == len(lines) == width
            and bundle == _LED + _LED.join(known)
            and tile == leaves
        ):
            return leaves
        lengths = (len(lines) + (0.5 if unended else 0), len(bundle) / (ENTRY + 2), len(tile) / HASH)
        for name, length in zip(names, lengths, strict=True):
            if name in self._names and length != width:
                yield Finding(name, f"is not the length of {width} records")
        leaves = b""
        for i in range(width):
            said = _said(i, entries, bundle, tile)
            leaf = _most(said)
            leaves += leaf
            for name, one in zip(names, said, strict=True):
                if one is not None and one != leaf:
                    yield Finding(name, f"record {n * WIDTH + i + 1} is not what the ledger holds")
        return leaves

    def _grow(self, n: int, hashes: bytes) -> Iterator[Finding]:
        level = 0
        self._edge[0] = hashes
        while len(self._edge[level]) == WIDTH * HASH:
            full, self._edge[level] = self._edge[level], b""
            if level:
                yield from self._tile(level, n, full)
            level, n = level + 1, n // WIDTH
            self._edge += [b""] * (level == len(self._edge))
            self._edge[level] += _over(full)

    def _tile(self, level: int, n: int, hashes: bytes) -> Iterator[Finding]:
        name = _path(f"tile/{level}", n, len(hashes) // HASH)
        if not hashes or name not in self._names or (data := self._read(name)) == hashes:
            return
        wrong = [i for i in range(len(hashes) // HASH) if _cut(data, i, HASH) != _cut(hashes, i, HASH)]
        yield Finding(
            name, f"hashes {wrong} are wrong" if len(data) == len(hashes) else "is cut short or too long"
        )

    def _history(self) -> Iterator[Finding]:
        old = self._old
        if old and old.size > self._new.size:
            yield Finding("older checkpoint", f"has {old.size} records, the export only {self._new.size}")
        elif old and old.root != self._old_root:
            yield Finding("older checkpoint", f"the first {old.size} records are not what they were")


def _said(i: int, entries: Sequence[bytes | None], bundle: bytes, tile: bytes) -> tuple[bytes | None, ...]:
    """Return the leaf of a record by its line, by the bundle, by the tile: empty if misspelled, None if not there."""
    entry = entries[i] if i < len(entries) else None
    spelled, hashed = _cut(bundle, i, ENTRY + 2), _cut(tile, i, HASH)
    by_line = _sha256(b"\x00" + (entry or b"")).digest() if entry else b""
    by_bundle = _sha256(b"\x00" + spelled[2:]).digest() if spelled[:2] == _LED else b""
    return by_line if i < len(entries) else None, by_bundle if spelled else None, hashed or None


def _most(said: tuple[bytes | None, ...]) -> bytes:
    """Return the leaf that most say; where all differ, what the tile says, then the entry."""
    known = [one for one in reversed(said) if one]
    return max(known, key=known.count, default=b"")


def entry_of(seq: int, line: bytes) -> bytes | None:
    """Return the ledger's entry of a record; None if the line is not that record in its one spelling."""
    found = _RECORD.fullmatch(line)
    if found is None:
        return None
    number, at, kind, tag, subject, sealed, digest, body = found.groups()
    if int(number) != seq or not -(1 << 63) <= int(at) < 1 << 63:
        return None
    if sealed:
        part = _base64(sealed)
        if not part:
            return None
        committed = _sha256(part).digest()
    else:
        committed = binascii.unhexlify(digest) if digest else _EMPTY
        if digest and committed == _EMPTY:  # said by null
            return None
    named = bytes((len(kind),)) + kind
    about = (b"\x10" + binascii.unhexlify(tag) if tag else b"\x00") + (
        b"\x10" + binascii.unhexlify(subject) if subject else b"\x00"
    )
    return b"\x01" + _sha256(_head(seq, int(at)) + named + about + body).digest() + committed


def expected_names(size: int) -> Iterator[str]:
    """Return the path of every file in the export of a log of ``size`` records."""
    yield "checkpoint"
    for folder in ("records", "tile/entries"):
        yield from (_path(folder, *part) for part in _parts(size))
    level = 0
    while size:
        yield from (_path(f"tile/{level}", *part) for part in _parts(size))
        level, size = level + 1, size // WIDTH


def open_checkpoint(data: bytes, key: str, witnesses: Sequence[str] | None) -> Checkpoint:
    """Return the checkpoint in a signed note, verified; each witness must have signed, and nobody else.

    With None for witnesses, others may have signed: what they say is not looked at.

    Raises:
        Untrusted: it is no checkpoint, is of another log, or is not signed as it must be.
    """
    try:
        text, _, below = data.decode().rpartition("\n\n")
    except UnicodeDecodeError:
        raise Untrusted("this is not text") from None
    found, signed = _CHECKPOINT.fullmatch(text + "\n"), _signatures(below)
    if found is None:
        raise Untrusted("this is not a checkpoint")
    for wanted, kind in ((key, LOG), *((one, WITNESS) for one in witnesses or ())):
        name, known, public = _key(wanted, kind)
        if not _signed(found[0], signed.pop((name, known), b""), public, kind):
            raise Untrusted(f"{name} did not sign this")
    if signed and witnesses is not None:
        others = ", ".join(sorted(name for name, _ in signed))
        raise Untrusted(f"it is also signed by {others}, whose key was not given (--witness)")
    if found[1] != key.partition("+")[0]:
        raise Untrusted("this is a checkpoint of another log than the key is of")
    return Checkpoint(found[1], int(found[2]), _base64(found[3].encode()))


def _signatures(below: str) -> dict[tuple[str, bytes], bytes]:
    lines = list(_SIGNATURE.finditer(below))
    values = [(line[1], _base64(line[2].encode())) for line in lines]
    signed = {(name, value[:4]): value[4:] for name, value in values}
    if "".join(line[0] for line in lines) != below or len(signed) != len(lines):
        raise Untrusted("its signatures are misspelled")
    return signed


def _signed(text: str, value: bytes, public: bytes, kind: int) -> bool:
    if kind == LOG:
        return is_signed(public, text.encode(), value)
    message = f"cosignature/v1\ntime {int.from_bytes(value[:8], 'big')}\n{text}"
    return is_signed(public, message.encode(), value[8:])


def _key(text: str, kind: int) -> tuple[str, bytes, bytes]:
    name, _, rest = text.partition("+")
    spelled, _, encoded = rest.partition("+")
    data = _base64(encoded.encode())
    known = _sha256(name.encode() + b"\n" + data).digest()[:4]
    if len(data) != 33 or data[0] != kind or known.hex() != spelled:
        raise Untrusted(f"{text} is not the key of a {'log' if kind == LOG else 'witness'}")
    return name, known, data[1:]


def _base64(text: bytes) -> bytes:
    # Nothing, if it is not the one spelling: the last group is where two could mean the same.
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return b""
    last = binascii.b2a_base64(data[-((len(data) - 1) % 3 + 1) :], newline=False)
    return data if last == text[-4:] else b""


def _path(folder: str, n: int, width: int) -> str:
    parts = [f"{n % 1000:03}"]
    while n := n // 1000:
        parts.insert(0, f"x{n % 1000:03}")
    return f"{folder}/{'/'.join(parts)}" + (f".p/{width}" if width < WIDTH else "")


def _parts(count: int) -> Iterator[tuple[int, int]]:
    for first in range(0, count, WIDTH):
        yield first // WIDTH, min(WIDTH, count - first)


def _cut(data: bytes, i: int, length: int) -> bytes:
    return data[i * length : (i + 1) * length]


def _node(left: bytes, right: bytes) -> bytes:
    return _sha256(b"\x01" + left + right).digest()


def _over(hashes: bytes) -> bytes:
    """Return the root over a power of two of hashes."""
    while len(hashes) > HASH:
        hashes = b"".join(
            [_sha256(b"\x01" + hashes[i : i + 2 * HASH]).digest() for i in range(0, len(hashes), 2 * HASH)]
        )
    return hashes


def _root(edge: Sequence[bytes]) -> bytes:
    """Return the root of a tree from the last hashes of each level (RFC 6962, 2.1)."""
    root = b""
    for hashes in edge:
        left = hashes
        while left:
            count = len(left) // HASH
            lowest = (count & -count) * HASH
            subtree, left = _over(left[-lowest:]), left[:-lowest]
            root = _node(subtree, root) if root else subtree
    return root or _EMPTY


def _climb(leaf: bytes, index: int, size: int, hashes: Sequence[bytes]) -> bytes | None:
    """Return the root that a proof leads to (RFC 9162, 2.1.3.2)."""
    if index >= size:
        return None
    place, last, root = index, size - 1, leaf
    for step in hashes:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = _node(step, root)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            root = _node(root, step)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


# Ed25519 (RFC 8032, 5.1), verification only: slow, plain, and free of secrets.
_P, _L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
Point = tuple[int, int, int, int]


@lru_cache(maxsize=16)  # slow, and asked again when one export is looked at several times
def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature of 64 bytes over a message is by the key of 32 bytes."""
    at = _point(public)
    scalar = int.from_bytes(signature[32:], "little")
    if at is None or len(signature) != 64 or scalar >= _L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    x, y, z, _ = _sum_of(scalar, _BASE, int.from_bytes(digest, "little") % _L, (-at[0], at[1], 1, -at[3]))
    inverse = pow(z, -1, _P)
    x, y = x * inverse % _P, y * inverse % _P
    return signature[:32] == (y | (x & 1) << 255).to_bytes(32, "little")


def _point(data: bytes) -> Point | None:
    spelled = int.from_bytes(data, "little")
    y, odd = spelled & (1 << 255) - 1, spelled >> 255
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if x * x % _P != square:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if y >= _P or x * x % _P != square or (x == 0 and odd):
        return None
    x = _P - x if x & 1 != odd else x
    return x, y, 1, x * y % _P


def _add(one: Point, two: Point) -> Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % _P, (one[1] + one[0]) * (two[1] + two[0]) % _P
    c, d = 2 * one[3] * two[3] * _D % _P, 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _sum_of(times: int, one: Point, again: int, two: Point) -> Point:
    """Return ``times * one + again * two``."""
    total, steps = (0, 1, 1, 0), (None, one, two, _add(one, two))
    for bit in range(252, -1, -1):
        total = _add(total, total)
        step = steps[(times >> bit & 1) + 2 * (again >> bit & 1)]
        total = _add(total, step) if step else total
    return total


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little")) or (0, 0, 0, 0)


def files_below(folder: Path) -> set[str]:
    """Return the paths of all files in a folder; what is no plain file, and folders without one, say so."""
    found = set()
    for above, folders, files in os.walk(folder):
        here = Path(above).relative_to(folder)
        if not folders and not files:
            found.add(f"{here.as_posix()}/ (empty)")
        for name in (*folders, *files):
            path = folder / here / name
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                found.add(f"{(here / name).as_posix()} (no plain file)")
            elif path.is_file():
                found.add((here / name).as_posix())
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify as the command line says."""
    parser = argparse.ArgumentParser(description="Verify an exported ledger, or the proof of one record.")
    parser.add_argument("what", type=Path, help="the folder of an export, or a .tlog-proof file")
    parser.add_argument(
        "--key", required=True, help="the log's key, NAME+ID+KEY, from elsewhere than the export"
    )
    parser.add_argument("--witness", action="append", default=[], help="the key of a witness; repeat")
    parser.add_argument("--older", type=Path, help="a checkpoint verified earlier")
    parser.add_argument("--record", type=Path, help="the record that a .tlog-proof file is of")
    given = parser.parse_args(arguments)
    if given.what.is_file() and not given.record:
        parser.error("a proof is of a record: name it with --record")
    try:
        return _proof(given) if given.record else _export(given)
    except (OSError, Untrusted) as error:
        _say(f"NOT SOUND: {error}")
        return 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _proof(given: argparse.Namespace) -> int:
    proof, record = given.what.read_bytes(), given.record.read_bytes()
    checkpoint = verify_proof(proof, record, given.key, given.witness)
    _say(f"sound: the record is in {checkpoint.origin} of {checkpoint.size} records, {checkpoint.root.hex()}")
    return 0


def _export(given: argparse.Namespace) -> int:
    report = verify(
        files_below(given.what),
        lambda name: (given.what / name).read_bytes(),
        given.key,
        witnesses=given.witness,
        older=given.older.read_bytes() if given.older else None,
    )
    for where, what in report.findings:
        _say(f"{where}: {what}")
    if report.findings or report.checkpoint is None:
        _say("NOT SOUND")
        return 1
    _say(
        f"sound: {report.checkpoint.size} records of {report.checkpoint.origin}, {report.checkpoint.root.hex()}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
