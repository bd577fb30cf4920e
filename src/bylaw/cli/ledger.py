"""``bylaw ledger``: checkpoints, proofs and exports of the record, and their verification."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Prove what was recorded: checkpoints, proofs, exports.")

Data = Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)]
Key = Annotated[
    str, typer.Option(help="The log's key, NAME+ID+KEY, from elsewhere than the export.", show_default=False)
]


@app.command()
def key(data: Data) -> None:
    """Print the log's public key. Publish it where an export cannot change it: on paper, on your site."""
    from bylaw.runtime.offices import open_record

    with open_record(data, writing=False) as reading:
        typer.echo(str(reading.log_key.public))


@app.command()
def checkpoint(
    data: Data,
    out: Annotated[Path | None, typer.Option(help="Write it here.", show_default=False)] = None,
) -> None:
    """Sign a checkpoint over all that is recorded, after making sure that it grew from the last.

    Waits for nobody: while something decides in the folder, it is refused.
    """
    from bylaw.records.ledger.signing import checkpoint as sign
    from bylaw.runtime.offices import open_record

    with open_record(data, writing=True) as kept:
        note = sign(kept.records, kept.log_key)
    if out is None:
        typer.echo(note.decode(), nl=False)
    else:
        _write(out, note)


@app.command()
def prove(
    seq: Annotated[int, typer.Argument(help="The number of the record.", show_default=False)],
    data: Data,
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path(),
) -> None:
    """Write the proof of one record under the newest checkpoint, and the record: SEQ.tlog-proof, SEQ.json."""
    from bylaw.records.ledger.export import record_line
    from bylaw.records.ledger.proof import SUFFIX
    from bylaw.records.ledger.signing import prove as proof_of
    from bylaw.runtime.offices import open_record

    with open_record(data, writing=False) as reading:
        proof, row = proof_of(reading.records, seq, reading.log_key.public)
    _write(out / f"{seq}{SUFFIX}", bytes(proof))
    _write(out / f"{seq}.json", record_line(row))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A new folder.", show_default=False)],
    data: Data,
    sealed: Annotated[bool, typer.Option(help="Export sealed parts whole, not as their digests.")] = False,
) -> None:
    """Write everything up to the newest checkpoint into a folder that a stranger can verify."""
    from bylaw.base.errors import NotFoundError
    from bylaw.records.ledger.export import export as write
    from bylaw.runtime.offices import open_record

    with open_record(data, writing=False) as reading:
        latest = reading.records.latest_checkpoint()
        if latest is None:
            raise NotFoundError(
                "ledger.no_checkpoint", "nothing is signed yet", hint="run `bylaw ledger checkpoint` first"
            )
        done = write(reading.records, latest[1], folder, sealed=sealed)
    typer.echo(f"{folder}: {done.size:,} records of {done.origin}")


@app.command()
def verify(
    what: Annotated[
        Path, typer.Argument(help="The folder of an export, or a .tlog-proof file.", show_default=False)
    ],
    key: Key,
    witness: Annotated[
        list[str] | None, typer.Option(help="The key of a witness; repeat.", show_default=False)
    ] = None,
    older: Annotated[
        Path | None, typer.Option(help="A checkpoint verified earlier.", show_default=False)
    ] = None,
    record: Annotated[
        Path | None, typer.Option(help="The record that a .tlog-proof file is of.", show_default=False)
    ] = None,
) -> None:
    """Compute an export, or the proof of one record, again from the records up. Exit 1: not sound.

    The file bylaw/records/ledger/verifier.py does the same alone, without Bylaw.
    """
    from bylaw.records.ledger import verifier

    arguments = [str(what), "--key", key]
    arguments += [part for one in witness or () for part in ("--witness", one)]
    arguments += ["--older", str(older)] if older else []
    arguments += ["--record", str(record)] if record else []
    raise typer.Exit(verifier.main(arguments))


def _write(path: Path, data: bytes) -> None:
    from bylaw.base.errors import InputError

    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(
            "ledger.output", f"cannot write `{path}`: {(error.strerror or '').lower()}"
        ) from None
    typer.echo(f"{path}: written")
