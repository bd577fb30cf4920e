"""Small ledgers to export, in memory and on disk."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bylaw.records.fact import Fact, Row, row_of
from bylaw.records.ledger import verifier
from bylaw.records.ledger.checkpoint import Checkpoint, sign_checkpoint
from bylaw.records.ledger.growth import Growth
from bylaw.records.ledger.note import SigningKey, Use
from bylaw.records.ledger.verifier import Report

LOG = SigningKey("bylaw.example/harbour", Use.LOG, b"l" * 32)
WITNESS = SigningKey("witness.example/w1", Use.WITNESS, b"w" * 32)
KEY = str(LOG.public)
WITNESS_KEY = str(WITNESS.public)


@dataclass(frozen=True)
class RowsInMemory:
    """A journal that is a list."""

    known: Sequence[Row]

    def rows(self, first: int, last: int) -> Iterator[Row]:
        return iter(self.known[first - 1 : last])


def some_rows(count: int) -> list[Row]:
    return [row_of(seq, 1_760_000_000_000_000 + seq, some_fact(seq)) for seq in range(1, count + 1)]


def some_fact(seq: int) -> Fact:
    body = b'{"decision":"dec_%d","silent":%b}' % (seq, b"true" if seq % 2 else b"false")
    return Fact(
        kind=("thing.happened", "thing.followed")[seq % 7 == 0],
        body=body,
        tag=seq.to_bytes(16, "big") if seq % 3 else None,
        subject=b"s" * 16 if seq % 5 else None,
        sealed=b"sealed part %d" % seq if seq % 4 else None,
    )


def checkpoint_over(rows: Iterable[Row]) -> Checkpoint:
    growth, _ = Growth().append([row.leaf for row in rows])
    return Checkpoint(LOG.public.name, growth.size, growth.root)


def signed_over(rows: Iterable[Row]) -> bytes:
    return sign_checkpoint(checkpoint_over(rows), LOG)


def files_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in verifier.files_below(folder)}


def verified(
    files: dict[str, bytes], *, key: str = KEY, witnesses: Sequence[str] = (), older: bytes | None = None
) -> Report:
    return verifier.verify(files.keys(), files.__getitem__, key, witnesses=witnesses, older=older)


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
