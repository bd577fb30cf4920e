"""Run every bench: ``make bench``, or ``python -m bench rules events`` for some."""

import platform
import sys
from importlib import import_module

LONG = ("endurance", "soak", "desk")  # only when asked for by name
BENCHES = (
    "rules",
    "compiled",
    "memory",
    "events",
    "signals",
    "documents",
    "ledger",
    "vault",
    "store",
    "serve",
    "run",
    "record",
    "replay",
    "transparency",
)


def main() -> None:
    wanted = sys.argv[1:] or BENCHES
    unknown = set(wanted) - {*BENCHES, *LONG}
    if unknown:
        sys.exit(f"no bench {', '.join(sorted(unknown))}; there are {', '.join((*BENCHES, *LONG))}")
    print(f"Python {platform.python_version()}, {platform.machine()}; medians of five rounds, one process")
    for name in wanted:
        import_module(f"bench.{name}").bench()


if __name__ == "__main__":
    main()
