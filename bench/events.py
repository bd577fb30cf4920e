"""Bytes to events: JSON lines decoded and checked, beside the standard library's parser alone."""

import json

from bench.measure import rate, show
from bench.rules import events
from bylaw.base.errors import Where
from bylaw.events.decode import Codec
from bylaw.events.kinds import KINDS


def bench() -> None:
    codec = Codec(KINDS.values())
    lines = [codec.encode(event) for event in events(1_000)]
    where = Where("bench")

    def ours() -> int:
        for line in lines:
            codec.decode(line, where=where)
        return len(lines)

    def theirs() -> int:
        for line in lines:
            json.loads(line)
        return len(lines)

    rows = [rate("bylaw: typed, strict, times in UTC", ours), rate("json.loads: a dictionary", theirs)]
    show("Decoding one event of 300 bytes", rows, "events")
