"""Opening the keeper: in step with the journal outside, or, after a backup was put back, told again what it forgot.

A database and a vault are restored together or alone. Neither serves before it knows again what was held and
destroyed since. First the database gets back the facts that the journal outside has, in their order; then, while the
keys that came back can still be read, held records are preserved; then these keys are destroyed again.
"""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import IntegrityError, RefusedError
from bylaw.records.durable import Boundary, no_boundary
from bylaw.records.fact import Fact, Row
from bylaw.records.holds import model, store
from bylaw.records.holds.keeper import Keeper
from bylaw.records.holds.outside import Line, Outside
from bylaw.records.records import Records
from bylaw.records.vault.vault import Vault

AT_ONCE: Final = 1_000  # facts in one commit

_Said: TypeAlias = tuple[str, bytes, bytes | None, bytes | None]  # what makes two facts the same


def open_keeper(
    records: Records,
    vault: Vault,
    outside: Sequence[Path],
    *,
    replay: bool = False,
    boundary: Boundary = no_boundary,
) -> Keeper:
    """Return the keeper of a record, with everything finished that a crash interrupted.

    Args:
        records: open for writing, with ``HoldsProjector``.
        vault: open for writing.
        outside: where the journal outside is kept.
        replay: after a backup was restored: tell record and vault what they forgot.
        boundary: called around every write to the journal outside.

    Raises:
        RefusedError: ``records.restored``, a backup was restored, and ``replay`` was not asked for.
        IntegrityError: ``holds.outside``, ``holds.outside_lost``.
    """
    journal = Outside(outside, records.place.installation, boundary)
    lines = journal.read(mend=True)
    current = _is_current(records, lines)
    if not (replay or (current and not vault.restored)):
        raise _restored()
    keeper = Keeper(records, vault, journal)
    with records.turn:
        if current:
            journal.append(_not_told(records, lines))
        else:
            _tell(records, lines)
            told = {(line.seq, line.leaf) for line in lines}
            journal.append(row for row in _mirrored(records) if (row.seq, row.leaf) not in told)
        if vault.restored:
            done = vault.replay_journal(before=keeper.preserve)
            fact = model.Replayed(done.resurrected, done.unknown)
            records.commit([Fact(model.REPLAYED, canonical_bytes(fact))])
    keeper.resume()
    return keeper


def demand_current(records: Records, outside: Sequence[Path]) -> None:
    """See to it that a record which is opened to be read was not restored from a backup and left so.

    Raises:
        RefusedError: ``records.restored``.
    """
    if not _is_current(records, Outside(outside, records.place.installation).read(mend=False)):
        raise _restored()


def _is_current(records: Records, lines: Sequence[Line]) -> bool:
    return not lines or (lines[-1].seq <= records.head and records.row(lines[-1].seq).leaf == lines[-1].leaf)


def _not_told(records: Records, lines: Sequence[Line]) -> list[Row]:
    """Return the rows of the one commit that a crash kept from the journal outside."""
    rows = _mirrored(records, after=lines[-1].seq if lines else 0)
    if len({row.at for row in rows}) > 1:
        raise IntegrityError(
            "holds.outside_lost",
            "the journal of holds outside lacks what the record knows",
            hint="put its file, or its second copy, back",
        )
    return rows


def _tell(records: Records, lines: Sequence[Line]) -> None:
    """Record again, in their order, the facts that a restored record lacks."""
    known = {_said(row) for row in _mirrored(records)}
    lacking = {_said(line.fact): line.fact for line in lines}
    facts = iter([fact for said, fact in lacking.items() if said not in known])
    head = records.head
    while batch := list(islice(facts, AT_ONCE)):
        returned = model.Returned(head, len(batch))
        records.commit([Fact(model.RETURNED, canonical_bytes(returned)), *batch])


def _mirrored(records: Records, after: int = 0) -> list[Row]:
    with records.reading() as core:
        seqs = store.mirrored(core, after)
    return [records.row(seq) for seq in seqs]


def _said(fact: Fact | Row) -> _Said:
    return fact.kind, fact.body, fact.subject, fact.sealed


def _restored() -> RefusedError:
    return RefusedError(
        "records.restored",
        "a backup was put back that does not know what was held and destroyed since",
        hint="run `bylaw hold replay` first",
    )
