"""The ledger: what is recorded and signed, computed again on request; one fact with what it says openly, and its proof."""

import json
from typing import Annotated, Final, NamedTuple

from fastapi import Path, Query, Response

from bylaw.base.errors import BylawError, IntegrityError, NotFoundError
from bylaw.engine.recording import microseconds
from bylaw.records.fact import Row
from bylaw.records.ledger.checkpoint import Checkpoint, open_checkpoint
from bylaw.records.ledger.export import record_line
from bylaw.records.ledger.note import parse_note
from bylaw.records.ledger.proof import SUFFIX, Proof
from bylaw.records.ledger.signing import prove
from bylaw.records.verifying import verify
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.signing_in import HOME, Nothing
from bylaw.web.cooked import Asked, Serving
from bylaw.web.forms import posted
from bylaw.web.pages import see_other
from bylaw.web.service import Service

PLACE: Final = f"{HOME}/ledger"
SIGNED: Final = 8  # checkpoints shown
SHOWN: Final = 20  # facts shown
MAX_PROBLEMS: Final = 50
MAX_SEQ: Final = (1 << 62) - 1
TEXT: Final = "text/plain; charset=utf-8"

Number = Annotated[int, Path(ge=1, le=MAX_SEQ)]


class Signed(NamedTuple):
    """A checkpoint. ``at``: when the last fact under it was recorded; ``problem``: why it does not hold, if so."""

    size: int
    at: int
    root: str
    signers: list[str]
    problem: str


def ledger(
    exchange: Asked,
    service: Serving,
    *,
    seq: Annotated[str, Query(max_length=19)] = "",
    before: Annotated[int, Query(ge=0, le=MAX_SEQ)] = 0,
) -> Response:
    """Return the page of the ledger, or go to the fact whose number was asked for."""
    if seq.isascii() and seq.strip().isdigit():
        return see_other(f"{PLACE}/{int(seq)}")
    records = service.reading.records
    head = records.head
    last = min(before - 1, head) if before else head
    rows: list[Row] = []
    signed: list[Signed] = []
    damage = None
    try:
        rows = records.page(max(1, last - SHOWN + 1), last) if last > 0 else []
        signed = _signed(service)
    except IntegrityError as error:  # the page must still be there, so that it can be computed again
        damage = error.problem
    values = {
        "head": head,
        "root": records.growth.root.hex(),
        "key": str(service.reading.log_key.public),
        "signed": signed,
        "damage": damage,
        "rows": rows[::-1],
        "before": before,
        "next": rows[0].seq if rows and rows[0].seq > 1 else 0,
        "sought": seq,
        **_standing(service),
    }
    return framed(exchange, service, "ledger.html", values, current=PLACE)


async def begin(exchange: Asked, service: Serving) -> Response:
    """Begin to compute the ledger again."""
    await posted(exchange, service, Nothing)
    records, log = service.reading.records, service.reading.log_key.public
    service.verification.start(
        lambda progress: verify(records, log, progress), lambda: microseconds(service.clock())
    )
    return see_other(PLACE)


def standing(exchange: Asked, service: Serving) -> Response:
    """Return the part of the page that tells how far it is."""
    return framed(exchange, service, "ledger_standing.html", {**_standing(service), "alone": True})


def checkpoint(service: Serving) -> Response:
    """Return the newest checkpoint as a file."""
    latest = service.reading.records.latest_checkpoint()
    if latest is None:
        raise NotFoundError(
            "ledger.no_checkpoint", "nothing is signed yet", hint="wait for the first checkpoint"
        )
    return _file("checkpoint", latest[1])


def fact(exchange: Asked, service: Serving, seq: Number) -> Response:
    """Return the page of a fact: what it says openly, nothing sealed, and its proof."""
    row = service.reading.records.row(seq)
    proof = _proof(service, seq)
    signed = Checkpoint.read(parse_note(proof.checkpoint).text) if proof else None
    values = {
        "row": row,
        "head": service.reading.records.head,
        "body": _pretty(row.body),
        "sealed": _sealed(row),
        "proof": proof,
        "signed": signed,
    }
    return framed(exchange, service, "fact.html", values, current=PLACE)


def proof_file(service: Serving, seq: Number) -> Response:
    """Return the proof of a fact as a file."""
    proof, _ = prove(service.reading.records, seq, service.reading.log_key.public)
    return _file(f"{seq}{SUFFIX}", bytes(proof))


def record_file(service: Serving, seq: Number) -> Response:
    """Return what the ledger's entry of a fact commits to, as a file; what is sealed as its digest."""
    return _file(f"{seq}.json", record_line(service.reading.records.row(seq)))


def _standing(service: Service) -> dict[str, object]:
    found = service.verification.standing
    problems = found.checked.problems[:MAX_PROBLEMS] if found.checked else ()
    return {"verifying": found, "problems": problems}


def _signed(service: Service) -> list[Signed]:
    reading = service.reading
    return [_read(service, size, note) for size, note in reading.records.checkpoints(SIGNED)]


def _read(service: Service, size: int, note: bytes) -> Signed:
    records, problem = service.reading.records, ""
    try:
        open_checkpoint(note, service.reading.log_key.public)
    except BylawError as error:
        problem = error.problem.message
    signed = parse_note(note)
    root = Checkpoint.read(signed.text).root.hex()
    at = records.row(size).at if 0 < size <= records.head else 0
    return Signed(size, at, root, [f"{one.name} {one.key_id.hex()}" for one in signed.signatures], problem)


def _proof(service: Service, seq: int) -> Proof | None:
    try:
        return prove(service.reading.records, seq, service.reading.log_key.public)[0]
    except NotFoundError:
        return None


def _pretty(body: bytes) -> str:
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False)


def _sealed(row: Row) -> int | None:
    """Return how many bytes are sealed; nothing if nothing was, 0 once they have aged out."""
    if row.sealed is None:
        return 0 if row.withered else None
    return len(row.sealed)


def _file(name: str, data: bytes) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, headers=headers, media_type=TEXT)


_ONE: Final = PLACE + "/{seq}"
_READ: Final = "ledger.read"
ROUTES = (
    show(PLACE, "ledger_page", "What is recorded and signed", ledger, _READ, statuses=(200, 303)),
    do(f"{PLACE}/verify", "verify_ledger", "Compute the ledger again", begin, _READ),
    show(f"{PLACE}/standing", "ledger_standing", "How far computing it again is", standing, _READ),
    show(f"{PLACE}/checkpoint", "ledger_checkpoint", "The newest checkpoint", checkpoint, _READ),
    show(_ONE, "fact_page", "A fact and its proof", fact, _READ),
    show(f"{_ONE}/proof", "fact_proof", "The proof of a fact", proof_file, _READ),
    show(f"{_ONE}/record", "fact_record", "What the entry of a fact commits to", record_file, _READ),
)
