"""The ledger: growing it, verifying an export of it, proving one record; beside hashing the leaves alone."""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.measure import rate, show
from bylaw.records.fact import Fact, Row, row_of
from bylaw.records.ledger import verifier
from bylaw.records.ledger.checkpoint import Checkpoint, sign_checkpoint
from bylaw.records.ledger.export import export
from bylaw.records.ledger.growth import Growth
from bylaw.records.ledger.note import SigningKey, Use
from bylaw.records.ledger.tiles import inclusion

RECORDS = 50_000
BATCH = 500  # leaves in a commit
SEALED_BYTES = 200
KEY = SigningKey("bench.example", Use.LOG, b"k" * 32)


@dataclass(frozen=True)
class Journal:
    known: list[Row]

    def rows(self, first: int, last: int) -> Iterator[Row]:
        return iter(self.known[first - 1 : last])


def rows() -> list[Row]:
    return [row_of(seq, 1_760_000_000_000_000 + seq, _fact(seq)) for seq in range(1, RECORDS + 1)]


def _fact(seq: int) -> Fact:
    body = json.dumps({"book": "a" * 64, "decision": f"dec_{seq:026}", "subject": "b" * 32}).encode()
    return Fact("event.decided", body, seq.to_bytes(16, "big"), b"s" * 16, bytes(SEALED_BYTES))


def bench() -> None:
    known = rows()
    leaves = [row.leaf for row in known]
    tiles: dict[tuple[int, int], bytes] = {}

    def read(level: int, n: int) -> bytes:
        return tiles[level, n] if level else b"".join(leaves[n * 256 : n * 256 + 256])

    def grow() -> int:
        growth = Growth()
        for first in range(0, RECORDS, BATCH):
            growth, changed = growth.append(leaves[first : first + BATCH])
            tiles.update({(level, n): hashes for level, n, hashes in changed})
        return RECORDS

    def prove() -> int:
        for index in range(0, RECORDS, RECORDS // 100):
            inclusion(index, RECORDS, read)
        return 100

    def hash_only() -> int:
        for leaf in leaves:
            hashlib.sha256(leaf).digest()
        return RECORDS

    note = sign_checkpoint(Checkpoint(KEY.public.name, RECORDS, Growth().append(leaves)[0].root), KEY)
    measured = [rate(f"bylaw: append in commits of {BATCH}", grow)]
    measured += [rate(f"bylaw: {name}", work) for name, work in _exports(known, note).items()]
    measured.append(rate("bylaw: prove one record (proofs, not leaves)", prove))
    show(
        f"A ledger of {RECORDS:,} records",
        [*measured, rate("hashlib: one SHA-256 a leaf", hash_only)],
        "leaves",
    )


def _exports(known: list[Row], note: bytes) -> dict[str, "Work"]:
    return {
        "verify an export, sealed parts as digests": Work(known, note, sealed=False),
        f"verify an export, {SEALED_BYTES} sealed bytes each": Work(known, note, sealed=True),
    }


class Work:
    """Verifying one export, whose files are in memory: what is measured is the arithmetic, not the disk."""

    def __init__(self, known: list[Row], note: bytes, *, sealed: bool) -> None:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "export"
            export(Journal(known), note, place, sealed=sealed)
            self._files = {name: (place / name).read_bytes() for name in verifier.files_below(place)}

    def __call__(self) -> int:
        report = verifier.verify(self._files.keys(), self._files.__getitem__, str(KEY.public))
        if report.findings:
            raise AssertionError(report.findings)
        return RECORDS
