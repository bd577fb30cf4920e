"""The registry of mechanisms: what can carry a clause out.

``promises.yaml`` binds clauses to rows of this table. A row says what it does, which settings it takes,
what it needs, and whether it exists: *planned* rows may be bound, and coverage shows them as planned,
never as done. Rules are mechanisms too, but bind themselves (``clause:`` in the rule).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import msgspec


class Status(StrEnum):
    """Whether the product does it today."""

    READY = "ready"
    PLANNED = "planned"


class NoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """It takes none."""


class Queue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """People who look, and where their work waits: a name under ``[queues]`` in operator.toml."""

    queue: str


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address under ``[contacts]`` in operator.toml; and the queue where what arrives there waits."""

    contact: str
    queue: str = ""


class Deadline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A time within which it is done, with the source that asks for it (law is data)."""

    within: str = ""
    source: str = ""
    queue: str = ""


class DataUse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose data, which fields, what for."""

    category: str = ""
    fields: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One clause bound to one mechanism, settings already read."""

    clause: str
    mechanism: "Mechanism"
    settings: msgspec.Struct


Names = Callable[[str], Iterable[str]]  # what a book defines: names("queues"), names("contacts")
SelfCheck = Callable[[Binding, Names], Iterable[tuple[str, str]]]  # pairs of message and hint


def _no_check(_binding: Binding, _names: Names) -> Iterable[tuple[str, str]]:
    return ()


def names_exist(**tables: str) -> SelfCheck:
    """Return a check that each named setting, when given, is defined in the book (``queue="queues"``)."""

    def check(binding: Binding, names: Names) -> Iterable[tuple[str, str]]:
        for setting, table in tables.items():
            value = getattr(binding.settings, setting)
            if value and value not in set(names(table)):
                yield f"the {setting} `{value}` is not defined", f"add [{table}.{value}] to operator.toml"

    return check


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """One row: ``needs`` names the rooms or other mechanisms it stands on."""

    name: str
    doc: str
    status: Status
    settings: type[msgspec.Struct] = NoSettings
    needs: tuple[str, ...] = ()
    self_check: SelfCheck = _no_check
    people: bool = False  # the work is done by persons, from a queue


def _ready(name: str, doc: str, **more: object) -> Mechanism:
    return Mechanism(name=name, doc=doc, status=Status.READY, **more)  # type: ignore[arg-type]


def _planned(name: str, needs: str, doc: str, **more: object) -> Mechanism:
    return Mechanism(name=name, doc=doc, status=Status.PLANNED, needs=tuple(needs.split()), **more)  # type: ignore[arg-type]


_queue = {"settings": Queue, "self_check": names_exist(queue="queues")}
_contact = {"settings": Contact, "self_check": names_exist(contact="contacts", queue="queues")}
_deadline = {"settings": Deadline, "self_check": names_exist(queue="queues")}
_data = {"settings": DataUse}

_ROWS = (
    # people
    Mechanism(
        name="people",
        doc="persons find and judge it, working from a queue",
        status=Status.READY,
        people=True,
        settings=Queue,
        self_check=names_exist(queue="queues"),
    ),
    # policy
    _ready(
        "document-parser",
        "documents as found in the wild are read, and their oddities told with file and line",
    ),
    _ready("clause-ids", "every clause has a unique id that survives renumbering and edits"),
    _ready(
        "document-versions",
        "the version in force at any instant; changed text under an unchanged date is refused",
    ),
    _ready("included-policies", "clauses of an included document bind like the document's own"),
    _ready("document-links", "links in a document lead somewhere, or are reported"),
    _ready(
        "shown-with-document", "the clause is kept and shown with the document; there is nothing to enforce"
    ),
    # book and engine
    _ready("policy-tests", "cases that say which events break which clause"),
    _ready("shadow-mode", "a new rule is evaluated and recorded before it bites"),
    _ready(
        "decision-evidence", "each decision holds the clause, the version in force and the values compared"
    ),
    # publishing
    _planned("legal-site", "publishing", "every version with its date, history, redline and feed"),
    _planned("acceptance-ledger", "publishing records", "who agreed to which version, how and when"),
    _planned("third-party-register", "publishing privacy", "services used, and whose policy governs them"),
    # accounts and enforcement
    _planned(
        "account-tree",
        "accounts",
        "operator, customer, end user: a violation below shows above",
        settings=NoSettings,
    ),
    _ready(
        "access-state",
        "suspension and termination show at the operator's gates at once, and end by themselves",
    ),
    _ready("second-person", "what cannot be undone needs a second person"),
    _ready("strikes", "strikes weigh and expire by clause, and a ladder leads from them to sanctions"),
    _ready("discretion", "a person's decision outranks a rule; not acting is recorded with its reason"),
    _ready("content-removal", "content is removed, with the good-faith ground on record"),
    _ready("content-purge", "content of an ended account goes on its date, unless held", **_deadline),
    _ready(
        "account-compromise", "a finding that an account was taken over moves the strike and begins recovery"
    ),
    _ready(
        "permitting-violations",
        "a customer that was told of its end users, and lets them go on, answers for it",
    ),
    _ready("statement-of-reasons", "those concerned learn facts, clause, source, automation and redress"),
    _ready("notice-suppression", "a notice may be withheld, and why is recorded"),
    _ready("damages-claim", "a claim for the damages that a policy names is on record"),
    # behaviour that needs memory
    _ready("behaviour-rules", "counts over time: floods, bursts, duplicates, brute force, harvesting"),
    _ready("acquaintance", "who knows whom: contact, replies, groups, commercial relationship"),
    _ready("roll-out", "a share of actors, daily quotas, and a brake for young rules"),
    _ready("simulated-traffic", "rules scored against made-up traffic whose truth is known"),
    _planned(
        "session-consistency", "engine signals", "shared accounts: simultaneous sessions, impossible travel"
    ),
    # signals
    _planned("text-classifiers", "signals", "learned models for what plain patterns cannot judge"),
    _planned("file-scanning", "signals", "malware rules, hash lists, type mismatch, archive bombs"),
    _planned("image-matching", "signals", "perceptual hashes of removed works; image classifiers"),
    _planned(
        "sanctions-screening", "legal signals", "customers against sanctions and embargo lists", **_queue
    ),
    _planned(
        "customer-screening",
        "legal signals",
        "customers against lists of organisations, at sign-up and when lists change",
        **_queue,
    ),
    # monitoring and disclosure
    _ready("monitoring-switch", "each surface and region is monitored or not, and changes are recorded"),
    _planned("access-log", "staff records", "each reading of private content is logged with its purpose"),
    _ready(
        "disclosure-register",
        "nothing leaves without an entry: what, whom about, to whom, on which ground",
    ),
    _planned("legal-process", "legal", "demands from receipt to production, with approvals", **_deadline),
    _ready("legal-hold", "held records are not destroyed, checked inside the destroying transaction"),
    _planned("cybertip", "legal complaints", "reports to the CyberTipline, and preservation", **_deadline),
    _planned(
        "incident-report",
        "complaints",
        "an incident report to other administrators, recorded as a disclosure",
    ),
    # complaints
    _planned(
        "complaint-intake",
        "complaints cases",
        "every complaint becomes a case and ends in an outcome",
        **_deadline,
    ),
    _planned("reporter-outcome", "complaints notices", "the complainant hears how it ended"),
    _planned("outside-complaints", "complaints", "reports about an address find who held it then"),
    _planned(
        "child-safety-route",
        "complaints",
        "reports without attachments; images are refused and never stored",
        **_contact,
    ),
    _planned("contact-route", "complaints", "what arrives at a contact is tracked to an answer", **_contact),
    _planned(
        "takedown",
        "complaints",
        "notice, counter-notice, restoration and repeat infringers on a calendar",
        **_deadline,
    ),
    _ready("appeals", "an objection within the window, decided by somebody else", **_deadline),
    # metering
    _planned(
        "metering", "metering", "usage against limits: advice, fees, and disabling only when greatly over"
    ),
    _planned("closing-statement", "metering", "usage and fees at the instant of termination"),
    # privacy
    _planned(
        "data-inventory",
        "privacy",
        "stores and collection points; what nobody declared fails the check",
        **_data,
    ),
    _planned("collection-points", "privacy", "what is collected passively and actively, and where", **_data),
    _planned("purpose-gate", "privacy", "a new purpose is refused until a way out was offered", **_data),
    _planned("age-gate", "privacy", "nothing is stored about children who are refused"),
    _planned(
        "minor-purge", "privacy", "a child's data is frozen, audited and purged first of all", **_deadline
    ),
    _planned(
        "data-category",
        "privacy",
        "a category of people with declared fields, purposes and retention",
        **_data,
    ),
    _planned("linked-subjects", "privacy", "one person in several roles gets one answer, in parts"),
    _planned(
        "request-referral",
        "privacy",
        "requests of a customer's end users go to the customer and come back",
        **_deadline,
    ),
    _planned(
        "privacy-requests",
        "privacy",
        "access and correction, with verified identity and a deadline",
        **_deadline,
    ),
    _planned("visibility", "privacy", "each record is public or not, and says so where people write"),
    _planned("composer-notice", "privacy", "where people write, they read who can see it"),
    _planned(
        "message-classes",
        "notices",
        "announcements can be refused, service notices arrive; refusals outlive erasure",
    ),
    _ready("sealed-records", "what is stored about a person is sealed under a key of that person's own"),
    _ready("encrypted-transport", "a service that others reach speaks TLS, or does not start"),
    _ready("retention", "contents of recorded events age out by schedule; that they were stays", **_deadline),
    _planned("data-retention", "accounts cases privacy", "other data ages out by its schedule", **_deadline),
    # proof
    _ready("ledger", "nobody rewrites history, and anyone can check"),
    _ready("replay", "any decision derived again from its recorded inputs"),
    _ready("back-test", "a new book tried on history"),
    _ready("transparency-report", "counts, times and reversals by clause, equal to the ledger"),
    _planned(
        "authority-report", "legal transparency", "how many demands of authorities, and what came of them"
    ),
)
MECHANISMS: Mapping[str, Mechanism] = {row.name: row for row in _ROWS}
