"""Cases, and the facts that tell of them. Frozen values; instants in microseconds since 1970.

Nothing personal stands in them: accounts and staff go by random ids, what is looked at by the number of the fact that
holds the event. What people write is sealed (``words``).
"""

from enum import StrEnum
from typing import Final

import msgspec

from bylaw.enforcement.model import Argument

RAISED: Final = "case.raised"
CLAIMED: Final = "case.claimed"
LEFT: Final = "case.left"
ASSIGNED: Final = "case.assigned"
ESCALATED: Final = "case.escalated"
NOTED: Final = "case.noted"
DECIDED: Final = "case.decided"
WITHDRAWN: Final = "case.withdrawn"
CARRIED: Final = "case.carried"
CLOSED: Final = "case.closed"
WARNED: Final = "case.warned"
BREACHED: Final = "case.breached"
RESTED: Final = "case.rested"
GOLDEN: Final = "case.golden_kept"
CARED: Final = "staff.cared"

SECOND: Final = 1_000_000  # microseconds
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
WHOLE: Final = 1_000  # factors are told in thousandths
MAX_PEOPLE: Final = 20  # whom a fact names: more are no link to anybody
MAX_ITEMS: Final = 50  # of one case that one verdict names
MAX_ORDERS: Final = 20  # of one verdict
MAX_WORDS: Final = 4_000  # characters of a reason, and of a note
MAX_BULK: Final = 500  # cases decided in one go


class What(StrEnum):
    """Why a case is looked at."""

    REVIEW = "review"  # a rule asks for a person
    COMPLAINT = "complaint"  # somebody reported it
    SCREENING = "screening"  # a registration, against lists
    APPEAL = "appeal"  # the person concerned objects
    SAMPLE = "sample"  # a second look at a verdict, blind
    GOLDEN = "golden"  # its right verdict is known


class State(StrEnum):
    """Where a case stands."""

    OPEN = "open"  # free for whoever may
    CLAIMED = "claimed"  # somebody has it, until the lease ends
    DECIDED = "decided"  # a verdict was given and can be withdrawn
    CLOSED = "closed"


class Outcome(StrEnum):
    """What a verdict says."""

    VIOLATION = "violation"
    NO_VIOLATION = "no_violation"
    NO_LONGER = "no_longer"  # it was mended, or is gone: nothing is left to decide


class Skip(StrEnum):
    """Why somebody leaves a case to others."""

    UNSURE = "unsure"
    LANGUAGE = "language"
    CONFLICT = "conflict"  # of interest
    DISTRESS = "distress"
    TOOLS = "tools"  # something needed is missing
    OTHER = "other"


class Factors(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What priority is made of, in thousandths. How far rules and reporters were right before is weighed at the fold."""

    severity: int = 500
    confidence: int = WHOLE
    reach: int = 500


class Raised(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``case.raised``: something is to be looked at.

    ``seq`` is the number of the decided event (0: none). ``about``: an appeal, a verdict, a golden item. ``person`` is
    the account concerned, ``people`` are all those named, it first. ``barred`` must not decide it. ``until``: when it
    is to be decided; ``warn``: when somebody is to be warned. ``asked``: the queue that was asked for, if routing chose
    another.
    """

    what: What
    queue: str
    at: int
    seq: int = 0
    decision: str = ""
    about: str = ""
    person: str = ""
    customer: str = ""
    reporter: str = ""
    people: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    event: str = ""  # its kind
    factors: Factors = Factors()
    until: int = 0
    warn: int = 0
    severe: bool = False
    asked: str = ""
    barred: tuple[str, ...] = ()


class Claimed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``case.claimed``: somebody has it, until then; claimed again by the same person, the lease is longer."""

    case: str
    by: str
    until: int


class Left(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``case.left``: somebody gives it back; with ``skip``, for good. A note is sealed."""

    case: str
    by: str
    skip: Skip | None = None
    people: tuple[str, ...] = ()


class Assigned(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``case.assigned``: it is for somebody; for nobody in particular, if ``to`` is empty."""

    case: str
    by: str
    to: str = ""


class Escalated(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``case.escalated``: it goes to another queue. ``until`` and ``warn`` as in ``Raised``. A note is sealed."""

    case: str
    by: str
    queue: str
    until: int = 0
    warn: int = 0
    severe: bool = False
    people: tuple[str, ...] = ()


class Noted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``case.noted``: a note, which is sealed."""

    case: str
    by: str
    people: tuple[str, ...] = ()


class Ordered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a verdict has done. ``items`` are numbers of decided events; none: about the account as such."""

    effect: str
    argument: Argument = None
    days: int | None = None
    items: tuple[int, ...] = ()


class Decided(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``case.decided``: a verdict. Reason and what is said to the account are sealed.

    ``undo`` are actions that are taken back. It leaves at ``leaves``, and can be withdrawn until then. ``batch`` is
    shared by verdicts that were given in one go. ``drawn`` is the chance that was drawn, in millionths: below
    ``share``, somebody else looks again.
    """

    case: str
    verdict: str
    by: str
    outcome: Outcome
    clauses: tuple[str, ...]
    orders: tuple[Ordered, ...] = ()
    undo: tuple[str, ...] = ()
    leaves: int = 0
    batch: str = ""
    drawn: int = 0
    share: int = 0
    people: tuple[str, ...] = ()


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``case.withdrawn``: a verdict is taken back before it leaves; whoever gave it has the case until ``until``."""

    case: str
    verdict: str
    by: str
    until: int


class Carried(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``case.carried``: a verdict was carried out: what was done, and what was taken back."""

    case: str
    verdict: str
    actions: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


class Closed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``case.closed``: another room decided what it is about, as an appeal.

    ``no_violation`` says that what was decided before was wrong: it counts in the figures of rules and clauses.
    """

    case: str
    by: str
    outcome: Outcome
    clauses: tuple[str, ...] = ()


class Late(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``case.warned``, ``case.breached``: the time to decide a case is nearly over, or over."""

    case: str
    until: int


class Rested(msgspec.Struct, frozen=True, kw_only=True):
    """``case.rested``: a reviewer has a break."""

    by: str
    until: int


class Golden(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``case.golden_kept``: an item whose right verdict is known, or (``gone``) is not used any more."""

    golden: str
    by: str
    seq: int = 0
    decision: str = ""
    queue: str = ""
    outcome: Outcome = Outcome.VIOLATION
    clauses: tuple[str, ...] = ()
    person: str = ""
    event: str = ""
    gone: bool = False
    people: tuple[str, ...] = ()


class Cared(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``staff.cared``: how a member wants to see things. ``budget``: severe cases a day; none: as the book says."""

    staff: str
    blur: bool = True
    grey: bool = True
    mute: bool = True
    budget: int | None = None
    severe: bool = True  # gets cases of severe queues at all
