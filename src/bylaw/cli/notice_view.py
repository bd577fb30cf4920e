"""Messages on the screen, and as a page."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rich.rule import Rule
from rich.text import Text

from bylaw.cli.screen import out, table
from bylaw.notices.model import State
from bylaw.notices.rendering import Message
from bylaw.notices.sample import Preview
from bylaw.notices.store import HANDED, MAIL, TIMER
from bylaw.notices.webhooks.announcing import DESTINATION
from bylaw.records.outbox import Entry


def print_messages(previews: Sequence[Preview]) -> None:
    """Print messages one after the other."""
    console = out()
    for preview in previews:
        message = preview.message
        console.print(
            Rule(Text(f"{preview.file} · {message.language} · {message.message_class}"), align="left")
        )
        console.print(Text(message.subject, style="bold"), soft_wrap=True)
        console.print()
        console.print(Text(message.text), soft_wrap=True)


def write_page(path: Path, message: Message) -> None:
    """Write the page of a message."""
    path.write_text(message.html, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Stuck:
    """What cannot get out: by which way, why, how many times, and how many of them are dead letters."""

    way: str
    code: str
    entries: int
    dead: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of notices, and what is stuck."""

    notices: Mapping[str, int]
    stuck: tuple[Stuck, ...]

    @classmethod
    def of(cls, counts: Mapping[State, int], entries: Iterable[Entry]) -> Self:
        """Return what stands; of a webhook its name is told, of a person nothing."""
        found = [(_way(entry), entry.code, entry.dead) for entry in entries]
        ways, dead = Counter((way, code) for way, code, _ in found), Counter[tuple[str, str]]()
        for way, code, is_dead in found:
            dead[way, code] += is_dead
        stuck = (
            Stuck(way, code, number, dead[way, code]) for (way, code), number in sorted(ways.items()) if way
        )
        return cls({state.value: count for state, count in counts.items()}, tuple(stuck))


def print_standing(standing: Standing) -> None:
    """Print two tables."""
    console = out()
    console.print(table("Notices", ("", "now"), [(name, f"{n:,}") for name, n in standing.notices.items()]))
    rows = [(one.way, one.code, f"{one.entries:,}", f"{one.dead:,}") for one in standing.stuck]
    console.print(table("What cannot get out", ("way", "why", "entries", "dead"), rows, numbers=2))


def _way(entry: Entry) -> str:
    way, _, which = entry.destination.partition(":")
    if way == DESTINATION:
        return f"webhook {which.rpartition('/')[0]}"
    return {TIMER: "notices", MAIL: "mail", HANDED: "handed to a webhook"}.get(way, "")
