"""Reading the decisions that a run wrote."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from bylaw.base.errors import InputError, NotFoundError, Where
from bylaw.engine.decision import Decision

MAX_LINE_BYTES = 16 << 20

_DECODER = msgspec.json.Decoder(Decision)


def read_decisions(path: Path) -> Iterator[Decision]:
    """Return the decisions of a file in order.

    Raises:
        NotFoundError: there is no such file.
        InputError: a line is no decision.
    """
    if not path.is_file():
        raise NotFoundError(
            "explain.no_file", f"no file `{path}`", hint="`bylaw run … --decisions FILE` writes one"
        )
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES), b""), start=1):
            try:
                yield _DECODER.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError):
                raise InputError(
                    "explain.line",
                    "not a decision",
                    where=Where(str(path), number),
                    hint="give a file of decisions",
                ) from None


def find_decision(path: Path, wanted: str) -> Decision:
    """Return the decision with an id, or about the event with an id.

    Raises:
        NotFoundError: the file has none.
    """
    for decision in read_decisions(path):
        if wanted in (decision.id, decision.event_id):
            return decision
    raise NotFoundError(
        "explain.not_found",
        f"no decision or event `{wanted}` in `{path}`",
        hint=f"`bylaw explain {path}` lists them",
    )
