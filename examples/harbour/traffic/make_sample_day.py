# ruff: noqa: INP001, S311, TID251 - a script beside its data; chance from a seed is what a made-up day is made of
"""Write a day of Harbour's events as JSON lines: ordinary people, and several sorts of abuse.

The day is a table of scenes (``scenes.toml``): each says what kind of event happens how often, between which
hours, and what its fields may hold. The same seed always gives the same bytes. Three lines are broken on
purpose, as lines are in real life.

    python make_sample_day.py [--seed 7] [--scale 1.0] > sample-day.jsonl
"""

import argparse
import json
import random
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

DAY = datetime(2026, 3, 10, tzinfo=UTC)
LAST_SECOND = 86_399
BROKEN = (
    '{"kind": "message.sent", "id": "evt_torn", "at": "2026-03-10T11:20:04Z", "text": "the connection bro',
    '{"kind": "message.sennt", "id": "evt_misspelt", "at": "2026-03-10T15:02:00Z", "text": "hello"}',
    '{"kind": "post.created", "id": "evt_timeless", "actor": "mem_014", "text": "when was this?"}',
)


class Stage:
    """Fills the templates of scenes from the table of words, by chance from one seed."""

    def __init__(self, words: Mapping[str, list[str]], seed: int) -> None:
        self._words = words
        self._chance = random.Random(seed)

    def __getitem__(self, slot: str) -> str:
        """Return what fills a slot: a number for ``3-12``, else one of the words of that name."""
        low, dash, high = slot.partition("-")
        if dash:
            return str(self._chance.randint(int(low), int(high))).zfill(len(low))
        return self._chance.choice(self._words[slot]).format_map(self)

    def value(self, template: object) -> object:
        """Return a value for a field: a list is a choice, a table says how to make one."""
        match template:
            case list():
                return self.value(self._chance.choice(template))
            case str():
                return template.format_map(self)
            case {"all": list(items)}:
                return [self.value(item) for item in items]
            case {"from": int(low), "to": int(high)}:
                return self._chance.randint(low, high)
            case {"from": float(low), "to": float(high)}:
                return round(self._chance.uniform(low, high), 2)
        return template

    def moment(self, first: float, last: float) -> datetime:
        """Return a second between two hours of the day; the middle of a long stretch is busier."""
        draw = self._chance.triangular if last - first > 12 else self._chance.uniform
        return DAY + timedelta(seconds=min(int(draw(first, last) * 3600), LAST_SECOND))


def events(scenes: list[dict[str, Any]], stage: Stage, scale: float) -> Iterator[dict[str, object]]:
    """Yield the events of every scene, in no particular order and without ids."""
    for scene in scenes:
        hours = scene.get("hours", (0, 24))
        for _ in range(max(1, round(scene["count"] * scale))):
            at = stage.moment(*hours).strftime("%Y-%m-%dT%H:%M:%SZ")
            fields = {name: stage.value(template) for name, template in scene["fields"].items()}
            yield {"kind": scene["kind"], "at": at, **fields}


def lines(seed: int, scale: float) -> Iterator[str]:
    """Yield the day, one event a line, in order of time."""
    table = tomllib.loads(Path(__file__).with_name("scenes.toml").read_text(encoding="utf-8"))
    day = sorted(
        events(table["scene"], Stage(table["words"], seed), scale), key=lambda event: str(event["at"])
    )
    torn = {len(day) * nth // (len(BROKEN) + 1): line for nth, line in enumerate(BROKEN, start=1)}
    for number, event in enumerate(day):
        yield json.dumps({"id": f"evt_{number:05}", **event}, ensure_ascii=False)
        if number in torn:
            yield torn[number]


def main() -> None:
    """Write the day to standard output."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="how many events, as a multiple of the usual day"
    )
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.writelines(line + "\n" for line in lines(options.seed, options.scale))


if __name__ == "__main__":
    main()
