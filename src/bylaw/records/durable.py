"""Files that are there whole or not at all, and stay after a power cut."""

import os
from collections.abc import Callable
from pathlib import Path

Boundary = Callable[[str], None]  # called by name around every durable write, so that tests can stop there


def no_boundary(_: str) -> None:
    """Do nothing: what stands at every boundary outside tests."""


def write_whole(path: Path, data: bytes, boundary: Boundary = no_boundary) -> None:
    """Write a file under another name, make it durable, then give it its name. Durable on return."""
    made = path.with_name(f".{path.name}.new")
    boundary(f"before write {path.name}")
    with made.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    boundary(f"before name {path.name}")
    made.replace(path)
    sync_folder(path.parent)
    boundary(f"after write {path.name}")


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
