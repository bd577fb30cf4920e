"""Figures of the record that tell whether actions are carried out, what is to leave leaves, and what rules cost."""

from collections.abc import Iterator
from typing import Final

from bylaw.drafts import costs
from bylaw.enforcement import store
from bylaw.enforcement.model import State
from bylaw.notices import store as notices
from bylaw.records.delivery import Delivery
from bylaw.records.outbox import SECOND
from bylaw.records.records import Records
from bylaw.web.metrics import Family

NANO: Final = 1_000_000_000


def figures(records: Records) -> Iterator[Family]:
    """Yield how many actions and notices stand where, how old the oldest unacknowledged is, and the outbox."""
    now = records.clock()
    with records.reading() as core:
        actions = store.counts(core)
        told = notices.counts(core)
        oldest = store.unacknowledged(core, now, 1)
        measured = costs.last_measured(core)
    outbox = Delivery(records).counts(now)
    yield Family(
        "actions", "Actions by state.", {state: actions.get(state, 0) for state in State}, label="state"
    )
    yield Family("notices", "Notices by state.", {s: told[s] for s in told}, label="state")
    age = (now - oldest[0].moved) / SECOND if oldest else 0.0
    doc = "For how long the oldest action waits to be acknowledged."
    yield Family("action_unacknowledged_seconds", doc, {"": age})
    waiting = {
        "waiting": outbox.waiting,
        "due": outbox.due,
        "leased": outbox.leased,
        "failing": outbox.failing,
        "dead": outbox.dead,
    }
    yield Family("outbox", "Entries of the outbox by how they stand.", waiting, label="entries")
    doc = "What a rule costs an event, in CPU seconds, measured alone."
    yield Family(
        "rule_cost_seconds", doc, {one.rule: one.nanoseconds / NANO for one in measured}, label="rule"
    )
    late = outbox.late / SECOND
    yield Family("outbox_late_seconds", "For how long the oldest due entry has waited.", {"": late})
