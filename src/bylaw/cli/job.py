"""What one run is asked to do."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run: what is read, and where results go."""

    book: Path
    source: str
    format: str
    column_map: Path | None = None
    columns: tuple[str, ...] = ()  # field=column
    constants: tuple[str, ...] = ()  # field=value
    data: Path | None = None
    decisions: Path | None = None
    rejects: Path | None = None
    replace: bool = False
    every: bool = False
    json: bool = False
