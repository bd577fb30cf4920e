"""A flipped bit in the database's file is found and named, or changed nothing that was recorded."""

import hashlib
import os
import sqlite3
from pathlib import Path

from bylaw.base.errors import BylawError
from bylaw.records.checking import check
from bylaw.records.folder import open_folder
from bylaw.records.records import Records
from databases import new_place
from room import Sums, noted

FLIPS = int(os.environ.get("BYLAW_FLIPS", "60"))  # more when somebody has the time


def contents(file: Path) -> list[object]:
    """Everything that the tables of a database hold, and how they are made."""
    raw = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    raw.text_factory = bytes
    try:
        made = raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name").fetchall()
        tables = [name.decode() for kind, name, *_ in made if kind == b"table"]
        return [made, *(raw.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables)]  # noqa: S608 - names from the schema
    finally:
        raw.close()


def test_every_flip_is_found_or_changed_nothing(tmp_path: Path) -> None:
    place = new_place(tmp_path)
    with Records.open(place, projectors=[Sums()], clock=lambda: 1) as records:
        records.commit([noted("ab"[n % 2], n) for n in range(60)])
        records.wither([3, 4])
        records.commit([noted("ab"[n % 2], n) for n in range(250)])
        records.save_checkpoint(300, b"a signed note")
    whole = place.file.read_bytes()
    before = contents(place.file)
    found = 0
    for n in range(FLIPS):
        bit = int.from_bytes(hashlib.sha256(b"%d" % n).digest()) % (8 * len(whole))
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        write(place.file, damaged)
        if told(place.folder):
            found += 1
        else:
            write(place.file, damaged)
            assert contents(place.file) == before, f"bit {bit} changed something and was not found"
    assert found > FLIPS // 2


def write(file: Path, data: bytes | bytearray) -> None:
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
    file.write_bytes(data)


def told(folder: Path) -> bool:
    try:
        with Records.open(open_folder(folder), projectors=[Sums()], clock=lambda: 1) as records:
            return not check(records).is_sound
    except BylawError:
        return True
