"""The work of ``bylaw undo``."""

from pathlib import Path

from bylaw.cli.enforcing import acting, enforcing, worded
from bylaw.cli.screen import out, print_json
from bylaw.enforcement.undoing import of_rule
from bylaw.runtime.offices import open_record


def count_rule(data: Path, rule: str, since: int, *, json: bool) -> None:
    """Say what taking back a rule would come to."""
    with open_record(data, writing=False) as reading:
        found = of_rule(reading.records, rule, since)
    people = {stood.action.person for stood in found.mine} - {""}
    if json:
        counts = {"undone": len(found.mine), "kept": len(found.kept), "accounts": len(people)}
        print_json({"rule": rule, "dry_run": True, **counts})
        return
    out().print(f"{len(found.mine):,} actions about {len(people):,} accounts would be taken back")
    out().print(f"{len(found.kept):,} would stay, unless they follow from strikes that are taken back")


def undo_rule(data: Path, rule: str, since: int, reason: str, by: str, *, json: bool) -> None:
    """Take back a rule, and say what was."""
    reason = worded(reason)
    with enforcing(data) as kept:
        done = kept.enforcement.undo_rule(rule, since, acting(kept, by), reason)
    if json:
        counts = {"undone": len(done.undone), "kept": len(done.kept)}
        print_json({"rule": rule, "dry_run": False, **counts})
        return
    out().print(
        f"{len(done.undone):,} actions taken back; {len(done.kept):,} stay: other rules asked for them"
    )
