"""What may be done in Bylaw, as a table, and whether somebody may: plain functions over values.

A permission is a noun and a verb. Nothing is allowed that no grant allows; a grant for some queues or clauses allows
nothing where none is named.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple


class Permission(NamedTuple):
    """What it lets one do.

    ``second``: whoever may has two factors. ``fresh``: it is irreversible or opens doors, so who does it has shown a
    second factor just before.
    """

    doc: str
    second: bool = False
    fresh: bool = False


PERMISSIONS: Final[Mapping[str, Permission]] = {
    "access.read": Permission("ask whether an account may act, and with which restrictions"),
    "account.act": Permission("have anything done about an account by hand, and find that it was taken over"),
    "account.rate_limit": Permission("slow an account down"),
    "account.read": Permission("look at accounts, their strikes and their standing"),
    "account.restrict": Permission("keep an account from features"),
    "account.spare": Permission("choose not to enforce a clause against an account"),
    "account.strike": Permission("count a strike against an account"),
    "account.suspend": Permission("suspend an account"),
    "account.terminate": Permission("ask that an account be ended, to which a second person agrees"),
    "account.warn": Permission("warn an account"),
    "action.acknowledge": Permission("say that actions were carried out: for the service that does"),
    "action.approve": Permission(
        "let an action be carried out that waits for a person", second=True, fresh=True
    ),
    "action.read": Permission("look at actions, planned and done"),
    "action.undo": Permission("undo actions, one or all of a rule"),
    "appeal.decide": Permission("decide objections"),
    "appeal.read": Permission("look at objections"),
    "approval.give": Permission(
        "agree, or not, before a step that cannot be undone", second=True, fresh=True
    ),
    "audit.read": Permission("look at who signed in, changed what and read whose content"),
    "book.activate": Permission("put a book into force", second=True, fresh=True),
    "book.backtest": Permission("try a book on what is recorded"),
    "book.draft": Permission("write drafts of the book"),
    "book.read": Permission("read the book in force and those before it"),
    "case.assign": Permission("give cases to people"),
    "case.decide": Permission("decide cases"),
    "case.read": Permission("look at cases"),
    "complaint.answer": Permission("answer complaints from outside"),
    "complaint.read": Permission("look at complaints from outside"),
    "content.hide": Permission("hold content, reduce its reach, quarantine all of an account"),
    "content.label": Permission("label content"),
    "content.read": Permission("read private content; each reading is recorded with its purpose"),
    "content.remove": Permission("remove or refuse content"),
    "cybertip.file": Permission("file reports to the CyberTipline", second=True),
    "decision.read": Permission("look at decisions and what led to them"),
    "disclosure.approve": Permission("approve handing records to somebody outside", second=True, fresh=True),
    "disclosure.read": Permission("look at the register of disclosures"),
    "event.write": Permission("hand events over to be decided"),
    "hold.place": Permission("place legal holds", second=True),
    "hold.read": Permission("look at legal holds"),
    "hold.release": Permission("release legal holds", second=True, fresh=True),
    "key.manage": Permission("make and revoke keys of the API", second=True, fresh=True),
    "ledger.read": Permission("fetch checkpoints and proofs"),
    "legal.answer": Permission("answer legal process", second=True),
    "metrics.read": Permission("read counts and rates"),
    "minor.purge": Permission("destroy what is held of a child", second=True, fresh=True),
    "notice.read": Permission("read notices sent"),
    "notice.report": Permission("hand over what mail servers report about notices"),
    "notice.suppress": Permission("withhold a notice, on a ground"),
    "outbox.manage": Permission("send again, or give up, what could not be delivered", second=True),
    "outbox.read": Permission("look at what waits to be delivered"),
    "policy.publish": Permission("publish versions of policies", second=True, fresh=True),
    "privacy.answer": Permission("answer people about their data"),
    "privacy.erase": Permission("destroy the keys of a person", second=True, fresh=True),
    "staff.manage": Permission("invite, suspend and give roles to staff", second=True, fresh=True),
    "staff.read": Permission("look at who works here, in which roles"),
    "takedown.restore": Permission("put back what a counter-notice asks for"),
    "webhook.manage": Permission("set where webhooks go and change their secrets", second=True, fresh=True),
    "webhook.read": Permission("look at webhooks and their deliveries"),
}


ACTS: Final = "account.act"  # lets one order whatever stands below
ORDERS: Final[Mapping[str, str]] = {
    "refuse": "content.remove",
    "remove": "content.remove",
    "hold": "content.hide",
    "reduce": "content.hide",
    "quarantine": "content.hide",
    "label": "content.label",
    "warn": "account.warn",
    "strike": "account.strike",
    "rate_limit": "account.rate_limit",
    "restrict": "account.restrict",
    "suspend": "account.suspend",
    "terminate": "account.terminate",
    "none": "account.spare",
    "claim": ACTS,
}  # what it takes to order an effect by hand: this, or ``ACTS``


class Grant(NamedTuple):
    """Leave to do something. ``None``: in every queue, on every clause.

    ``clauses`` are clause ids or what they begin with, up to a slash: ``acceptable-use/anti-spam`` is
    ``acceptable-use/anti-spam/definition-a`` too, but not ``acceptable-use/anti-spam-law``.
    """

    permission: str
    queues: frozenset[str] | None = None
    clauses: frozenset[str] | None = None


def may(
    grants: Iterable[Grant], permission: str, queue: str | None = None, clause: str | None = None
) -> bool:
    """Tell whether somebody with these grants may do something, here."""
    return any(
        grant.permission == permission
        and (grant.queues is None or queue in grant.queues)
        and (grant.clauses is None or _covers(grant.clauses, clause))
        for grant in grants
    )


def may_somewhere(grants: Iterable[Grant], permission: str) -> bool:
    """Tell whether there is any queue and clause for which ``may`` says yes: to show a door, not to let through it."""
    return any(
        grant.permission == permission and grant.queues != frozenset() and grant.clauses != frozenset()
        for grant in grants
    )


def _covers(clauses: frozenset[str], clause: str | None) -> bool:
    if clause is None:
        return False
    parts = clause.split("/")
    return any("/".join(parts[:depth]) in clauses for depth in range(1, len(parts) + 1))
